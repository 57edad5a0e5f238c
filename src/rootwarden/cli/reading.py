"""From options to a reading of AWS, and what is said before and after it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from rootwarden.aws.clients import Kept
from rootwarden.aws.wanted import PRICES
from rootwarden.cli.options import names
from rootwarden.cli.settings import Settings
from rootwarden.cli.watch_settings import DEFAULT_STORE
from rootwarden.cli.way import reaching
from rootwarden.cli.writing import say
from rootwarden.errors import RefusedError, RootwardenError
from rootwarden.flows.collect import CollectRequest, CollectResult, PlannedCall, StandingWindow, explain_calls
from rootwarden.model.context import MATCH_GRACE, Window
from rootwarden.report.labels import plural

COLUMNS = 80
ROOT_AUDIT = (
    "--root-audit opens read-only root sessions in member accounts: this is root activity and your alerting will see "
    "it. Expect exactly this window, and treat any other root session as an alert:"
)
ROOT_READ = (
    "what only root sees is read in read-only root sessions: this is root activity and your alerting will see it. "
    "Expect exactly this window, and treat any other root session as an alert:"
)
ROOT_CHANGE = (
    "this is done in root sessions of member accounts: it is root activity and your alerting will see it. Expect "
    "exactly this window, and treat any other root session as an alert:"
)


def reading_of(settings: Settings, given: dict[str, Any]) -> CollectRequest:
    """Return the request that the options and the configuration make; what a verb has no option for is left out."""
    return CollectRequest(
        **reaching(given),
        org=given.get("org", False),
        accounts=names(given.get("accounts")),
        role=given["role"],
        roles=settings.roles,
        regions=names(given.get("regions")),
        root_audit=given.get("root_audit", False),
        paid=given.get("paid", False),
    )


def sharing_clients(reading: CollectRequest) -> CollectRequest:
    """Return a request that leaves its clients to the next question of the same errand."""
    return replace(reading, kept=Kept())


def announcer(
    settings: Settings, store: str | None = None, windows: Sequence[Window] = (), *, reading: str = ROOT_AUDIT
) -> Callable[[StandingWindow], None]:
    """Return what says on stderr which root sessions are about to be opened; shown even with --quiet.

    Where a watch is configured, or its `store` named, it refuses (RefusedError) unless a standing window, or approved
    `windows` of these accounts, expect these very sessions: what we do ourselves must not page everybody. `reading` is
    what is said of sessions that only read.
    """

    watch = settings.watching.watch
    known = store or watch.store or (DEFAULT_STORE if watch.sources else "")

    def announce(window: StandingWindow) -> None:
        misfits = _misfits(settings, window)
        if known and (not misfits or all(misfits.values())) and not _approved(windows, window):
            near = "".join(f"; {name!r} does not fit: {why}" for name, why in misfits.items())
            raise RefusedError(
                "a watch is configured, and no [[standing]] window expects the root sessions of this "
                f"{'plan' if window.is_change else 'audit'}",
                why=f"it would alert on each; they are opened by {window.caller} {_carrying(window)}{near}",
                todo=_how_to_expect(settings, window),
            )
        say(f"rootwarden: {ROOT_CHANGE if window.is_change else reading}\n{window.text()}")
        if known:
            _log(known, window)

    return announce


def _how_to_expect(settings: Settings, window: StandingWindow) -> str:
    task = f"task = {window.task_policy.rpartition('/')[2]!r}, " if window.is_change else ""
    mark = "rw-apply-*" if window.is_change else "rw-audit-*"
    return (
        f"add one to {settings.source or 'rootwarden.toml'}: name, caller (the role), {task}and source_identity = "
        f"'{mark}' if the role of --role-arn trusts sts:SetSourceIdentity, else expires"
    )


def _approved(windows: Sequence[Window], about: StandingWindow) -> bool:
    """Return whether approved windows cover these sessions in every account."""
    task = about.task_policy.rpartition("/")[2]
    return all(
        any(
            one.covers(account, about.start, MATCH_GRACE)
            and one.task.rpartition("/")[2] == task
            and one.source_identity in ("", about.source_identity)
            for one in windows
        )
        for account in about.accounts
    )


def _log(url: str, window: StandingWindow) -> None:
    """Have the watch know that these sessions are ours; where its store is out of reach its digest says less."""
    from rootwarden.flows.audit_log import log_root_audit  # noqa: PLC0415 - only where a watch is configured

    try:
        name = log_root_audit(url, window)
    except RootwardenError as error:
        say(f"rootwarden: not in the run log of the watch: {error}")
    else:
        say(f"rootwarden: in the run log of the watch as {name}")


def _carrying(window: StandingWindow) -> str:
    return f"with the source identity {window.source_identity}" if window.source_identity else "without source identity"


def _misfits(settings: Settings, window: StandingWindow) -> dict[str, str]:
    """Return by the name of each standing window why it does not expect this audit, "" where it does."""
    from rootwarden.cli.watch_request import standing_of  # noqa: PLC0415 - only where a watch is configured

    about = (window.caller, window.task_policy, window.source_identity, window.start)
    return {one.name: standing_of(one).misfit(*about) for one in settings.watching.standing}


def summary(result: CollectResult, besides: Decimal = Decimal(0)) -> str:
    """Return one line on how the reading went; `besides` is what else was paid, in USD."""
    line = (
        f"read {result.accounts_read} of {result.accounts_expected} accounts"
        f" with {result.calls} calls in {result.seconds:.1f} s"
    )
    if cost := result.cost_usd + besides:
        line += f", which cost {cost} USD"
    if result.unread:
        line += f"; {plural(sum(times for _, times in result.unread), 'value')} could not be read"
    return line


def price_told(reading: CollectRequest, most_calls: int) -> str:
    """Return what paid questions may cost, before any is asked: on facts in each account, and on daily costs."""
    facts = sum(call.cost_usd for call in explain_calls(reading)) / max(1, len(reading.accounts))
    daily = f", and up to {PRICES['ce'] * most_calls} USD for daily costs" if most_calls else ""
    return f"--paid: up to {facts} USD an account for facts (more where an answer has pages){daily}"


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
