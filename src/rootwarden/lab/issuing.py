"""Issues temporary credentials, and remembers in the account they belong to whom they stand for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.utils import random_session_token

from rootwarden.lab.clock import now
from rootwarden.lab.sessions import Session, SessionKind
from rootwarden.lab.state import account_state, lab_state


def open_session(kind: SessionKind, account: str, seconds: int, **fields: Any) -> Session:
    """Issue temporary credentials in an account and remember them there; `fields` are further ones of `Session`."""
    key = iam_backends[account]["aws"].create_temp_access_key()
    issued = now()
    session = Session(
        kind=kind,
        account=account,
        access_key=key.access_key_id,
        secret=key.secret_access_key,
        token=random_session_token(),
        issued=issued,
        expires=issued + timedelta(seconds=seconds),
        **fields,
    )
    if kind == "role":
        key.role_arn = session.issuer_arn
    account_state(account).sessions[session.access_key] = session
    lab_state().account_of_key[session.access_key] = account
    return session
