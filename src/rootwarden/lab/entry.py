"""The first credentials of an account: a role session as a person gets it from IAM Identity Center, without STS."""

from __future__ import annotations

from moto.iam.models import iam_backends

from rootwarden.lab.issuing import open_session
from rootwarden.lab.sessions import Session

_LONG = 30 * 24 * 3600  # a lab is left running over days; AWS's longest role session is 12 hours


def enter(account: str, role: str, name: str = "rootwarden-lab") -> Session:
    """Return a session of the role in the account; the role need not exist, then only its name is shown."""
    found = iam_backends[account]["aws"].roles
    existing = next((one for one in found.values() if one.name == role), None)
    arn = existing.arn if existing else f"arn:aws:iam::{account}:role/{role}"
    role_id = existing.id if existing else "AROALABENTRY00000000"
    return open_session(
        "role",
        account,
        _LONG,
        arn=f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
        user_id=f"{role_id}:{name}",
        issuer_arn=arn,
        issuer_id=role_id,
        issuer_name=role,
    )
