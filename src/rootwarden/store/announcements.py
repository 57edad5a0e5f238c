"""Plans that were announced and wait: by their digest, since when, and by whom."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from rootwarden.store.opening import Store
from rootwarden.store.states import save_state, saved_state


class Announced(Struct, frozen=True, kw_only=True):
    """One plan that was announced: its digest, when, by whom (an ARN), and the accounts it is about."""

    digest: str
    at: datetime
    by: str
    accounts: tuple[str, ...] = ()


def keep_announcement(store: Store, announced: Announced) -> None:
    """Keep that a plan was announced; an older announcement of the same plan is forgotten."""
    save_state(store, _name(announced.digest), msgspec.json.encode(announced), announced.at)


def announcement_of(store: Store, digest: str) -> Announced | None:
    """Return when the plan with this digest was announced, None if it was not, or that cannot be read."""
    saved = saved_state(store, _name(digest))
    if saved is None:
        return None
    try:
        found = msgspec.json.decode(saved[0], type=Announced)
    except msgspec.DecodeError:
        return None
    return found if found.digest == digest else None


def _name(digest: str) -> str:
    return f"announced-{digest[:40]}"
