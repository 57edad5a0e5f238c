"""A set of temporary credentials: who holds them, until when, and what limits them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

SessionKind = Literal["role", "root", "user", "federated"]
Document = dict[str, Any]


class Session(Struct):
    """Temporary credentials. `arn` and `user_id` are what GetCallerIdentity shows.

    `policies` limit the session and must allow a call; `task` is the root-task policy of AssumeRoot, which only
    denies. `issuer_arn`, `issuer_id` and `issuer_name` are the role or user behind it. `assumed_root` tells a session
    of AssumeRoot from one that root itself asked for.
    """

    kind: SessionKind
    account: str
    access_key: str
    secret: str
    token: str
    arn: str
    user_id: str
    issued: datetime
    expires: datetime
    issuer_arn: str = ""
    issuer_id: str = ""
    issuer_name: str = ""
    source_identity: str = ""
    mfa: bool = False
    assumed_root: bool = False
    policies: tuple[Document, ...] = ()
    task: Document | None = None

    @property
    def credentials(self) -> dict[str, Any]:
        """Return the Credentials member that STS answers with."""
        return {
            "AccessKeyId": self.access_key,
            "SecretAccessKey": self.secret,
            "SessionToken": self.token,
            "Expiration": self.expires,
        }
