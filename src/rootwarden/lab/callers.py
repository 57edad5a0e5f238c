"""Who is calling: a user, a role session, root with its own key, root through AssumeRoot, or a key nobody issued."""

from __future__ import annotations

from typing import Any, Literal

from moto.iam.models import AccessKey, User, iam_backends
from msgspec import Struct

from rootwarden.lab.clock import iso
from rootwarden.lab.sessions import Session
from rootwarden.lab.state import account_state

CallerKind = Literal["user", "root", "role", "federated", "unknown"]


class Caller(Struct):
    """The holder of an access key. `arn` and `user_id` are as GetCallerIdentity shows them.

    `session` is set for temporary credentials; `inactive` for a long-term key that is switched off.
    """

    kind: CallerKind
    account: str
    arn: str
    user_id: str
    access_key: str
    name: str = ""
    session: Session | None = None
    inactive: bool = False

    @property
    def is_root(self) -> bool:
        """Return whether this is root, by its own key or through AssumeRoot."""
        return self.kind == "root"

    @property
    def source_identity(self) -> str:
        """Return the source identity the session carries, or ""."""
        return self.session.source_identity if self.session else ""


def caller_of(access_key: str, account: str, partition: str = "aws") -> Caller:
    """Return who holds this access key of this account."""
    state = account_state(account)
    session = state.sessions.get(access_key)
    if session is not None:
        return _from_session(session)
    root_key = state.root.key(access_key) if state.root.access_keys else None
    if root_key is not None:
        inactive = root_key.status != "Active"
        return Caller("root", account, state.root.arn, account, access_key, inactive=inactive)
    backend = iam_backends[account][partition]
    key: AccessKey | None = backend.access_keys.get(access_key)
    user: User | None = backend.users.get(key.user_name) if key and key.user_name else None
    if key is None or user is None:
        return Caller("unknown", account, f"arn:{partition}:iam::{account}:user/unknown", "AIDAUNKNOWN", access_key)
    return Caller("user", account, user.arn, user.id, access_key, user.name, inactive=key.status != "Active")


def _from_session(session: Session) -> Caller:
    return Caller(
        session.kind,
        session.account,
        session.arn,
        session.user_id,
        session.access_key,
        session.issuer_name if session.kind == "user" else "",
        session,
    )


def user_identity(caller: Caller) -> dict[str, Any]:
    """Return the `userIdentity` of a CloudTrail record for this caller.

    Shapes: CloudTrail User Guide, "CloudTrail userIdentity element"; a session of AssumeRoot as in "Track privileged
    tasks in AWS CloudTrail" of the IAM User Guide.
    """
    identity: dict[str, Any] = {
        "type": _TYPES[caller.kind],
        "principalId": caller.user_id,
        "arn": caller.arn,
        "accountId": caller.account,
        "accessKeyId": caller.access_key,
    }
    if caller.kind in ("user", "unknown"):
        identity["userName"] = caller.name or "unknown"
    elif caller.kind == "root" and (alias := alias_of(caller.account)):
        identity["userName"] = alias
    if caller.session is not None:
        identity["sessionContext"] = _session_context(caller.session)
    return identity


_TYPES: dict[str, str] = {
    "user": "IAMUser",
    "root": "Root",
    "role": "AssumedRole",
    "federated": "FederatedUser",
    "unknown": "IAMUser",
}


def alias_of(account: str) -> str:
    """Return the alias of an account, "" when it has none."""
    aliases: list[str] = iam_backends[account]["aws"].account_aliases
    return aliases[0] if aliases else ""


def _session_context(session: Session) -> dict[str, Any]:
    context: dict[str, Any] = {}
    if session.issuer_arn:
        context["sessionIssuer"] = {
            "type": "Role" if session.kind == "role" else "IAMUser",
            "principalId": session.issuer_id,
            "arn": session.issuer_arn,
            "accountId": session.account,
            "userName": session.issuer_name,
        }
    context["attributes"] = {
        "creationDate": iso(session.issued),
        "mfaAuthenticated": "true" if session.mfa else "false",
    }
    if session.source_identity:
        context["sourceIdentity"] = session.source_identity
    if session.assumed_root:
        context["assumedRoot"] = "true"
    return context
