"""A member whose root has a signing certificate."""

from tests.remedies.root_world import EVERYTHING, OLD, in_hand, member, organization
from tests.remedies.scene import Scene

SCENE = Scene(
    world=organization(member(OLD, "old", root=EVERYTHING)),
    root_audit=True,
    asked=in_hand,
    no_way_back="a deleted certificate does not come back",
)
