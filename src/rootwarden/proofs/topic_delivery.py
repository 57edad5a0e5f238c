"""Whether messages of given publishers reach somebody through an SNS topic: everything that silently stops an alert."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

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
    "wrong_region": "it is in another Region than {who}",
    "no_confirmed_subscriber": "it has no confirmed subscriber",
    "too_few_subscribers": "it has fewer confirmed subscribers than wanted",
    "filtered": "the filters of its subscribers drop the alert",
    "publish_not_allowed": "its policy does not let {who} publish",
    "default_key": "it is encrypted with the key that AWS manages for SNS, which other services may not use",
    "key_not_usable": "the key that encrypts it is disabled, deleted or about to be",
    "key_policy": "the policy of the key that encrypts it does not let {who} use the key",
}


class Problem(Struct, frozen=True, gc=False):
    """What stops messages: its name, and whose messages, where it is not everybody's."""

    name: str
    whose: str = ""


class Delivery(Struct, frozen=True):
    """What stops messages, and the first thing that could not be read; nothing of either: they arrive."""

    problems: tuple[Problem, ...]
    doubt: UnseenError | None = None

    def in_words(self) -> str:
        """Return the problems for people."""
        return "; ".join(PROBLEMS[problem.name].format(who=problem.whose) for problem in self.problems)


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
    near = ("", arn.split(":")[3])
    strangers = [publisher for publisher in publishers if publisher.region not in near]
    problems = [Problem("wrong_region", strangers[0].name)] if strangers else []
    doubts: list[UnseenError] = []
    try:
        if topic["attributes"].is_null:
            return Delivery((*problems, Problem("topic_missing")))
    except UnseenError as error:
        doubts.append(error)
    checks: tuple[Callable[[], list[Problem]], ...] = (
        partial(_subscribers, topic, wanted),
        partial(_policy, topic, arn, publishers),
        partial(_key, seen, topic, arn, publishers),
    )
    for check in checks:
        try:
            problems.extend(check())
        except UnseenError as error:
            doubts.append(error)
    return Delivery(tuple(problems), doubts[0] if doubts else None)


def _subscribers(topic: Sight, wanted: float) -> list[Problem]:
    found = audience(topic)
    if found.enough(max(1, wanted)):
        cite(found.receiving, wanted)
        return []
    if found.confirmed >= max(1, wanted):
        return [Problem("filtered")]
    return [Problem("too_few_subscribers" if found.confirmed else "no_confirmed_subscriber")]


def _key(seen: View, topic: Sight, arn: str, publishers: tuple[Publisher, ...]) -> list[Problem]:
    found = key_problem(seen, topic, arn, publishers)
    return [Problem(found[0], found[1])] if found is not None else []


def _policy(topic: Sight, arn: str, publishers: tuple[Publisher, ...]) -> list[Problem]:
    found = next(shut_out(topic, arn, publishers), None)
    return [Problem("publish_not_allowed", found.name)] if found is not None else []
