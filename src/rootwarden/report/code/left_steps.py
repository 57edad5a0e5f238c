"""Which steps of a change remain when what it declares is made by a stack or by Terraform.

A change may declare a new bucket and switch something on in another that it says nothing of. Nobody can tell from a
declaration what it leaves out, but the calls say what they are about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct

from rootwarden.model.placeholders import references
from rootwarden.model.plan import Change, Declared, Step
from rootwarden.report.code.aws_types import TYPES, property_at
from rootwarden.report.code.functions import reference_of
from rootwarden.report.code.resource import name_of

_TOPIC_POLICY = "AWS::SNS::TopicPolicy"
# Type -> the calls that make it or set what it declares, as patterns.
_MAKES: Mapping[str, tuple[str, ...]] = {
    "AWS::S3::Bucket": (
        "s3.CreateBucket", "s3.PutBucket[!P]*", "s3.PutPublicAccessBlock", "s3.PutObjectLockConfiguration",
    ),
    "AWS::S3::BucketPolicy": ("s3.PutBucketPolicy",),
    "AWS::KMS::Key": ("kms.*Key", "kms.EnableKeyRotation", "kms.PutKeyPolicy", "kms.TagResource"),
    "AWS::KMS::Alias": ("kms.CreateAlias", "kms.UpdateAlias"),
    "AWS::CloudTrail::Trail": ("cloudtrail.*",),
    "AWS::Logs::LogGroup": ("logs.CreateLogGroup", "logs.PutRetentionPolicy", "logs.AssociateKmsKey"),
    "AWS::Logs::MetricFilter": ("logs.PutMetricFilter",),
    "AWS::IAM::Role": (
        "iam.CreateRole", "iam.PutRolePolicy", "iam.AttachRolePolicy", "iam.Update*Role*", "iam.TagRole",
    ),
    "AWS::IAM::Group": ("iam.CreateGroup", "iam.PutGroupPolicy", "iam.AttachGroupPolicy"),
    "AWS::IAM::User": (
        "iam.CreateUser", "iam.AddUserToGroup", "iam.PutUserPolicy", "iam.AttachUserPolicy", "iam.TagUser",
    ),
    "AWS::IAM::ManagedPolicy": ("iam.CreatePolicy", "iam.CreatePolicyVersion", "iam.Attach*Policy"),
    "AWS::Budgets::Budget": ("budgets.*",),
    "AWS::SNS::Topic": ("sns.CreateTopic", "sns.SetTopicAttributes", "sns.TagResource"),
    _TOPIC_POLICY: ("sns.SetTopicAttributes",),
    "AWS::SNS::Subscription": ("sns.Subscribe",),
    "AWS::Events::Rule": ("events.PutRule", "events.PutTargets", "events.EnableRule"),
    "AWS::CloudWatch::Alarm": ("cloudwatch.PutMetricAlarm", "cloudwatch.EnableAlarmActions"),
    "AWS::GuardDuty::Detector": ("guardduty.CreateDetector", "guardduty.UpdateDetector"),
    "AWS::AccessAnalyzer::Analyzer": ("accessanalyzer.CreateAnalyzer",),
    "AWS::CE::AnomalyMonitor": ("ce.CreateAnomalyMonitor", "ce.UpdateAnomalyMonitor"),
    "AWS::CE::AnomalySubscription": ("ce.CreateAnomalySubscription", "ce.UpdateAnomalySubscription"),
}  # fmt: skip


class When(StrEnum):
    """When commands are run, seen from what makes the resources."""

    BEFORE = "before"
    AFTER = "after"
    INSTEAD = "instead"


class Commanded(Struct, frozen=True):
    """Steps of a change that commands make, all of them where nothing else can."""

    change: Change
    when: When
    steps: tuple[Step, ...]


def left_steps(change: Change) -> tuple[Commanded, ...]:
    """Return the steps that making the declared resources does not do.

    If one of them needs what a step answers that is not made, the id of a new key for instance, all are to be made.
    """
    whole = (Commanded(change, When.INSTEAD, change.steps),)
    if not change.declares:
        return whole
    done = [step for step in change.steps if _is_declared(change, step)]
    left = [step for step in change.steps if step not in done]
    if not done and left:
        return whole
    answers = {f"{step.id}.{name}" for step in done for name in step.keeps}
    if any(name in answers for step in left for name in references(step.call.parameters)):
        return whole
    first = change.steps.index(done[0]) if done else 0
    before = tuple(step for step in left if change.steps.index(step) < first)
    after = tuple(step for step in left if step not in before)
    parts = ((When.BEFORE, before), (When.AFTER, after))
    return tuple(Commanded(change, when, steps) for when, steps in parts if steps)


def _is_declared(change: Change, step: Step) -> bool:
    """Return whether a call is one by which something that is declared comes to be."""
    return any(
        any(fnmatchcase(step.call.name, pattern) for pattern in _patterns(one.type))
        and _is_named(one, change, step.call.parameters)
        and not (one.type == _TOPIC_POLICY and step.call.parameters.get("AttributeName") != "Policy")
        for one in change.declares
    )


def _is_named(one: Declared, change: Change, parameters: Mapping[str, Any]) -> bool:
    """Return whether a call can be about a resource: it holds the name, or only an answer will tell it."""
    told = list(_told(one, parameters))
    is_told_later = any(True for _ in references(parameters))
    return all(
        any(_same(name, text) for text in told) or (is_told_later and is_referred_to)
        for name, is_referred_to in _names(one, change)
    )


def _patterns(type_: str) -> tuple[str, ...]:
    """Return the calls that make a type; of one that is not known, all of its service."""
    return _MAKES.get(type_) or (f"{type_.split('::')[1].lower()}.*",)


def _names(one: Declared, change: Change) -> list[tuple[str, bool]]:
    """Return what names a resource, and whether it is the name of another one that it refers to."""
    about = TYPES.get(one.type)
    found: list[tuple[str, bool]] = []
    for path in about.named if about else ():
        value = property_at(one.properties, path)
        value = value[0] if isinstance(value, list | tuple) and len(value) == 1 else value
        reference = reference_of(value)
        if isinstance(value, str) and value != "default":
            found.append((value, False))
        elif reference is not None:
            found += [(name_of(other), True) for other in change.declares if other.name == reference.name]
    return found or ([(one.exists, False)] if one.exists else [])


def _same(name: str, text: str) -> bool:
    """Return whether both name the same thing, one of them perhaps by its ARN."""
    return name == text or text.endswith((f":{name}", f"/{name}")) or name.endswith((f":{text}", f"/{text}"))


def _told(one: Declared, parameters: Mapping[str, Any]) -> Iterator[str]:
    """Go through the texts by which a call may say what it is about.

    Those are its parameters themselves, not what stands in them: where a bucket's access is logged to is in another
    bucket. Some services put a thing with its name into one parameter (CreateBudget, CreateAnomalyMonitor).
    """
    about = TYPES.get(one.type)
    keys = {path.rpartition(".")[2] for path in about.named} if about else set()
    for value in parameters.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from (text for key, text in value.items() if key in keys and isinstance(text, str))
