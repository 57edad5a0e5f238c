"""Who listens to an alert topic: configured addresses are subscribed where too few people receive what is sent.

SNS asks each new address by mail to confirm, which a person has to do by hand ("Amazon SNS announces automatic deletion
of unconfirmed subscriptions", 2023-05-10: within 48 hours).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from rootwarden.model.expect import Expect, Item
from rootwarden.model.placeholders import refer
from rootwarden.model.plan import Declared, Difference, Probe, Step
from rootwarden.model.remedy import Not
from rootwarden.model.sight import Log, Sight
from rootwarden.model.view import View
from rootwarden.proofs.alerting_wanted import Wanted
from rootwarden.proofs.email_address import domain_of
from rootwarden.proofs.part_of_change import NOTHING, Part
from rootwarden.proofs.topic_delivery import FACT
from rootwarden.proofs.topic_subscribers import audience

LAPSES = "SNS drops a subscription that nobody confirms within 48 hours"
# How SNS shows, instead of an ARN, a subscription that nobody confirmed, and for a while one that was ended (SNS
# Developer Guide, "Deleting an Amazon SNS subscription").
_PENDING, _DELETED = "PendingConfirmation", "Deleted"
_NOT_YET_GONE = (_PENDING, _DELETED)
# Would end the text in which an address stands in the question for it.
_BREAKS_OUT = frozenset("'\\`")


class _Listed(Struct, frozen=True):
    """Who is subscribed by e-mail: those that confirmed it, and those that have not yet."""

    confirmed: frozenset[str]
    waiting: tuple[str, ...]


def listeners(_: View, topic: Sight, wanted: Wanted) -> Part | Not:
    """Subscribe the configured addresses where too few people receive what is sent.

    Raises:
        UnseenError: the subscriptions, or one that counts, are unread.
    """
    found = audience(topic)
    if found.enough(wanted.least):
        return NOTHING
    listed = _listed(topic)
    fresh = tuple(one for one in wanted.emails if one not in listed.confirmed and one not in listed.waiting)
    waiting = tuple(one for one in listed.waiting if one in wanted.emails or not wanted.emails)
    if len(found.receiving) + len(fresh) + len(waiting) >= wanted.least:
        return subscribed(wanted, fresh, waiting)
    if found.dropping and set(wanted.emails) & listed.confirmed:
        return Not(
            f"a filter drops the alert for those subscribed to {wanted.name}",
            f"remove the filter, or add another address to emails under {wanted.section} in rootwarden.toml",
        )
    return wanted.nobody()


def _listed(topic: Sight) -> _Listed:
    confirmed: set[str] = set()
    waiting: list[str] = []
    for item in topic.recorded_in(Log())["subscriptions"].each():
        if item["Protocol"].text(default="") != "email":
            continue
        arn, address = item["SubscriptionArn"].text(), item["Endpoint"].text(default="")
        if arn.startswith("arn:"):
            confirmed.add(address)
        elif arn == _PENDING:
            waiting.append(address)
    return _Listed(frozenset(confirmed), tuple(waiting))


def subscribed(wanted: Wanted, fresh: tuple[str, ...], waiting: tuple[str, ...]) -> Part | Not:
    """Subscribe `fresh` addresses; for them and those `waiting` already, say who has to click."""
    wrong = next((one for one in fresh if not domain_of(one) or _BREAKS_OUT & set(one)), None)
    if wrong is not None:
        return Not(f"{wrong!r} is no e-mail address", f"correct emails under {wanted.section} in rootwarden.toml")
    asked = ", ".join((*fresh, *waiting))
    return Part(
        steps=tuple(_subscribe(wanted, number, one) for number, one in enumerate(fresh, start=1)),
        expects=tuple(Expect(fact=FACT, at=_place(wanted, one), value=None) for one in fresh),
        then=(
            *(Expect(fact=FACT, at=_place(wanted, one), value={"Protocol": "email"}) for one in fresh),
            *_confirmed(wanted, (*fresh, *waiting)),
        ),
        shows=tuple(
            Difference(what=f"subscription of {one}", before="none", after="asked to confirm") for one in fresh
        ),
        notes=(f"{asked}: click the link in the mail of AWS Notifications; {LAPSES}",),
        declares=tuple(
            Declared(
                type="AWS::SNS::Subscription",
                name=wanted.logical(f"Subscription{number}"),
                properties={"TopicArn": wanted.arn, "Protocol": "email", "Endpoint": one},
            )
            for number, one in enumerate(fresh, start=1)
        ),
    )


def _place(wanted: Wanted, address: str) -> tuple[str | Item, ...]:
    return (wanted.item, "subscriptions", Item("Endpoint", address))


def _confirmed(wanted: Wanted, addresses: tuple[str, ...]) -> Iterator[Expect]:
    """Say how the subscriptions read once people have confirmed them."""
    for number, one in enumerate(addresses, start=1):
        value = {"SubscriptionArn": f"{wanted.arn}:once-confirmed-{number}", "Protocol": "email", "FilterPolicy": None}
        yield Expect(fact=FACT, at=_place(wanted, one), value=value, assumed=True)


def _subscribe(wanted: Wanted, number: int, address: str) -> Step:
    """Subscribe one address."""
    mine = f"Subscriptions[?Protocol=='email' && Endpoint=='{address}']"
    return Step(
        id=f"subscribe-{number}",
        does=f"Ask {address} to confirm",
        call=wanted.sns(
            "Subscribe", TopicArn=wanted.arn, Protocol="email", Endpoint=address, ReturnSubscriptionArn=True
        ),
        keeps={"arn": "SubscriptionArn"},
        undo=(wanted.sns("Unsubscribe", SubscriptionArn=refer(f"subscribe-{number}", "arn")),),
        stays=f"the mail to {address} was sent, and nobody can remove a subscription that is not confirmed; {LAPSES}",
        stays_as=tuple(
            Expect(fact=FACT, at=_place(wanted, address), value={"Protocol": "email", "SubscriptionArn": arn})
            for arn in _NOT_YET_GONE
        ),
        seen=Probe(
            call=wanted.sns("ListSubscriptionsByTopic", TopicArn=wanted.arn),
            done=mine,
            absent=("NotFound",),
            keeps={"arn": f"{mine} | [0].SubscriptionArn"},
        ),
    )
