"""Have an IAM user register a second factor: a password alone is one phishing mail away from somebody else.

The user does it; an administrator only sees to it, and looks whether it was done.
"""

from __future__ import annotations

from rootwarden.report.runbook import Deed, Runbook

RUNBOOK = Runbook(
    title="Have an IAM user register MFA",
    argument="USER",
    remedies=("require-user-mfa", "require-admin-mfa"),
    needs=(
        "The user {subject}, signed in, with a security key, a passkey or an authenticator app at hand.",
        "Rights to register it: iam:EnableMFADevice, iam:CreateVirtualMFADevice, iam:ListMFADevices on oneself.",
    ),
    deeds=(
        Deed(
            do="{subject} signs in to account {account} and opens the own security page.",
            path=("the user's name at the top right", "Security credentials", "Multi-factor authentication (MFA)",
                  "Assign MFA device"),
        ),
        Deed(
            do="An administrator who does it for somebody opens the user instead.",
            path=("IAM", "Users", "{subject}", "Security credentials", "Multi-factor authentication (MFA)",
                  "Assign MFA device"),
            note="This is the way that the well-known guide describes.",
        ),
        Deed(
            do="Choose Passkey or Security Key and touch it; with an authenticator app type two codes in a row.",
        ),
        Deed(
            do="Sign out and in again, with the device.",
            commands=("aws iam list-mfa-devices --user-name {subject}",),
        ),
    ),
    done=("A device is listed for the user; the credential report shows it within four hours (RW-IAM-02, RW-IAM-03).",),
    imprecise=("It gives the steps by way of IAM, Users for root as well. They are right for IAM users only.",),
    witness="user-mfa",
    links=("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable.html",),
)  # fmt: skip
