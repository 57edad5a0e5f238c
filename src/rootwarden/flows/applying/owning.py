"""Finds out whose the resources are that a plan would change: what others look after is not changed behind them.

A stack, a landing zone or Terraform would put it back, or be surprised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rootwarden.aws.hands import Hands
from rootwarden.model.ownership import owner_by_name, owner_by_tags
from rootwarden.model.plan import Change


def owners(hands: Hands, changes: Iterable[Change], states: Mapping[str, str]) -> dict[str, str]:
    """Return by the id of a change in words whose resource it would change; changes of nobody's resources are left out.

    `states` are the resources of Terraform, by ARN.

    Raises:
        WriteError: an account cannot be entered, or the tags of a resource cannot be read.
    """
    found: dict[str, str] = {}
    entered: set[str] = set()
    for change in changes:
        if change.owner:  # it was known when the plan was made
            found[change.id] = change.owner
            continue
        if change.as_root:
            continue  # root's own credentials belong to root; no session is opened only to look
        arns = change.touches
        if not arns and change.account in entered:
            continue
        hands.enter(change)  # an account that cannot be entered shall show before anything is begun
        entered.add(change.account)
        tags = hands.tags(arns)
        said = (states.get(arn) or owner_by_tags(tags.get(arn, {})) or owner_by_name(arn) for arn in arns)
        owner = next((one for one in said if one), "")
        if owner:
            found[change.id] = owner
    return found
