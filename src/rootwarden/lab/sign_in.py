"""Lets root sign in to the console, or fail to, and leaves the record that AWS publishes for it.

Shape: CloudTrail User Guide, "AWS Management Console sign-in events"; root signs in in us-east-1 wherever it goes.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from msgspec import Struct

from rootwarden.lab.callers import alias_of
from rootwarden.lab.clock import iso, now
from rootwarden.lab.root_user import RootUser
from rootwarden.lab.sending.outgoing import send_record
from rootwarden.lab.state import Record, account_state

BROWSER = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
    "Safari/537.36"
)
_CONSOLE = "https://console.aws.amazon.com/console/home?state=hashArgs%23&isauthcode=true"
_TLS = {
    "tlsVersion": "TLSv1.3",
    "cipherSuite": "TLS_AES_128_GCM_SHA256",
    "clientProvidedHostHeader": "signin.aws.amazon.com",
}


class SignIn(Struct, frozen=True, forbid_unknown_fields=True):
    """One attempt: whether it succeeds, whether with an MFA device, from which address, with which browser."""

    ok: bool = True
    mfa: bool = False
    address: str = "203.0.113.7"
    user_agent: str = BROWSER


def sign_in(account: str, attempt: SignIn) -> Record:
    """Let root of an account try to sign in; return the record, which is on its way to whoever listens.

    Raises:
        ValueError: root has no password, so nobody can sign in as root.
    """
    root = account_state(account).root
    if attempt.ok and not root.password:
        todo = f'POST /rw-api/root/{account} {{"password": true}} gives it one'
        raise ValueError(f"root of {account} has no password, so that nobody can sign in; {todo}")
    record = _record(account, root, attempt)
    if attempt.ok:
        root.password_last_used = now()
    send_record(account, record)
    return record


def _record(account: str, root: RootUser, attempt: SignIn) -> Record:
    alias = alias_of(account)
    identity = {"type": "Root", "principalId": account, "arn": root.arn, "accountId": account, "accessKeyId": ""}
    return {
        "eventVersion": "1.11",
        "userIdentity": identity | ({"userName": alias} if alias else {}),
        "eventTime": iso(now()),
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "awsRegion": "us-east-1",
        "sourceIPAddress": attempt.address,
        "userAgent": attempt.user_agent,
        **({} if attempt.ok else {"errorMessage": "Failed authentication"}),
        "requestParameters": None,
        "responseElements": {"ConsoleLogin": "Success" if attempt.ok else "Failure"},
        "additionalEventData": _additional(account, root, attempt),
        "eventID": str(uuid4()),
        "readOnly": False,
        "eventType": "AwsConsoleSignIn",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
        "tlsDetails": _TLS,
    }


def _additional(account: str, root: RootUser, attempt: SignIn) -> dict[str, Any]:
    additional = {"LoginTo": _CONSOLE, "MobileVersion": "No"}
    if attempt.ok and attempt.mfa:
        virtual = f"arn:aws:iam::{account}:mfa/root-account-mfa-device"
        additional["MFAIdentifier"] = root.mfa[0].serial if root.mfa else virtual
    return additional | {"MFAUsed": "Yes" if attempt.mfa else "No"}
