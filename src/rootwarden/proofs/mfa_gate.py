"""The MFA gate: a policy under which a user without MFA can do nothing but change the password and enrol MFA.

Source: IAM User Guide, "AWS: Allows MFA-authenticated IAM users to manage their own credentials", with what its note
adds for people who have to change their first password: iam:ChangePassword and iam:GetAccountPasswordPolicy. What the
gate cannot do: whoever learns a password before its owner has enrolled a device can enrol one of their own.
"""

from __future__ import annotations

from typing import Any

from rootwarden.proofs.truth import Truth

# What a session without MFA may still do. Without one of these a new person is shut out for good.
EXEMPT = (
    "iam:ChangePassword", "iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:GetAccountPasswordPolicy",
    "iam:GetUser", "iam:ListMFADevices", "iam:ListVirtualMFADevices", "iam:ResyncMFADevice", "sts:GetSessionToken",
)  # fmt: skip
# Of these the gate itself grants: GetSessionToken needs no permission (STS API Reference).
GRANTED = EXEMPT[:-1]
WORKLOADS = "/service/"
_ON_THE_ACCOUNT = ("iam:GetAccountPasswordPolicy", "iam:ListVirtualMFADevices")
_ON_A_DEVICE = ("iam:CreateVirtualMFADevice",)
_ON_ONESELF = (
    "iam:ChangePassword", "iam:DeactivateMFADevice", "iam:EnableMFADevice", "iam:GetUser", "iam:ListMFADevices",
    "iam:ResyncMFADevice",
)  # fmt: skip


def gate_document(partition: str = "aws") -> dict[str, Any]:
    """Return the policy: it lets a user manage their own password and MFA, and denies all else without MFA.

    A user's path stands in its ARN and not in `${aws:username}`; names are unique whatever the path, so that both forms
    mean one user.
    """
    oneself = [f"arn:{partition}:iam::*:user/{path}${{aws:username}}" for path in ("", "*/")]
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow("AllowViewAccountInfo", _ON_THE_ACCOUNT, "*"),
            _allow("AllowManageOwnVirtualMFADevice", _ON_A_DEVICE, f"arn:{partition}:iam::*:mfa/*"),
            _allow("AllowManageOwnPasswordAndMFA", _ON_ONESELF, oneself),
            {
                "Sid": "DenyAllExceptListedIfNoMFA",
                "Effect": "Deny",
                "NotAction": list(EXEMPT),
                "Resource": "*",
                "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
            },
        ],
    }


def why_not_gated(path: str, active_key: Truth) -> str:
    """Return why a user must not stand behind the gate, "" if it may: a key makes calls without MFA.

    Raises:
        UnseenError: whether it has an active access key could not be read.
    """
    if path.startswith(WORKLOADS):
        return f"it is a workload (path {path}), and a workload has no MFA"
    if active_key.sure():
        return "it has an active access key, which makes calls without MFA and would stop working"
    return ""


def _allow(sid: str, actions: tuple[str, ...], resource: str | list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}
