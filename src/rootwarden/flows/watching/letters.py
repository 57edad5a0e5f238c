"""Tells people, at most once an hour, that things came which could not be understood: one of them may be about root."""

from __future__ import annotations

from datetime import datetime, timedelta

from rootwarden.flows.watching.tellers import Tellers
from rootwarden.report.trouble_message import letters_message
from rootwarden.store.intake import Ready, put_messages
from rootwarden.store.letters import TOLD, letters_since
from rootwarden.store.opening import Store
from rootwarden.store.states import save_state, saved_state

_BETWEEN = timedelta(hours=1)
_REASONS = 5


def tell_of_letters(store: Store, tellers: Tellers, now: datetime) -> list[Ready]:
    """Put a message about new dead letters into the outbox, if there are any and it is time; return what was put there.

    Raises:
        StoreError: the database does not answer; it is told later.
    """
    told = saved_state(store, TOLD)
    if told is not None and now - told[1] < _BETWEEN:
        return []
    found = letters_since(store, int(told[0]) if told is not None else 0, _REASONS)
    if not found.count:
        return []
    message = letters_message(found.count, found.first, name=f"letters-{found.last}", now=now)
    ready = list(tellers.by_severity(message, now))
    with store.write() as connection:  # under a name of its own, so that it is told once if the program ends here
        put_messages(connection, ready, now)
    save_state(store, TOLD, str(found.last).encode(), now)
    return ready
