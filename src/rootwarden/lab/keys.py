"""Which account an access key belongs to, found once and remembered; moto asks every account on every call."""

from __future__ import annotations

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends

from rootwarden.lab.state import account_state, accounts_seen, lab_state


def account_of(access_key: str) -> str:
    """Return the account of a key; moto's default account for a key nobody issued."""
    known = lab_state().account_of_key
    account = known.get(access_key)
    if account is not None and _has(account, access_key):
        return account
    for candidate in accounts_seen():
        if _has(candidate, access_key):
            known[access_key] = candidate
            return candidate
    return DEFAULT_ACCOUNT_ID


def _has(account: str, access_key: str) -> bool:
    state = account_state(account)
    if access_key in state.sessions or state.root.key(access_key):
        return True
    return any(access_key in backend.access_keys for backend in list(iam_backends[account].values()))
