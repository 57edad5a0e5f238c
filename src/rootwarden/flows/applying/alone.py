"""Nobody else at this machine changes the accounts of a run while it is under way, from whatever folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

from rootwarden.aws.hands import Hands
from rootwarden.flows.applying.request import ApplyRequest, Tell
from rootwarden.model.plan import Change
from rootwarden.store.machine import Mark, alone_on, mark, mark_files, marks_on
from rootwarden.store.opening import store_place
from rootwarden.store.run_log import RunLog

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


def mark_here(log: RunLog, request: ApplyRequest, hands: Hands) -> None:
    """Leave marks on this machine, where the request says where locks are, for as long as a run has no end."""
    if request.locks:
        aws, place = which_aws(hands.opened.endpoint), store_place(request.store)
        log.marks = mark(Path(request.locks), log.run.accounts, aws, log.run.id, place)


def marked_here(log: RunLog, request: ApplyRequest, hands: Hands) -> None:
    """Take over the marks that whoever was broken off left on this machine: they go once the run has an end."""
    if request.locks:
        log.marks = mark_files(Path(request.locks), log.run.accounts, which_aws(hands.opened.endpoint), log.run.id)


def tell_of_others(changes: Sequence[Change], request: ApplyRequest, hands: Hands, tell: Tell) -> None:
    """Say which runs of other stores on these accounts have no end; of its own the store knows, and refuses.

    No refusal: nobody can tell whether that store still is.
    """
    if not request.locks:
        return
    own, accounts = store_place(request.store), [one.account for one in changes]
    left: dict[tuple[str, str], list[Mark]] = {}
    for one in marks_on(Path(request.locks), accounts, which_aws(hands.opened.endpoint)):
        if one.store != own:
            left.setdefault((one.run, one.store), []).append(one)
    for (run, store), marks in left.items():
        tell(
            f"warning: the run {run} on account {', '.join(one.account for one in marks)} was broken off, or is under "
            f"way; it is written down in {store}: see `rootwarden runs show {run} --store {store}`, and go on with it "
            f"or take it back first; where that store is gone, delete {', '.join(str(one.path) for one in marks)}"
        )


def which_aws(endpoint: str) -> str:
    """Return "" for an endpoint of AWS itself, in whatever Region, and a short name for that of a lab or a proxy."""
    there = urlsplit(endpoint)
    if f".{there.hostname or ''}".endswith(_REAL):
        return ""
    return hashlib.sha256(there.netloc.encode()).hexdigest()[:12]
