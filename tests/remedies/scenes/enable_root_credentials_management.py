"""An organization whose members keep their own root credentials, and which does not trust IAM yet."""

from tests.remedies.scene import Scene, organized

SCENE = Scene(world=organized({}))
