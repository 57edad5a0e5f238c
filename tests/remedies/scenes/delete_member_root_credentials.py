"""A member with root's password, two old keys, a certificate and two MFA devices, fit to have them deleted."""

from tests.remedies.root_world import EVERYTHING, OLD, in_hand, member, organization
from tests.remedies.scene import Scene

SCENE = Scene(
    world=organization(member(OLD, "old", root=EVERYTHING)),
    root_audit=True,
    asked=in_hand,
    no_way_back="what root deletes of itself is gone",
)
