"""Nobody else at this machine changes the accounts of a run while it is under way, from whatever folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

from rootwarden.aws.hands import Hands
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.model.plan import Change
from rootwarden.store.machine import alone_on
from rootwarden.store.opening import store_place

# AWS General Reference, "AWS service endpoints", also of VPC endpoints; those of China by their own names.
_REAL = (".amazonaws.com", ".api.aws", ".amazonaws.com.cn", ".amazonwebservices.com.cn")


def alone_here(
    changes: Sequence[Change], run: str, request: ApplyRequest, hands: Hands
) -> AbstractContextManager[None]:
    """Return what holds the accounts of these changes on this machine, where the request says where locks are.

    Raises (when it is entered):
        RefusedError: another process is at work on one of them.
        UsageError: the folder of locks cannot be made, or is not safe.
    """
    if not request.locks:
        return nullcontext()
    accounts = [one.account for one in changes]
    return alone_on(Path(request.locks), accounts, which_aws(hands.opened.endpoint), run, store_place(request.store))


def which_aws(endpoint: str) -> str:
    """Return "" for an endpoint of AWS itself, in whatever Region, and a short name for that of a lab or a proxy."""
    there = urlsplit(endpoint)
    if f".{there.hostname or ''}".endswith(_REAL):
        return ""
    return hashlib.sha256(there.netloc.encode()).hexdigest()[:12]
