"""Builds in the lab what a CloudFormation template describes, by the API calls that CloudFormation would make.

It knows exactly the resource types, properties and functions that Rootwarden's own templates use; anything else is an
error, so that a test of a template never passes because something in it was skipped.
"""

from rootwarden.lab.stack.building import Stack, apply
from rootwarden.lab.stack.rollout import roll_out

__all__ = ["Stack", "apply", "roll_out"]
