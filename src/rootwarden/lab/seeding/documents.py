"""The policies a well-run account needs: for the audit role, trail buckets, keys and topics, as in AWS's guides.

Sources: CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail" and "Configure AWS KMS key policies for
CloudTrail"; Amazon SNS Developer Guide, "Example cases for Amazon SNS access control"; AWS Budgets, "Creating an Amazon
SNS topic for budget notifications".
"""

from __future__ import annotations

from typing import Any

from rootwarden.lab.blueprint import Account, Bucket, Document, Key, Topic, Trail, World
from rootwarden.model.facts import FACTS, Scope
from rootwarden.model.writes import WRITES

_TRAIL_SERVICE = "cloudtrail.amazonaws.com"
# EventBridge does not support conditions in topic policies (EventBridge User Guide, resource-based policies).
_WITHOUT_CONDITION = frozenset({"events.amazonaws.com"})


def policy(*statements: Document) -> Document:
    """Return a policy document of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(principal: Any, action: str | list[str], resource: str, condition: Document | None = None) -> Document:
    """Return one Allow statement."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})


def aws_policy(name: str) -> str:
    """Return the ARN of an AWS managed policy (`AdministratorAccess`, `job-function/Billing`)."""
    return f"arn:aws:iam::aws:policy/{name}"


def home(account: str) -> Document:
    """Return the principal that stands for an account."""
    return {"AWS": f"arn:aws:iam::{account}:root"}


def trust(principal: Document, condition: Document) -> Document:
    """Return the trust policy of a role; federated principals come in by SAML."""
    action = "sts:AssumeRoleWithSAML" if "Federated" in principal else "sts:AssumeRole"
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return policy(statement | ({"Condition": condition} if condition else {}))


def audit_permissions(*, organization: bool) -> Document:
    """Return what an audit reads: every action of the table of facts; the organization's only where it is read."""
    actions = {
        action
        for fact in FACTS.values()
        if (organization or fact.scope is not Scope.ORG) and not fact.on_request
        for action in fact.permissions
        if organization or action != "sts:AssumeRoot"
    }
    statements = [{"Effect": "Allow", "Action": sorted(actions), "Resource": "*"}]
    if organization:
        hop = "arn:aws:iam::*:role/RootwardenAudit"
        statements.append({"Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": hop})
    return policy(*statements)


def change_permissions() -> Document:
    """Return what applying plans needs: every action of the table of writes."""
    actions = {action for row in WRITES.values() for action in row.actions}
    return policy({"Effect": "Allow", "Action": sorted(actions), "Resource": "*"})


def trail_arn(owner: Account, trail: Trail, world: World) -> str:
    """Return the ARN a trail will have."""
    return f"arn:aws:cloudtrail:{trail.region or world.region}:{owner.id}:trail/{trail.name}"


def bucket_policy(bucket: Bucket, world: World) -> Document | None:
    """Return the policy a bucket needs for the trails and access logs that the world sends there; None for no need."""
    if bucket.policy is not None:
        return bucket.policy
    arn = f"arn:aws:s3:::{bucket.name}"
    statements: list[Document] = []
    for owner in world.accounts:
        for trail in owner.trails:
            if trail.bucket == bucket.name:
                statements += _trail_statements(arn, owner, trail, bucket, world)
    if any(other.access_logs_to == bucket.name for owner in world.accounts for other in owner.buckets):
        statements.append(allow({"Service": "logging.s3.amazonaws.com"}, "s3:PutObject", f"{arn}/*"))
    if bucket.deny_delete:
        statements.append(_no_deletion(arn))
    return policy(*statements) if statements else None


def _trail_statements(arn: str, owner: Account, trail: Trail, bucket: Bucket, world: World) -> list[Document]:
    service = {"Service": _TRAIL_SERVICE}
    source = {"aws:SourceArn": trail_arn(owner, trail, world)} if bucket.source_arn else {}
    writers = [owner.id] + ([world.organization.id] if trail.organization and world.organization else [])
    control = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", **source}}
    reads = allow(service, "s3:GetBucketAcl", arn, {"StringEquals": source} if source else None)
    return [reads, *(allow(service, "s3:PutObject", f"{arn}/AWSLogs/{writer}/*", control) for writer in writers)]


def _no_deletion(arn: str) -> Document:
    actions = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"]
    return {"Effect": "Deny", "Principal": "*", "Action": actions, "Resource": f"{arn}/*"}


def key_policy(key: Key, account: Account, world: World) -> Document:
    """Return the policy of a key: its account administers it, the services named may use it."""
    if key.policy is not None:
        return key.policy
    statements = [allow(home(account.id), "kms:*", "*")]
    for service in key.services:
        if service == _TRAIL_SERVICE:
            statements += _trail_key_statements(key, account, world)
        else:
            statements.append(allow({"Service": service}, ["kms:GenerateDataKey*", "kms:Decrypt"], "*"))
    return policy(*statements)


def _trail_key_statements(key: Key, account: Account, world: World) -> list[Document]:
    service, statements = {"Service": _TRAIL_SERVICE}, []
    for owner in world.accounts:
        for trail in owner.trails:
            if trail.key == f"{account.name}/{key.alias}":
                condition = {
                    "StringEquals": {"aws:SourceArn": trail_arn(owner, trail, world)},
                    "StringLike": {
                        "kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{owner.id}:trail/*"
                    },
                }
                statements.append(allow(service, "kms:GenerateDataKey*", "*", condition))
    return [*statements, allow(service, "kms:DescribeKey", "*")]


def topic_policy(topic: Topic, arn: str, account: str) -> Document:
    """Return the policy of a topic: AWS's default for its account, and a statement for each publishing service."""
    owner = {"StringEquals": {"AWS:SourceOwner": account}}
    own = ["SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:Subscribe", "SNS:ListSubscriptionsByTopic"]
    statements = [allow({"AWS": "*"}, [*own, "SNS:AddPermission", "SNS:DeleteTopic", "SNS:Publish"], arn, owner)]
    for service in topic.publishers:
        condition = None if service in _WITHOUT_CONDITION else {"StringEquals": {"aws:SourceAccount": account}}
        statements.append(allow({"Service": service}, "sns:Publish", arn, condition))
    return policy(*statements)
