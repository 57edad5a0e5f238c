"""An account that nobody but root can administer."""

from tests.remedies.scene import MEMBER, Scene, alone

SCENE = Scene(world=alone(), settings={"principals": [f"arn:aws:iam::{MEMBER}:user/dana"]})
