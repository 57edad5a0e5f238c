"""A member whose root has two old access keys."""

from tests.remedies.root_world import EVERYTHING, OLD, in_hand, member, organization
from tests.remedies.scene import Scene

SCENE = Scene(
    world=organization(member(OLD, "old", root=EVERYTHING)),
    root_audit=True,
    asked=in_hand,
    no_way_back="a deleted key never works again",
)
