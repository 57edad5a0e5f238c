"""Remembers what accounts of a lab are like, so that tests which begin alike need not all do the same work first."""

from __future__ import annotations

import copy
from typing import Any

from moto.core.base_backend import BackendDict

# What the lab itself has: faults, and whose key is whose. It holds locks, and is the same for all accounts.
_WHOLE = "rootwarden-lab"


class Remembered:
    """All accounts of the lab of this process as they are now, once and for all."""

    def __init__(self) -> None:
        """Copy everything."""
        (whole,) = (one for one in BackendDict._instances if one.service_name == _WHOLE)
        self._whole: Any = whole
        self._owners = dict(_state(whole).account_of_key)
        self._stores = [one for one in BackendDict._instances if one is not whole]
        self._held = copy.deepcopy([dict(one) for one in self._stores])

    def again(self) -> None:
        """Let an empty lab be like that again."""
        for store, held in zip(self._stores, copy.deepcopy(self._held), strict=True):
            store.update(held)
            if store not in BackendDict._instances:
                BackendDict._instances.append(store)  # otherwise the next reset would leave it as it is
        _state(self._whole).account_of_key.update(self._owners)


def _state(whole: Any) -> Any:
    return whole["000000000000"]["aws"]
