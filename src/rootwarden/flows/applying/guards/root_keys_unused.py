"""A key of root that something still uses is not deleted: centrally it cannot be switched off first to see who calls.

Whoever knows what will stop names each such key by its last characters and accepts the outage.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rootwarden.aws.ask import Ask
from rootwarden.aws.audit_policy import ROOT_FACT
from rootwarden.aws.hands import WriteError
from rootwarden.errors import UsageError
from rootwarden.flows.applying.guards.guard import Guard, Guarded, Refusal, deletes_root
from rootwarden.flows.applying.guards.keys import (
    DAYS,
    LOOKS,
    REGIONS,
    enabled_regions,
    use_by_record,
    use_by_trail,
)
from rootwarden.model.plan import Change
from rootwarden.model.readings import Unknown, unknown_in
from rootwarden.proofs.root_deletion import ending


def _check(on: Guarded) -> Iterator[Refusal]:
    keys = [(change, key) for change in on.changes for key in _deleted(change)]
    accepted = _accepted(on.request.accepted, [key for _, key in keys])
    for account in on.accounts:
        mine = [key for change, key in keys if change.account == account and key not in accepted]
        if mine:
            yield from _of_account(on, account, mine)


def _of_account(on: Guarded, account: str, keys: list[str]) -> Iterator[Refusal]:
    facts = on.facts(account)
    ask: Ask | None = None
    why_not = ""
    try:
        regions = enabled_regions(facts)
        ask = on.enter(account, LOOKS)
    except (ValueError, WriteError) as error:
        why_not = f"the event history could not be read: {error}"
    for key in keys:
        why = use_by_record(_last_use(facts, key), on.now) or why_not
        if not why and ask is not None:
            why = use_by_trail(ask, key, regions, on.now)
        if why:
            yield Refusal(
                f"the access key {ending(key)} of root in account {account} may be in use", why,
                f"give its user a role of its own and wait {DAYS} days; or accept what will stop with "
                f"--key {ending(key)} --accept-outage",
            )  # fmt: skip


def _last_use(facts: Any, key: str) -> Any:
    """Return when root itself says that a key was last used: None never, or the mark of what could not be read.

    A key that root does not list any more is gone, and not in use.
    """
    audit = facts.get(ROOT_FACT)
    why = unknown_in(audit)
    listed = audit.get("access_keys") if isinstance(audit, dict) and why is None else None
    if why is None:
        why = unknown_in(listed)
    if why is not None or not isinstance(listed, list):
        return (why or Unknown("not_collected")).mark()
    return next((one.get("LastUsedDate") for one in listed if one.get("AccessKeyId") == key), None)


def _deleted(change: Change) -> list[str]:
    return [
        str(step.call.parameters["AccessKeyId"]) for step in change.steps if step.call.operation == "DeleteAccessKey"
    ]


def _accepted(endings: tuple[str, ...], keys: list[str]) -> set[str]:
    """Return the keys whose outage was accepted.

    Raises:
        UsageError: an ending names no key that would be deleted, or more than one.
    """
    found: set[str] = set()
    for one in endings:
        plain = one.lstrip(".")
        mine = [key for key in keys if len(plain) >= 4 and key.endswith(plain)]
        if len(mine) != 1:
            what = f"--key {one} names {'no key' if not mine else f'{len(mine)} keys'} that would be deleted"
            raise UsageError(what, todo="write the last four characters, or more, as the plan shows them")
        found.add(mine[0])
    return found


GUARD = Guard(about=deletes_root, check=_check, facts=(REGIONS, ROOT_FACT))
