"""A quick look at alarms and rules: who sends to which topic, where all of it is written exactly as AWS writes it.

An account has hundreds of alarms, of which three fields matter. What is unread, missing or of another type anywhere is
left to the careful reading: the quick look gives None then, never an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import field

from rootwarden.model.readings import Unmarked
from rootwarden.model.view import View
from rootwarden.proofs.topic_publish import CLOUDWATCH, EVENTS, Publisher

ALARMS, RULES = "cloudwatch.alarms", "events.rules"


class _Alarm(Unmarked, gc=False, kw_only=True):
    AlarmName: str
    AlarmArn: str
    AlarmActions: list[str]


class _Region(Unmarked, gc=False, kw_only=True):
    region: str
    MetricAlarms: list[_Alarm]
    CompositeAlarms: list[_Alarm]
    # Where CloudWatch offers no alarms on logs, their list is left out.
    LogAlarms: list[_Alarm] = field(default_factory=list)


class _Target(Unmarked, gc=False, kw_only=True):
    Arn: str
    RoleArn: str = ""


class _Rule(Unmarked, gc=False, kw_only=True):
    region: str
    Name: str
    Arn: str
    targets: list[_Target]


_alarms = msgspec.json.Decoder(list[_Region])
_rules = msgspec.json.Decoder(list[_Rule])


class _OddError(Exception):
    """Something is not as AWS writes it."""


def quick_senders(seen: View) -> Mapping[str, tuple[Publisher, ...]] | None:
    """Return the topics by ARN with what sends to them, both in order; None: read the facts with care."""
    regions, rules = seen.account.shaped(ALARMS, _alarms), seen.account.shaped(RULES, _rules)
    if regions is None or rules is None or not (seen.account.legible(ALARMS) and seen.account.legible(RULES)):
        return None
    account, topics = seen.subject.account, _Topics()
    found: dict[str, set[Publisher]] = {}
    try:
        for senders in (_senders_of_alarms(regions, account, topics), _senders_of_rules(rules, account, topics)):
            for sender, arn in senders:
                found.setdefault(arn, set()).add(sender)
    except _OddError:
        return None
    return {arn: tuple(sorted(found[arn])) for arn in sorted(found)}


def _senders_of_alarms(regions: list[_Region], account: str, topics: _Topics) -> Iterator[tuple[Publisher, str]]:
    for one in regions:
        if not one.region:
            raise _OddError
        for alarm in (*one.MetricAlarms, *one.CompositeAlarms, *one.LogAlarms):
            sent_to = [arn for arn in alarm.AlarmActions if topics[arn]]
            if sent_to:
                if not (alarm.AlarmName and alarm.AlarmArn):
                    raise _OddError
                sender = Publisher(CLOUDWATCH, account, f"the alarm {alarm.AlarmName}", alarm.AlarmArn, one.region)
                for arn in sent_to:
                    yield sender, arn


def _senders_of_rules(rules: list[_Rule], account: str, topics: _Topics) -> Iterator[tuple[Publisher, str]]:
    for rule in rules:
        if not (rule.region and rule.Name and rule.Arn):
            raise _OddError
        for target in rule.targets:
            if topics[target.Arn]:
                name = f"the rule {rule.Name}"
                yield Publisher(EVENTS, account, name, rule.Arn, rule.region, target.RoleArn), target.Arn


class _Topics(dict[str, bool]):
    """Whether an ARN is that of an SNS topic; many send to a few, so that it is worked out once for each."""

    def __missing__(self, arn: str) -> bool:
        fields = arn.split(":")
        if len(fields) < 6:
            raise _OddError
        self[arn] = len(fields) == 6 and fields[2] == "sns"
        return self[arn]
