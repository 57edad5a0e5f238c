"""IAM: what every user can sign in with at this very moment; a credential report may be four hours old."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec.structs import replace

from rootwarden.aws.collectors import of_account
from rootwarden.aws.refusals import UnreadError
from rootwarden.aws.visit import Visit

T = TypeVar("T")
_PER = dict.fromkeys(
    ("iam.GetLoginProfile", "iam.ListAccessKeys", "iam.ListMFADevices", "iam.ListSigningCertificates"), "user"
)


@of_account("iam.user_credentials", after=("iam.authorization",), per=_PER)
def user_credentials(visit: Visit) -> dict[str, Any]:
    """Return password, keys, devices and certificates of every user; no secret is among them."""
    return {"users": [_one(visit, user["UserName"]) for user in visit.need("iam.authorization")["users"]]}


def _one(visit: Visit, name: str) -> dict[str, Any]:
    ask = visit.ask
    profile = _told(
        "iam:GetLoginProfile", lambda: ask.call_or_none(("NoSuchEntity",), "iam", "GetLoginProfile", UserName=name)
    )
    keys = _told("iam:ListAccessKeys", lambda: ask.items("iam", "ListAccessKeys", "AccessKeyMetadata", UserName=name))
    devices = _told("iam:ListMFADevices", lambda: ask.items("iam", "ListMFADevices", "MFADevices", UserName=name))
    signing = _told(
        "iam:ListSigningCertificates",
        lambda: ask.items("iam", "ListSigningCertificates", "Certificates", UserName=name),
    )
    return {
        "UserName": name,
        "LoginProfile": profile and {
            "CreateDate": profile["LoginProfile"].get("CreateDate"),
            "PasswordResetRequired": bool(profile["LoginProfile"].get("PasswordResetRequired")),
        },
        "AccessKeys": [{key: one.get(key) for key in ("AccessKeyId", "Status", "CreateDate")} for one in keys],
        "MFADevices": [{"SerialNumber": one["SerialNumber"]} for one in devices],
        "SigningCertificates": [{"CertificateId": one["CertificateId"], "Status": one["Status"]} for one in signing],
    }  # fmt: skip


@of_account("iam.named_policies", per={"iam.GetPolicy": "policy of AWS that the roster names"})
def named_policies(visit: Visit) -> dict[str, Any]:
    """Return AWS's own policies that somebody named, as AWS shows each; a Policy of None: there is none."""
    return {"policies": [_policy(visit, name) for name in visit.round.named_policies]}


def _policy(visit: Visit, name: str) -> dict[str, Any]:
    arn = name if name.startswith("arn:") else f"arn:{visit.ask.partition}:iam::aws:policy/{name}"
    answer = visit.ask.or_mark(lambda: visit.ask.call_or_none(("NoSuchEntity",), "iam", "GetPolicy", PolicyArn=arn))
    shown = answer and answer.get("Policy")
    return {"Arn": arn, "Policy": {"PolicyName": shown.get("PolicyName")} if shown else answer}


def _told(action: str, read: Callable[[], T]) -> T:
    """Read, and name the action that was missing: for calls of these names the table tells of root's sessions."""
    try:
        return read()
    except UnreadError as refusal:
        if refusal.unknown.why != "AccessDenied":
            raise
        raise UnreadError(replace(refusal.unknown, missing=(action,)), refusal.code, refusal.message) from refusal
