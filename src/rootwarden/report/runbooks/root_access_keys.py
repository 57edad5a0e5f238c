"""Delete root's access keys as root itself: a root key is a password that never expires and that no policy can limit.

This is the way of a standalone or management account. In a member account the organization deletes them centrally
(`rootwarden plan --only RW-ROOT-04 --root-audit`).
"""

from __future__ import annotations

from rootwarden.report.runbook import Deed, Runbook

RUNBOOK = Runbook(
    title="Delete root's access keys",
    needs=(
        "Root's e-mail address, password and MFA device.",
        "To know what uses the key: `aws iam get-credential-report` says when, where and for what it was last used.",
        "A role or user for that program, already in use in place of the key.",
    ),
    deeds=(
        Deed(
            do="Look what each key did in the last 90 days, in every Region that is enabled.",
            commands=(
                "aws cloudtrail lookup-events --region REGION "
                "--lookup-attributes AttributeKey=AccessKeyId,AttributeValue=ACCESS_KEY_ID",
            ),
            note="Reads and writes of objects do not show there; the credential report's last use counts them.",
        ),
        Deed(
            do="Sign in as the root user of account {account} and open root's own security page.",
            path=("the account's name at the top right", "Security credentials", "Access keys"),
        ),
        Deed(do="Deactivate each key (Actions, Deactivate). Anything that still used it fails now, and tells you so."),
        Deed(do="Wait two weeks. If something failed, activate the key, give that program a role, and begin again."),
        Deed(do="Delete each key (Actions, Delete). Create no other: `aws login` gives root keys that expire."),
    ),
    done=("AccountAccessKeysPresent in the account's summary is 0 (RW-ROOT-04).",),
    controls=("RW-ROOT-04",),
    facts=("iam.account_summary",),
    links=("https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user_manage_delete-key.html",),
)
