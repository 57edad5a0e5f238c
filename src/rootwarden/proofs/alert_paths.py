"""The topics that an account's alarms and event rules send to, and which of them send to each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Sight
from rootwarden.model.view import View
from rootwarden.proofs.alert_quick import ALARMS, RULES, quick_senders
from rootwarden.proofs.doubt import first_doubt
from rootwarden.proofs.topic_publish import CLOUDWATCH, EVENTS, Publisher

EVERYWHERE = "*"  # stands in the snapshot for Regions that could not even be listed


class Gap(Struct, frozen=True):
    """A place where alarms or rules may exist that nobody could read; `region` is "" when it is all of them."""

    fact: str
    region: str
    error: UnseenError


class AlertPaths(Struct, frozen=True):
    """Topics by ARN with what sends to them, and where more may be."""

    publishers: Mapping[str, tuple[Publisher, ...]]
    gaps: tuple[Gap, ...]

    def doubt(self, region: str) -> UnseenError | None:
        """Why something else may send to a topic of a Region; None if all was read that can.

        Alarms and rules send to topics of their own Region only, so that what other Regions hold does not matter.
        """
        return first_doubt(gap.error for gap in self.gaps if gap.region in ("", EVERYWHERE, region))

    def elsewhere(self, region: str) -> tuple[str, ...]:
        """Return the other Regions in which something is unread."""
        return tuple(sorted({gap.region for gap in self.gaps} - {"", EVERYWHERE, region}))


def alert_paths(seen: View) -> AlertPaths:
    """Look through alarms and rules, switched on or off; nothing is recorded in `seen`."""
    scratch = seen.about()
    quick = quick_senders(scratch)
    return AlertPaths(quick, ()) if quick is not None else _read_with_care(scratch)


def _read_with_care(scratch: View) -> AlertPaths:
    found: dict[str, list[Publisher]] = {}
    gaps: list[Gap] = []
    for fact, senders in ((ALARMS, _alarms), (RULES, _rules)):
        try:
            items = scratch.account[fact].each(key="region")
        except UnseenError as error:
            gaps.append(Gap(fact, "", error))
            continue
        for item in items:
            region = item.told("region")
            if not region and item.unknown is None:
                gaps.append(Gap(fact, "", UnseenError(Unknown("field_missing"), f"{item.path}.region")))
                continue
            for row in senders(item, scratch, region):
                if isinstance(row, UnseenError):
                    gaps.append(Gap(fact, region, row))
                else:
                    for arn in row[1]:
                        found.setdefault(arn, []).append(row[0])
    senders_of = {arn: tuple(sorted(set(found[arn]))) for arn in sorted(found)}
    return AlertPaths(senders_of, tuple(gaps))


Sender = tuple[Publisher, list[str]]


def _alarms(item: Sight, seen: View, region: str) -> Iterator[Sender | UnseenError]:
    account, partition = seen.subject.account, seen.subject.partition
    for kind in ("MetricAlarms", "CompositeAlarms", "LogAlarms"):
        try:
            # Where CloudWatch offers no alarms on logs, their list is left out.
            rows = item[kind]
            alarms = rows.each(key="AlarmName", default=[]) if kind == "LogAlarms" else rows.each(key="AlarmName")
        except UnseenError as error:
            yield error
            continue
        for alarm in alarms:
            try:
                topics = _topics(alarm["AlarmActions"].plain(default=[]), alarm.path)
            except UnseenError as error:
                yield error
                continue
            if topics:
                name = alarm.told("AlarmName")
                arn = alarm.told("AlarmArn") or f"arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}"
                yield Publisher(CLOUDWATCH, account, f"the alarm {name}", arn, region), topics


def _rules(item: Sight, seen: View, region: str) -> Iterator[Sender | UnseenError]:
    account, name, arn = seen.subject.account, f"the rule {item.told('Name')}", item.told("Arn")
    try:
        targets = item["targets"].each()
    except UnseenError as error:
        yield error
        return
    for target in targets:
        try:
            topics = _topics([target["Arn"].text()], item.path)
            role = target["RoleArn"].text(default="") if topics else ""
        except UnseenError as error:
            yield error
            continue
        yield Publisher(EVENTS, account, name, arn, region, role), topics


def _topics(targets: Any, path: str) -> list[str]:
    """Return the SNS topics among the ARNs that an alarm or a rule acts on."""
    if not isinstance(targets, list) or not all(isinstance(one, str) and one.count(":") >= 5 for one in targets):
        raise UnseenError(Unknown("malformed: expected a list of ARNs"), path)
    parts = ((target, target.split(":")) for target in targets)
    return [target for target, fields in parts if len(fields) == 6 and fields[2] == "sns"]
