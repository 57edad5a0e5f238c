"""An organization in which a locked bucket of a member is opened with the root password only."""

from tests.remedies.scene import Scene, organized

SCENE = Scene(world=organized({}))
