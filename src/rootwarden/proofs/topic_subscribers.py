"""How many confirmed subscribers of a topic receive an alert, which carries no message attributes.

Source: SNS Developer Guide, "Amazon SNS subscription filter policies": a policy on attributes drops a message without
them, unless every key it names asks that the attribute be absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.proofs.doubt import first_doubt


class Audience(Struct, frozen=True):
    """Confirmed subscriptions of a topic: how many, how many of them drop alerts, how many nobody can tell of."""

    confirmed: int
    dropping: int
    unsure: tuple[UnseenError, ...]
    receiving: tuple[Sight, ...]

    def enough(self, wanted: float) -> bool:
        """Return whether at least `wanted` receive alerts.

        Raises:
            UnseenError: it hangs on a subscription that could not be read.
        """
        if len(self.receiving) < wanted <= len(self.receiving) + len(self.unsure):
            raise first_doubt(self.unsure) or self.unsure[0]
        return len(self.receiving) >= wanted


def audience(topic: Sight) -> Audience:
    """Return who receives alerts; only those that do are recorded as evidence.

    Raises:
        UnseenError: the subscriptions could not be listed.
    """
    confirmed = dropping = 0
    unsure: list[UnseenError] = []
    receiving: list[Sight] = []
    for item in topic["subscriptions"].each():
        aside = item.recorded_in(Log())
        try:
            if not _is_confirmed(aside):
                continue
            confirmed += 1
            if _drops_alerts(aside):
                dropping += 1
            else:
                receiving.append(item)
        except UnseenError as error:
            unsure.append(error)
    receiving.sort(key=lambda item: item.told("SubscriptionArn"))
    return Audience(confirmed, dropping, tuple(unsure), tuple(receiving))


def cite(receiving: tuple[Sight, ...], wanted: float) -> None:
    """Record the subscriptions that make up the number wanted."""
    for item in receiving[: max(1, int(wanted))]:
        _is_confirmed(item)


def _is_confirmed(item: Sight) -> bool:
    """Return whether a subscription has an ARN; others say PendingConfirmation or Deleted in its place."""
    return item["SubscriptionArn"].text().startswith("arn:")


def _drops_alerts(item: Sight) -> bool:
    policy = item["FilterPolicy"].plain(default=None)
    if policy is None or policy == {}:
        return False
    if item["FilterPolicyScope"].text(default="MessageAttributes") != "MessageAttributes":
        raise UnseenError(Unknown("filter_not_understood: it filters by the message body"), item.path)
    if not isinstance(policy, Mapping):
        raise UnseenError(Unknown("malformed: FilterPolicy is not an object"), item.path)
    return not _lets_bare_message_through(policy)


def _lets_bare_message_through(policy: Mapping[str, Any]) -> bool:
    """Return whether a message without attributes passes; every key must agree, `$or` needs one branch."""
    for key, wanted in policy.items():
        if key == "$or" and isinstance(wanted, list) and all(isinstance(branch, Mapping) for branch in wanted):
            if not any(_lets_bare_message_through(branch) for branch in wanted):
                return False
        elif not (isinstance(wanted, list) and {"exists": False} in wanted):
            return False
    return True
