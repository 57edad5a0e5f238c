"""The alert topic can deliver: an alarm that nobody receives is no alarm, and nothing in AWS says that it was lost.

Alerts about root usually go from an alarm or an event rule through an SNS topic to people. That path breaks silently:
a subscription that nobody confirmed, a topic policy or a key that keeps the sender out, a filter that drops the
message, a topic in the wrong Region. The alarm then shows red in a console that nobody looks at.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rootwarden.model.control import Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.readings import Unknown
from rootwarden.model.sight import Log, Sight
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.alert_paths import AlertPaths, alert_paths
from rootwarden.proofs.alert_quick import ALARMS, RULES
from rootwarden.proofs.allowed_domains import allowed_domains, outside
from rootwarden.proofs.regions import not_asked
from rootwarden.proofs.topic_delivery import delivery, find_topic
from rootwarden.proofs.topic_publish import Publisher

CONTROL = Control(
    code="RW-MON-05",
    title="The alert topic can deliver",
    question="Does each topic that an alarm or an event rule sends to reach a confirmed subscriber?",
    severity=Severity.HIGH,
    practice=Practice.WATCH_ROOT,
    scope=Scope.RESOURCE,
    facts=("sns.topics", "cloudwatch.alarms", "events.rules", "kms.keys?", "account.regions?", "policy.document?"),
    measured=(
        "For every SNS topic named by an alarm action or a rule target: the topic exists in the same Region, at least "
        "min_subscribers subscriptions are confirmed and do not filter the alert away, the topic policy lets the "
        "sender publish (CloudWatch or the owning account for alarms, EventBridge for rules), with its conditions "
        "evaluated, and the key that encrypts it, if any, is an enabled customer key that the sender may use."
    ),
    misses=(
        "Whether the alarm or rule fires, whether the mailbox behind an address is read, and what a chat or paging "
        "service does with the message. Filters on the message body are not evaluated, nor the policies of a role that "
        "a rule names for its target."
    ),
    remedy="repair-alert-topic",
    fix=Fix(
        automation="assisted",
        steps=(
            "No confirmed subscriber: subscribe again and click the link in the confirmation mail.",
            "Alarm kept out: add a statement to the topic policy that lets cloudwatch.amazonaws.com call sns:Publish, "
            "with aws:SourceAccount set to your account.",
            "Rule kept out: add a statement of its own that lets events.amazonaws.com call sns:Publish, without any "
            "Condition: EventBridge sends no aws:SourceAccount or aws:SourceArn to topics and their keys. Name no role "
            "in the target.",
            "Encrypted with alias/aws/sns: use a customer key whose policy lets the same service call "
            "kms:GenerateDataKey* and kms:Decrypt, again without a Condition for events.amazonaws.com.",
            "Then send a test message and see that it arrives.",
        ),
        commands=(
            "aws sns subscribe --region {region} --topic-arn {resource} --protocol email "
            "--notification-endpoint security@example.com",
            "aws sns set-topic-attributes --region {region} --topic-arn {resource} --attribute-name Policy "
            "--attribute-value file://topic-policy.json",
            "aws sns set-topic-attributes --region {region} --topic-arn {resource} --attribute-name KmsMasterKeyId "
            "--attribute-value KEY_ARN",
            "aws sns publish --region {region} --topic-arn {resource} --message test",
        ),
        terraform="""
resource "aws_sns_topic_subscription" "security" {
  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = "security@example.com"
}

resource "aws_sns_topic_policy" "alerts" {
  arn    = aws_sns_topic.alerts.arn
  policy = data.aws_iam_policy_document.alerts.json
}
""",
    ),
    params={"min_subscribers": 1},
    links=(
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html",
        "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
        "https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html",
    ),
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge each topic that an alarm or a rule of the account sends to."""
    paths = alert_paths(seen)
    wanted = limits.number("min_subscribers")
    for arn, publishers in paths.publishers.items():
        yield _judge_one(seen.about(resource=arn, region=arn.split(":")[3]), arn, publishers, wanted, paths)
    if paths.gaps:
        yield _gaps(seen, paths)
    elif not paths.publishers:
        aside = seen.about()
        for fact in (ALARMS, RULES):
            aside.account[fact].each()
        unasked = not_asked(seen, f"{ALARMS}, {RULES}")
        if unasked is not None:
            yield aside.cannot_tell(unasked)
        else:
            yield aside.not_applicable(
                "No alarm and no event rule of this account sends to a topic.", reason="no_topic"
            )


def _judge_one(one: View, arn: str, publishers: tuple[Publisher, ...], wanted: float, paths: AlertPaths) -> Verdict:
    topic = find_topic(one, arn)
    result = delivery(one, topic, arn, publishers, wanted)
    name = arn.rsplit(":", 1)[1]
    senders = _listed([publisher.name for publisher in publishers])
    if result.problems:
        return one.fails(
            f"Alerts through the topic {name} do not arrive: {result.in_words()}. It should tell people of {senders}.",
            reason=result.problems[0].name,
        )
    region = one.subject.region
    doubt = result.doubt or paths.doubt(region)
    if doubt is not None:
        return one.cannot_tell(doubt)
    notes = (*_foreign(one, topic), *_elsewhere(paths.elsewhere(region)))
    return one.passes(f"Alerts of {senders} reach a confirmed subscriber of {name}.", notes=notes)


def _elsewhere(regions: tuple[str, ...]) -> tuple[str, ...]:
    """Say once that alarms of other Regions were not looked at: they need topics of their own."""
    return (f"other_regions_unread: alarms or rules in {len(regions)} other Regions were not read",) if regions else ()


def _gaps(seen: View, paths: AlertPaths) -> Verdict:
    """Say once that alarms or rules are unread, and where: they may send to topics that nobody judged."""
    first = min((gap.error.unknown for gap in paths.gaps), key=str)
    missing = sorted({action for gap in paths.gaps for action in gap.error.unknown.missing})
    where: dict[str, list[str]] = {}
    for gap in paths.gaps:
        where.setdefault(gap.fact, []).append(gap.region)
    places = (f"{fact} in {', '.join(sorted(set(found)))}" if all(found) else fact for fact, found in where.items())
    return seen.about().unknown(Unknown(first.why, first.call, tuple(missing), first.hint), "; ".join(places))


def _foreign(one: View, topic: Sight) -> tuple[str, ...]:
    """Warn of subscribers outside the domains that the policy allows; says nothing without a policy."""
    allowed = allowed_domains(one)
    if allowed is None:
        return ()
    subscriptions = topic.recorded_in(Log())["subscriptions"].each()
    emails = (item for item in subscriptions if item.told("Protocol").startswith("email"))
    domains = outside((item.told("Endpoint") for item in emails), allowed)
    return (f"foreign_domain: alerts also go to {', '.join(domains)}",) if domains else ()


def _listed(names: list[str]) -> str:
    if len(names) > 3:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
