"""Repairs an alert topic that reaches nobody: its policy, its key and its subscribers, whatever of them is in the way.

Each alarm or event rule that sends to the topic gets a statement of its own; what others wrote stays. A topic that is
encrypted with AWS's own key for SNS gets a customer key that the senders may use. Configured addresses are subscribed,
and whoever reads them has to click a link before anything arrives.
"""

from __future__ import annotations

from msgspec.structs import replace

from rootwarden.model.plan import Change, Risk, change_id
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.proofs.alert_paths import alert_paths
from rootwarden.proofs.alerting_topics import topic_part
from rootwarden.proofs.alerting_wanted import PATIENCE, Wanted
from rootwarden.proofs.ways_in import FACTS as WAYS_IN

REMEDY = Remedy(
    title="Repair the alert topic", order=60, params={"emails": ()}, facts=(*WAYS_IN, "kms.keys"),
    risks=(Risk.CAREFUL,),
    calls=(
        "kms.CreateAlias", "kms.CreateKey", "kms.DeleteAlias", "kms.PutKeyPolicy", "kms.ScheduleKeyDeletion",
        "kms.UntagResource", "sns.CreateTopic", "sns.DeleteTopic", "sns.SetTopicAttributes", "sns.Subscribe",
        "sns.Unsubscribe",
    ),
)  # fmt: skip


def prescribe(case: Case) -> Change | Not:
    """Mend all that keeps alerts from somebody; taken back, the topic, its policy and its key are as before."""
    finding, seen = case.finding, case.seen
    arn = finding.resource
    name, owner = arn.rsplit(":", 1)[1], arn.split(":")[4]
    publishers = alert_paths(seen).publishers.get(arn, ())
    if owner != finding.account:
        return Not(f"the topic {name} belongs to account {owner}", "mend it there, or send to a topic of this account")
    stranger = next((one for one in publishers if one.region not in ("", finding.region)), None)
    if stranger is not None:
        return Not(
            f"{stranger.name} is in {stranger.region} and cannot send to a topic in {finding.region}",
            f"name a topic in {stranger.region} instead; watch-root-with-eventbridge makes one in each Region",
        )
    part = topic_part(
        seen,
        Wanted(
            arn=arn,
            partition=seen.subject.partition,
            publishers=publishers,
            emails=case.settings.texts("emails"),
            change=change_id(case.slug, finding.account, finding.region, arn, finding.aspect),
            section=f"[remedies.{case.slug}]",
            least=max(1, int(case.limits.number("min_subscribers"))),
        ),
    )
    if isinstance(part, Not):
        return part
    if not part.steps:
        return Not(f"a person has to confirm the subscription of {name}", "; ".join(part.notes) or "plan again")
    change = case.change(
        f"Repair the alert topic {name}",
        risk=Risk.CAREFUL,
        steps=part.steps,
        expects=part.expects,
        then=part.then,
        shows=part.shows,
    )
    return replace(
        change, notes=part.notes, declares=part.declares, cost=part.cost,
        patience=PATIENCE if part.waits else 0,
    )  # fmt: skip
