"""Becoming somebody else: assume a role, keep its credentials fresh, and become root of a member for one task."""

from __future__ import annotations

from typing import Any

from botocore.credentials import Credentials, RefreshableCredentials

from rootwarden.aws.ask import Ask

# AWS IAM User Guide, "Perform a privileged task on a member account": the task policy that can only read root's
# credentials, and the longest session it gets.
AUDIT_TASK = "IAMAuditRootUserCredentials"
ROOT_SECONDS = 900
SESSION_NAME = "rootwarden-audit"


def role_arn(partition: str, account: str, role: str) -> str:
    """Return the ARN of a role given by name, with or without its path."""
    return f"arn:{partition}:iam::{account}:role/{role.lstrip('/')}"


def task_policy_arn(partition: str, task: str = AUDIT_TASK) -> str:
    """Return the ARN of AWS's managed policy for one task as root of a member: reading its credentials, or another."""
    return f"arn:{partition}:iam::aws:policy/root-task/{task}"


def assume_role(asker: Ask, arn: str, *, policy: str = "", source_identity: str = "", external_id: str = "") -> Ask:
    """Assume a role and return questions in its name; its credentials are renewed before they expire.

    `policy` is an inline session policy (JSON), `source_identity` is what CloudTrail shows of who is behind it,
    `external_id` is what the role's trust policy may ask for (IAM User Guide, "Access to AWS accounts owned by third
    parties").

    Raises:
        UnreadError: STS refused; AWS does not tell a missing role from one that does not trust the caller.
    """
    wanted = {"RoleArn": arn, "RoleSessionName": SESSION_NAME}
    wanted |= {"Policy": policy} if policy else {}
    wanted |= {"SourceIdentity": source_identity} if source_identity else {}
    wanted |= {"ExternalId": external_id} if external_id else {}

    def fetch() -> dict[str, Any]:
        return asker.call("sts", "AssumeRole", **wanted)

    first = fetch()
    credentials = RefreshableCredentials.create_from_metadata(
        _metadata(first), refresh_using=lambda: _metadata(fetch()), method="assume-role"
    )
    return Ask(asker.reading, credentials, arn.split(":")[4], str(first.get("SourceIdentity", "")))


def assume_root(asker: Ask, member: str, task: str = AUDIT_TASK) -> Ask:
    """Become root of a member account for at most 15 minutes and one task: to read root's own credentials, or another.

    Raises:
        UnreadError: STS refused, or centralized root access is not enabled.
    """
    answer = asker.call(
        "sts",
        "AssumeRoot",
        TargetPrincipal=member,
        TaskPolicyArn={"arn": task_policy_arn(asker.partition, task)},
        DurationSeconds=ROOT_SECONDS,
    )
    keys = answer["Credentials"]
    credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], method="assume-root")
    return Ask(asker.reading, credentials, member)


def _metadata(answer: dict[str, Any]) -> dict[str, Any]:
    keys = answer["Credentials"]
    return {
        "access_key": keys["AccessKeyId"],
        "secret_key": keys["SecretAccessKey"],
        "token": keys["SessionToken"],
        "expiry_time": keys["Expiration"],
    }
