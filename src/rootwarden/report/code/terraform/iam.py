"""Roles, groups, users and managed policies. Passwords and keys are never written down, so a login profile is not said.

What a role, group or user holds becomes resources beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rootwarden.report.code.hcl import Argument
from rootwarden.report.code.terraform.kind import (
    Kind,
    Own,
    Parts,
    Words,
    argument,
    document,
    each,
    raw,
    said,
    tags,
)

_INLINE = {"PolicyName": argument("name"), "PolicyDocument": document("policy")}


def _inline(who: str) -> Parts:
    """Say policies that stand in a role, group or user."""

    def parts(value: Any, address: str, words: Words, _: Mapping[str, Any]) -> Iterator[Own]:
        for at, one in enumerate(value, start=1):
            body = (Argument(who, raw(address, "name")), *said(one, _INLINE, words, "an inline policy"))
            yield Own(f"aws_iam_{who}_policy", body, str(at) if len(value) > 1 else "")

    return parts


def _attached(who: str) -> Parts:
    """Say managed policies that a role, group or user has."""
    return each(f"aws_iam_{who}_policy_attachment", who, "name", "policy_arn")


def _attached_to(who: str) -> Parts:
    """Say to whom a managed policy is attached."""

    def parts(value: Any, address: str, words: Words, _: Mapping[str, Any]) -> Iterator[Own]:
        for at, one in enumerate(value, start=1):
            body = (Argument(who, words.value(one)), Argument("policy_arn", raw(address, "arn")))
            yield Own(f"aws_iam_{who}_policy_attachment", body, str(at) if len(value) > 1 else "")

    return parts


def _member(value: Any, address: str, words: Words, _: Mapping[str, Any]) -> Iterator[Own]:
    body = (Argument("user", raw(address, "name")), Argument("groups", words.value(value)))
    yield Own("aws_iam_user_group_membership", body)


def _held(who: str) -> dict[str, Parts]:
    return {"Policies": _inline(who), "ManagedPolicyArns": _attached(who)}


KINDS = {
    "AWS::IAM::Role": Kind(
        type="aws_iam_role",
        says={
            "RoleName": argument("name"),
            "Path": argument("path"),
            "Description": argument("description"),
            "MaxSessionDuration": argument("max_session_duration"),
            "PermissionsBoundary": argument("permissions_boundary"),
            "AssumeRolePolicyDocument": document("assume_role_policy"),
            "Tags": tags(),
        },
        parts=_held("role"),
        ref="name",
        gets={"Arn": "{}.arn", "RoleId": "{}.unique_id"},
    ),
    "AWS::IAM::Group": Kind(
        type="aws_iam_group",
        says={"GroupName": argument("name"), "Path": argument("path")},
        parts=_held("group"),
        ref="name",
    ),
    "AWS::IAM::User": Kind(
        type="aws_iam_user",
        says={
            "UserName": argument("name"),
            "Path": argument("path"),
            "PermissionsBoundary": argument("permissions_boundary"),
            "Tags": tags(),
        },
        parts={"Groups": _member, **_held("user")},
        ref="name",
    ),
    "AWS::IAM::ManagedPolicy": Kind(
        type="aws_iam_policy",
        says={
            "ManagedPolicyName": argument("name"),
            "Path": argument("path"),
            "Description": argument("description"),
            "PolicyDocument": document("policy"),
        },
        parts={"Roles": _attached_to("role"), "Groups": _attached_to("group"), "Users": _attached_to("user")},
        ref="arn",
        gets={"PolicyArn": "{}.arn"},
        imported="{arn}",
    ),
}
