"""Give root a second factor that cannot be phished, and a spare one that somebody else keeps.

Whoever learns root's password otherwise owns the account. No program can do this: only root itself registers its
devices, at the console, with the device in hand.
"""

from __future__ import annotations

from rootwarden.report.runbook import Deed, Runbook

RUNBOOK = Runbook(
    title="Register MFA for the root user",
    remedies=("enable-root-mfa", "enrol-root-security-keys", "enrol-second-root-mfa-device"),
    needs=(
        "Root's e-mail address, its password, and the mailbox: AWS may send a code there.",
        "Two security keys (FIDO2), or one and a passkey; an authenticator app will do for the first minutes only.",
        "Two people: one who keeps the first device, another who keeps the second, in another place.",
        "In a member account think first: root credentials that are deleted need no MFA (RW-ROOT-08).",
    ),
    deeds=(
        Deed(
            do="Sign in as the root user of account {account}: choose Root user, give its e-mail address and password.",
            note="AWS asks for MFA at the latest 35 days after the first sign-in without it; that page leads here too.",
        ),
        Deed(
            do="Open root's own security page.",
            path=("the account's name at the top right", "Security credentials", "Multi-factor authentication (MFA)",
                  "Assign MFA device"),
        ),
        Deed(
            do="Name the device after where it is kept, choose Passkey or Security Key, and touch the key when asked.",
            note="No key at hand? An authenticator app is a first step: scan the code, type two codes in a row. It can "
            "be phished and copied, so replace it by a key this week and then remove it.",
        ),
        Deed(
            do="Register the second device in the same way. The other custodian keeps it, in another place.",
            note="Root may have up to eight devices, and each opens the account by itself: the weakest one counts.",
        ),
        Deed(do="Sign out. Sign in again with each device once; only then remove an app that came before them."),
        Deed(
            do="Write down who keeps which device, where, and under which seal. Never the password beside the device.",
        ),
    ),
    done=(
        "AccountMFAEnabled in the account's summary is 1 (RW-ROOT-01).",
        "No virtual device of root is listed (RW-ROOT-02), and there are two devices (RW-ROOT-03).",
    ),
    imprecise=(
        "Its steps for MFA (IAM, Users, the user, Security credentials) are those of IAM users. Root is in no list of "
        "users: its devices are under the account menu, Security credentials, and nowhere else.",
        "An authenticator app is accepted as a first step only: the aim is a key or passkey, and a second one.",
    ),
    controls=("RW-ROOT-01", "RW-ROOT-02", "RW-ROOT-03"),
    facts=("iam.account_summary", "iam.virtual_mfa_devices"),
    links=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html",
    ),
)  # fmt: skip
