"""Whether messages of given publishers reach somebody through an SNS topic: everything that silently stops an alert."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Sight
from rootwarden.model.view import View
from rootwarden.proofs.topic_publish import Publisher, key_problem, shut_out
from rootwarden.proofs.topic_subscribers import audience, cite

FACT = "sns.topics"
OUT_OF_SCOPE = "topic_out_of_scope"

PROBLEMS: Mapping[str, str] = {
    "topic_missing": "it does not exist",
    "wrong_region": "it is in another Region than what should send to it",
    "no_confirmed_subscriber": "it has no confirmed subscriber",
    "too_few_subscribers": "it has fewer confirmed subscribers than wanted",
    "filtered": "the filters of its subscribers drop the alert",
    "publish_not_allowed": "its policy does not let the sender publish",
    "default_key": "it is encrypted with the key that AWS manages for SNS, which the sender may not use",
    "key_not_usable": "the key that encrypts it is disabled or waits for its deletion",
    "key_policy": "the policy of the key that encrypts it does not let the sender use the key",
}


class Delivery(Struct, frozen=True):
    """What stops messages, by name, and the first thing that could not be read; nothing of either: they arrive."""

    problems: tuple[str, ...]
    doubt: UnseenError | None = None

    def in_words(self) -> str:
        """Return the problems for people."""
        return "; ".join(PROBLEMS[problem] for problem in self.problems)


def find_topic(seen: View, arn: str) -> Sight:
    """Look at a topic; unread with reason `topic_out_of_scope` only if its account is not in the snapshot."""
    found = seen.shared(FACT, arn, OUT_OF_SCOPE)
    if found.unknown is None or found.unknown.why != OUT_OF_SCOPE:
        return found
    owner = arn.split(":")[4]
    for account in (owner, seen.subject.account):
        unread = seen.shared_unread(FACT, account)
        if seen.in_scope(account) and (unread is not None or account == owner):
            return Sight(f"{FACT}[{arn}]", unread or Unknown("topic_not_listed"), seen.log)
    return found


def delivery(seen: View, topic: Sight, arn: str, publishers: tuple[Publisher, ...], wanted: float) -> Delivery:
    """Return what keeps messages of the publishers from `wanted` confirmed subscribers of a topic.

    Publishers with a Region must be in the topic's own: alarms and rules cannot send to another one.
    """
    region = arn.split(":")[3]
    problems: list[str] = []
    doubts: list[UnseenError] = []
    if any(publisher.region not in ("", region) for publisher in publishers):
        problems.append("wrong_region")

    def look(check: Callable[[], Iterable[str]]) -> None:
        try:
            problems.extend(check())
        except UnseenError as error:
            doubts.append(error)

    try:
        if topic["attributes"].is_null:
            return Delivery((*problems, "topic_missing"))
    except UnseenError as error:
        doubts.append(error)
    look(lambda: _subscribers(topic, wanted))
    look(lambda: ["publish_not_allowed"] if any(True for _ in shut_out(topic, arn, publishers)) else [])
    look(lambda: [problem for problem in [key_problem(seen, topic, arn, publishers)] if problem])
    return Delivery(tuple(problems), doubts[0] if doubts else None)


def _subscribers(topic: Sight, wanted: float) -> list[str]:
    found = audience(topic)
    if found.enough(max(1, wanted)):
        cite(found.receiving, wanted)
        return []
    if found.confirmed >= max(1, wanted):
        return ["filtered"]
    return ["too_few_subscribers" if found.confirmed else "no_confirmed_subscriber"]
