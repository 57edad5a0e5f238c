"""Who receives the alerts of a budget: e-mail addresses, and SNS topics that must let AWS Budgets in and have readers.

Source: Cost Management User Guide, "Creating an Amazon SNS topic for budget notifications". E-mail addresses of a
budget need no confirmation.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.model.view import View
from rootwarden.proofs.allowed_domains import outside
from rootwarden.proofs.doubt import first_doubt
from rootwarden.proofs.topic_delivery import delivery, find_topic
from rootwarden.proofs.topic_publish import BUDGETS, Publisher

FACT = "budgets.subscribers"


class Recipients(Struct, frozen=True):
    """What was found: one recipient that is reached, else why the others are not, and what could not be read."""

    reached: str = ""
    flaws: tuple[str, ...] = ()
    doubt: UnseenError | None = None


def recipients(one: View, budget: str, allowed: frozenset[str] | None) -> Recipients:
    """Look for a recipient that is reached; what proves it is recorded in `one`, else what rules the others out."""
    flaws: list[str] = []
    logs: list[Log] = []
    found = list(_subscribers(one.account[FACT].recorded_in(Log())[budget]))
    doubts = [error for error in found if isinstance(error, UnseenError)]
    known = [sight for sight in found if isinstance(sight, Sight)]
    for subscriber in sorted(known, key=lambda sight: (sight.told("SubscriptionType"), sight.told("Address"))):
        aside = one.about()
        try:
            flaw = _flaw(aside, subscriber.recorded_in(aside.log), budget, allowed)
        except UnseenError as error:
            doubts.append(error)
            continue
        logs.append(aside.log)
        if not flaw:
            one.log.entries.update(aside.log.entries)
            return Recipients(reached=subscriber.told("Address"))
        flaws.append(flaw)
    for log in logs:
        one.log.entries.update(log.entries)
    return Recipients(flaws=tuple(dict.fromkeys(flaws)), doubt=first_doubt(doubts))


def _subscribers(notifications: Sight) -> Iterator[Sight | UnseenError]:
    """Go through the subscribers of all notifications of a budget; an unread part is given as its error."""
    try:
        rows = notifications.each()
    except UnseenError as error:
        yield error
        return
    for row in rows:
        try:
            yield from row["Subscribers"].each()
        except UnseenError as error:
            yield error


def _flaw(one: View, subscriber: Sight, budget: str, allowed: frozenset[str] | None) -> str:
    """Return why a subscriber is not reached, "" if it is."""
    kind, address = subscriber["SubscriptionType"].text(), subscriber["Address"].text()
    if kind == "EMAIL":
        if "@" not in address:
            return f"{address[:80]!r} is no e-mail address"
        strange = outside((address,), allowed)
        return f"addresses at {strange[0]} are not allowed by the policy" if strange else ""
    if kind != "SNS" or len(address.split(":")) != 6:
        raise UnseenError(Unknown("malformed: neither an e-mail address nor a topic"), subscriber.path)
    account, partition = one.subject.account, one.subject.partition
    publisher = Publisher(BUDGETS, account, "AWS Budgets", f"arn:{partition}:budgets::{account}:budget/{budget}")
    result = delivery(one, find_topic(one, address), address, (publisher,), 1)
    if not result.problems and result.doubt is not None:
        raise result.doubt
    return f"the topic {address.rsplit(':', 1)[1]} cannot deliver: {result.in_words()}" if result.problems else ""
