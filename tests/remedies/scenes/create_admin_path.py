"""An account that nobody but root can administer."""

from tests.remedies.scene import MEMBER, Scene, alone

_NAMED = [f"arn:aws:iam::{MEMBER}:user/{name}" for name in ("dana", "erik")]

SCENE = Scene(world=alone(), settings={"principals": _NAMED, "other_accounts": [MEMBER]})
