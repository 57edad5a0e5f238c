"""Rings when root is used: a metric filter on the trail's log group counts root's records, and an alarm tells a topic.

This is the path that the CIS benchmark asks for. It hears what the trail writes down, from every Region and account of
the trail, some minutes after the fact; EventBridge is faster and hears one account and Region.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from msgspec import Struct

from rootwarden.model.cost import Cost, CostClass
from rootwarden.model.expect import Expect, Item
from rootwarden.model.plan import Call, Change, Declared, Difference, Risk, Step
from rootwarden.model.remedy import Not, Remedy, Wish
from rootwarden.model.view import View
from rootwarden.proofs.alerting_patterns import METRIC_FILTER, same_filter
from rootwarden.proofs.alerting_prices import ALARM_A_MONTH, FREE_ALARMS, METRIC_A_MONTH, PRICES_OF
from rootwarden.proofs.alerting_topics import topic_part
from rootwarden.proofs.alerting_wanted import Wanted
from rootwarden.proofs.alerting_wishes import seen_in
from rootwarden.proofs.part_of_change import NOTHING, Part, joined
from rootwarden.proofs.resting import on_alarm, on_metric
from rootwarden.proofs.topic_publish import CLOUDWATCH, Publisher
from rootwarden.proofs.trails import Trail, survey
from rootwarden.proofs.ways_in import FACTS as WAYS_IN
from rootwarden.proofs.wished_change import section, wished_change, wished_id

REMEDY = Remedy(
    title="Ring an alarm when root is used",
    order=72,
    params={"emails": (), "topic": "rootwarden-alerts", "alarm": "rootwarden-root-use", "encrypt": False},
    facts=(
        *WAYS_IN, "cloudtrail.trails", "logs.log_groups", "logs.metric_filters", "cloudwatch.alarms",
        "sns.topics", "kms.keys",
    ),
    risks=(Risk.SAFE, Risk.CAREFUL),
    calls=(
        "cloudwatch.DeleteAlarms", "cloudwatch.PutMetricAlarm", "kms.CreateAlias", "kms.CreateKey", "kms.DeleteAlias",
        "kms.PutKeyPolicy", "kms.ScheduleKeyDeletion", "kms.UntagResource", "logs.DeleteMetricFilter",
        "logs.PutMetricFilter", "sns.CreateTopic", "sns.DeleteTopic", "sns.SetTopicAttributes", "sns.Subscribe",
        "sns.Unsubscribe",
    ),
)  # fmt: skip

_FILTERS, _ALARMS = "logs.metric_filters", "cloudwatch.alarms"
_NAMESPACE, _METRIC = "Rootwarden", "RootUse"
# One record in five minutes rings; where nothing is written nothing is wrong.
_RINGS: dict[str, Any] = {
    "Statistic": "Sum", "Period": 300, "EvaluationPeriods": 1, "DatapointsToAlarm": 1, "Threshold": 1,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "notBreaching",
}  # fmt: skip
_WHY = "Whoever uses root leaves a record in the trail's log group; an alarm on it tells people."


class _Metric(Struct, frozen=True):
    """The metric that counts root's records."""

    namespace: str
    name: str


def propose(wish: Wish) -> Iterator[Change | Not]:
    """Wish for filter, alarm and topic where the trail's log group is; taken back, all of them are gone."""
    found = _trail(wish.seen, wish.account)
    if found is None:
        return
    if isinstance(found, Not):
        yield found
        return
    _, _, _, region, _, _, group = found["CloudWatchLogsLogGroupArn"].text().removesuffix(":*").split(":", 6)
    counted = _filter(wish, region, group)
    if isinstance(counted, Not):
        yield counted
        return
    metric, part = counted
    if _rings_already(wish.seen, region, metric):
        return
    if not found["IsMultiRegionTrail"].flag():
        part = joined(
            (part, Part(notes=(f"the trail {found.name} hears of {found.home} only, and so does the alarm",)))
        )
    yield from _alarm(wish, region, metric, part)


def _trail(seen: View, account: str) -> Trail | Not | None:
    """Return a trail that is logging into a log group of the account; None: another account's hears of this one.

    A trail of several Regions comes first, and of those the organization's.
    """
    found = survey(seen)
    if found.why_incomplete is not None:
        raise found.why_incomplete
    logging = [one for one in (*found.here, *found.elsewhere) if one["status"]["IsLogging"].flag()]
    writing = [one for one in logging if one["CloudWatchLogsLogGroupArn"].text(default="")]
    own = [one for one in writing if one["CloudWatchLogsLogGroupArn"].text().split(":")[4] == account]
    if own:
        return min(own, key=_rank)
    if writing:
        return None
    if any(one["IsOrganizationTrail"].flag(default=False) and one.owner != account for one in logging):
        return None
    what = "no trail that is logging writes into CloudWatch Logs" if logging else "no trail is logging"
    return Not(what, "give a trail of every Region a log group (RW-TRAIL-01), or watch root with EventBridge")


def _rank(trail: Trail) -> tuple[bool, bool, str]:
    return not trail["IsMultiRegionTrail"].flag(), not trail["IsOrganizationTrail"].flag(default=False), trail.arn


def _filter(wish: Wish, region: str, group: str) -> tuple[_Metric, Part] | Not:
    """Return the metric of a filter that counts root's records, and what makes it where there is none."""
    name = wish.settings.text("alarm")
    for held in seen_in(wish.seen, _FILTERS, region):
        transformations = held.get("metricTransformations") or []
        if held.get("logGroupName") == group and same_filter(held.get("filterPattern", "")) and transformations:
            return _Metric(transformations[0]["metricNamespace"], transformations[0]["metricName"]), NOTHING
    everywhere = wish.seen.account[_FILTERS].each()
    if any(one.told("filterName") == name for one in everywhere):
        return Not(f"there is another metric filter called {name}", f"set alarm under {section(wish)} to another name")
    metric = _Metric(_NAMESPACE, _METRIC)
    transformation = {
        "metricName": metric.name, "metricNamespace": metric.namespace, "metricValue": "1", "defaultValue": 0,
    }  # fmt: skip
    where = {"logGroupName": group, "filterName": name}
    asked = {**where, "filterPattern": METRIC_FILTER, "metricTransformations": [transformation]}
    at = (Item("filterName", name),)
    arn = f"arn:{wish.seen.subject.partition}:logs:{region}:{wish.account}:log-group:{group}"
    part = Part(
        steps=(
            Step(
                id="filter",
                does=f"Count root's records in {group}",
                call=Call(service="logs", operation="PutMetricFilter", region=region, parameters=asked),
                undo=(Call(service="logs", operation="DeleteMetricFilter", region=region, parameters=where),),
                used=on_metric(metric.namespace, metric.name, region, name),
                on=(arn, f"{arn}:*"),
            ),
        ),
        expects=(Expect(fact=_FILTERS, at=at, value=None),),
        then=(
            Expect(fact=_FILTERS, at=at, value={"region": region, **where, "filterPattern": METRIC_FILTER}),
            Expect(fact=_FILTERS, at=at, value={"metricTransformations": [transformation]}, assumed=True),
        ),
        shows=(Difference(what=f"metric filter of {group}", before="none", after=METRIC_FILTER),),
        declares=(_declared_filter(wish, region, asked, transformation),),
    )
    return metric, part


def _declared_filter(wish: Wish, region: str, asked: dict[str, Any], transformation: dict[str, Any]) -> Declared:
    properties = {
        "LogGroupName": asked["logGroupName"], "FilterName": asked["filterName"], "FilterPattern": METRIC_FILTER,
        "MetricTransformations": [{name[0].upper() + name[1:]: value for name, value in transformation.items()}],
    }  # fmt: skip
    name = f"RootUseFilter{wished_id(wish, region).rsplit('-', 1)[-1]}"
    return Declared(type="AWS::Logs::MetricFilter", name=name, properties=properties)


def _metric_alarms(seen: View, region: str) -> list[dict[str, Any]]:
    return [alarm for one in seen_in(seen, _ALARMS, region) for alarm in one.get("MetricAlarms", [])]


def _rings_already(seen: View, region: str, metric: _Metric) -> bool:
    """Return whether an alarm on the metric rings at a single record and tells somebody."""
    return any(
        one.get("MetricName") == metric.name
        and one.get("Namespace") == metric.namespace
        and one.get("ActionsEnabled")
        and one.get("AlarmActions")
        and one.get("Statistic") in ("Sum", "Maximum", "SampleCount")
        and one.get("Threshold", 2) <= 1
        and one.get("ComparisonOperator") == "GreaterThanOrEqualToThreshold"
        and one.get("DatapointsToAlarm", one.get("EvaluationPeriods")) == 1
        for one in _metric_alarms(seen, region)
    )


def _alarm(wish: Wish, region: str, metric: _Metric, counted: Part) -> Iterator[Change | Not]:
    name, partition = wish.settings.text("alarm"), wish.seen.subject.partition
    held = _metric_alarms(wish.seen, region)
    if any(one.get("AlarmName") == name for one in held):
        yield Not(f"there is another alarm called {name}", f"set alarm under {section(wish)} to another name")
        return
    arn = f"arn:{partition}:cloudwatch:{region}:{wish.account}:alarm:{name}"
    wanted = Wanted(
        arn=f"arn:{partition}:sns:{region}:{wish.account}:{wish.settings.text('topic')}",
        partition=partition,
        publishers=(Publisher(CLOUDWATCH, wish.account, f"the alarm {name}", arn, region),),
        emails=wish.settings.texts("emails"),
        change=wished_id(wish, region),
        section=section(wish),
        encrypt=wish.settings.flag("encrypt"),
    )
    topic = topic_part(wish.seen, wanted)
    if isinstance(topic, Not):
        yield topic
        return
    part = joined((topic, counted, _ringing(region, metric, wanted, arn)))
    yield wished_change(
        wish, part, title=f"Ring {name} in {region} when root is used", why=_WHY, region=region, resource=arn,
        cost=_cost(topic, counted, len(held)),
    )  # fmt: skip


def _ringing(region: str, metric: _Metric, wanted: Wanted, arn: str) -> Part:
    name = arn.rsplit(":", 1)[1]
    on = {"Namespace": metric.namespace, "MetricName": metric.name}
    asked = {
        "AlarmName": name, "AlarmDescription": "Root was used (Rootwarden)", "ActionsEnabled": True,
        "AlarmActions": [wanted.arn], **on, **_RINGS,
    }  # fmt: skip
    at = (Item("region", region), "MetricAlarms", Item("AlarmName", name))
    step = Step(
        id="alarm",
        does=f"Set the alarm {name}",
        call=Call(service="cloudwatch", operation="PutMetricAlarm", region=region, parameters=asked),
        undo=(Call(service="cloudwatch", operation="DeleteAlarms", region=region, parameters={"AlarmNames": [name]}),),
        used=on_alarm(name, region),
        on=(arn,),
    )
    after = {
        "AlarmName": name, "AlarmArn": arn, "ActionsEnabled": True, "AlarmActions": [wanted.arn], **on, **_RINGS,
    }  # fmt: skip
    return Part(
        steps=(step,),
        expects=(Expect(fact=_ALARMS, at=at, value=None),),
        then=(Expect(fact=_ALARMS, at=at, value=after),),
        shows=(Difference(what=f"alarm {name}", before="none", after="rings at one record in five minutes"),),
        declares=(Declared(type="AWS::CloudWatch::Alarm", name=wanted.logical("Alarm"), properties=asked),),
    )


def _cost(topic: Part, counted: Part, alarms: int) -> Cost:
    """Return what it costs: nothing for the first ten metrics and alarms of an account, a few cents beyond."""
    beyond = ALARM_A_MONTH + (METRIC_A_MONTH if counted.steps else Decimal(0))
    free = f"The first {FREE_ALARMS} metrics and alarms of an account are free."
    return Cost(
        kind=CostClass.FIXED,
        low=topic.monthly + (beyond if alarms >= FREE_ALARMS else 0),
        high=topic.monthly + beyond,
        why=" ".join(part for part in (free, topic.priced) if part),
        priced=PRICES_OF,
    )
