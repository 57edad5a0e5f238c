"""Reads from Rootwarden's own store what an audit judges beside AWS's answers: the drills that were run."""

from __future__ import annotations

from typing import Any

import msgspec

from rootwarden.errors import RootwardenError
from rootwarden.model.drill import read_drill
from rootwarden.model.readings import Unknown
from rootwarden.store.opening import look_into, store_address
from rootwarden.store.runs import drills


def read_ledger(url: str, configuration: str) -> Any:
    """Return the value of the fact evidence.ledger: the newest drills with the field names of `Drill`.

    `configuration` is the digest of what the watch is configured with now, "" where nobody could say. A store that
    cannot be read is `Unknown` with the reason, and so is a drill in it that cannot be understood.

    Raises:
        UsageError: the URL is malformed or names a database that is not supported.
    """
    store_address(url)
    try:
        store = look_into(url)
        try:
            found = drills(store)
        finally:
            store.close()
    except RootwardenError as error:
        why = f"{error.what}: {error.why}" if error.why else error.what
        return Unknown(f"store_unreadable: {why}", hint=error.todo)
    return {"drills": [_drill(body) for body in found], "configuration": configuration}


def _drill(body: bytes) -> Any:
    try:
        read_drill(body)
    except ValueError as error:
        hint = "a newer Rootwarden may have written it: audit with that one"
        return Unknown(f"drill_unreadable: {error}", hint=hint).mark()
    return msgspec.json.decode(body)
