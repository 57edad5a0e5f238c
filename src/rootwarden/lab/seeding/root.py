"""Seeds the root user: password, MFA devices, access keys and certificates, through the control plane of the lab."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from datetime import datetime, timedelta
from typing import Any

from rootwarden.lab.blueprint import Account, RootKey
from rootwarden.lab.seeding.hands import Hands


def seed_root(hands: Hands, account: Account, now: datetime) -> None:
    """Put the root user of an account into the state that the world describes, counted back from `now`."""
    root = account.root
    hands.control(
        "POST",
        f"root/{account.id}",
        {
            "created": _before(now, account.created_days_ago),
            "password": root.password,
            "password_changed": _before(now, account.created_days_ago) if root.password else None,
            "password_last_used": _before(now, root.password_last_used_days_ago),
            "mfa": list(root.mfa),
            "access_keys": [_key(account, number, key, now) for number, key in enumerate(root.access_keys)],
            "certificates": [
                {
                    "id": _letters(account.id, f"certificate {number}", 24),
                    "status": state.capitalize(),
                    "uploaded": _before(now, account.created_days_ago // 2),
                }
                for number, state in enumerate(root.certificates)
            ],
        },
    )


def _key(account: Account, number: int, key: RootKey, now: datetime) -> dict[str, Any]:
    used = key.last_used_days_ago is not None
    return {
        "id": "AKIA" + _letters(account.id, f"key {number}", 16),
        "secret": _letters(account.id, f"secret {number}", 40),
        "status": "Active" if key.active else "Inactive",
        "created": _before(now, key.created_days_ago),
        "last_used": _before(now, key.last_used_days_ago),
        "last_used_service": key.last_used_service if used else "N/A",
        "last_used_region": key.last_used_region if used else "N/A",
    }


def _before(now: datetime, days: int | None) -> str | None:
    """Return the instant so many days ago; a use "0 days ago" was an hour ago."""
    if days is None:
        return None
    return (now - (timedelta(days=days) or timedelta(hours=1))).replace(microsecond=0).isoformat()


def _letters(account: str, what: str, count: int) -> str:
    """Return letters and digits as AWS's ids have them, the same each time a world is seeded."""
    return b32encode(hashlib.sha256(f"{account} {what}".encode()).digest()).decode()[:count]
