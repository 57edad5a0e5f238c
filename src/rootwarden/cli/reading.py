"""From options to a reading of AWS, and what is said before and after it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import click

from rootwarden.cli.options import names
from rootwarden.cli.settings import Settings
from rootwarden.cli.watch_settings import DEFAULT_STORE
from rootwarden.errors import RefusedError, RootwardenError
from rootwarden.flows.collect import CollectRequest, CollectResult, PlannedCall, StandingWindow

COLUMNS = 80
ROOT_AUDIT = (
    "--root-audit opens read-only root sessions in member accounts: this is root activity and your alerting will see "
    "it. Expect exactly this window, and treat any other root session as an alert:"
)


def reading_of(settings: Settings, given: dict[str, Any]) -> CollectRequest:
    """Return the request that the options and the configuration make."""
    return CollectRequest(
        profile=given["profile"],
        region=given["region"],
        role_arn=given["role_arn"],
        external_id=given["external_id"],
        endpoint_url=given["endpoint_url"],
        concurrency=given["concurrency"],
        timeout=given["timeout"],
        org=given["org"],
        accounts=names(given["accounts"]),
        role=given["role"],
        roles=settings.roles,
        regions=names(given["regions"]),
        root_audit=given["root_audit"],
        paid=given["paid"],
    )


def announcer(settings: Settings, store: str | None = None) -> Callable[[StandingWindow], None]:
    """Return what says on stderr which root sessions are about to be opened; shown even with --quiet.

    Where a watch is configured, or its `store` named, it refuses (RefusedError) unless a standing window expects these
    very sessions: our own audit must not page everybody.
    """

    watch = settings.watching.watch
    known = store or watch.store or (DEFAULT_STORE if watch.sources else "")

    def announce(window: StandingWindow) -> None:
        misfits = _misfits(settings, window)
        if known and (not misfits or all(misfits.values())):
            near = "".join(f"; {name!r} does not fit: {why}" for name, why in misfits.items())
            raise RefusedError(
                "a watch is configured, and no [[standing]] window expects the root sessions of this audit",
                why=f"it would alert on each; they are opened by {window.caller} {_carrying(window)}{near}",
                todo=(
                    f"add one to {settings.source}: name, caller (the role), and source_identity = 'rw-audit-*' if the "
                    "role of --role-arn trusts sts:SetSourceIdentity, else expires"
                ),
            )
        click.echo(f"rootwarden: {ROOT_AUDIT}\n{window.text()}", err=True)
        if known:
            _log(known, window)

    return announce


def _log(url: str, window: StandingWindow) -> None:
    """Have the watch know that these sessions are ours; where its store is out of reach its digest says less."""
    from rootwarden.flows.audit_log import log_root_audit  # noqa: PLC0415 - only where a watch is configured

    try:
        name = log_root_audit(url, window)
    except RootwardenError as error:
        click.echo(f"rootwarden: not in the run log of the watch: {error}", err=True)
    else:
        click.echo(f"rootwarden: in the run log of the watch as {name}", err=True)


def _carrying(window: StandingWindow) -> str:
    return f"with the source identity {window.source_identity}" if window.source_identity else "without source identity"


def _misfits(settings: Settings, window: StandingWindow) -> dict[str, str]:
    """Return by the name of each standing window why it does not expect this audit, "" where it does."""
    from rootwarden.cli.watch_request import standing_of  # noqa: PLC0415 - only where a watch is configured

    about = (window.caller, window.task_policy, window.source_identity, window.start)
    return {one.name: standing_of(one).misfit(*about) for one in settings.watching.standing}


def summary(result: CollectResult) -> str:
    """Return one line on how the reading went."""
    line = (
        f"read {result.accounts_read} of {result.accounts_expected} accounts"
        f" with {result.calls} calls in {result.seconds:.1f} s"
    )
    if result.cost_usd:
        line += f", which cost {result.cost_usd} USD"
    if result.unread:
        line += f"; {sum(times for _, times in result.unread)} values could not be read"
    return line


def explained(calls: Sequence[PlannedCall]) -> str:
    """Return the planned calls as text of at most 80 columns, with totals."""
    lines = ["Calls that would be made; none was made.", ""]
    fact = None
    for call in calls:
        if call.fact != fact:
            fact = call.fact
            lines.append(fact or "who asks, and the way into accounts")
        times = f"{call.count} x" if call.count else "as found"
        price = f", {call.cost_usd} USD" if call.cost_usd else ""
        lines.append(f"  {call.service}.{call.operation}")
        lines += _wrapped(f"{times}, once per {call.per}, in {call.region}{price}", "      ")
        if call.action:
            lines += _wrapped(f"needs {call.action}", "      ")
    total, cost = sum(call.count for call in calls), sum(call.cost_usd for call in calls)
    lines.append("")
    lines += _wrapped(
        f"At least {total} calls, {cost} USD. Counts are per account where accounts have yet to be listed."
    )
    return "\n".join(lines)


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, COLUMNS, initial_indent=indent, subsequent_indent=indent)
