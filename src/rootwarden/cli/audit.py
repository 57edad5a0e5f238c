"""`rootwarden audit`: read, judge, show; or judge a snapshot that was read before."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import click
from msgspec.structs import replace

from rootwarden.cli.options import aws_options, judging_options, names, nothing_of_aws, scope_options, showing_options
from rootwarden.cli.progress import Progress
from rootwarden.cli.settings import Settings
from rootwarden.cli.showing import STDOUT, Look, Target, files, show, targets
from rootwarden.cli.writing import note
from rootwarden.errors import Exit, UsageError
from rootwarden.flows.audit import JudgeRequest, judge_snapshot, verdict_exit
from rootwarden.flows.limits import checked, chosen
from rootwarden.model.audit import Audit
from rootwarden.model.sight import in_our_time, parse_time
from rootwarden.model.view import LEDGER
from rootwarden.store.snapshots import open_snapshot


@click.command(name="audit")
@click.option("--snapshot", metavar="FILE", help="Judge this snapshot (- for standard input); AWS is not asked.")
@click.option("--now", metavar="TIME", help="Judge at this ISO 8601 instant (default: when the snapshot was read).")
@click.option("--store", envvar="ROOTWARDEN_STORE", metavar="STORE",
              help="Store of the watch, whose drills are judged too (default: [watch] store).")  # fmt: skip
@click.option("--costs", envvar="ROOTWARDEN_COSTS", metavar="FILE",
              help="Show daily costs from this saved answer of get-cost-and-usage; --paid asks AWS.")  # fmt: skip
@click.option("--max-calls", "most_calls", envvar="ROOTWARDEN_MAX_CALLS", type=click.IntRange(1, 1000), default=10,
              show_default=True, help="Ask at most so many paid questions on daily costs, 0.01 USD each.")  # fmt: skip
@click.option("--explain-calls", is_flag=True, help="Print every call it would make and its cost, and make none.")
@scope_options
@judging_options
@showing_options
@aws_options
@click.pass_obj
def command(
    settings: Settings, /, snapshot: str | None, now: str | None, store: str | None, costs: str | None,
    explain_calls: bool, **given: Any
) -> int:  # fmt: skip
    """Read an account or organization and judge its root risk.

    \b
    rootwarden audit                                      this account
    rootwarden audit --org                                every account
    rootwarden audit --output html=report.html --output json=-
    rootwarden audit --snapshot snapshot.jsonl.gz         offline
    rootwarden audit --store watch.sqlite3                drills of the watch, too
    rootwarden audit --org --paid -o html=report.html     daily costs, too
    rootwarden audit --org --explain-calls                what it would ask
    """
    if snapshot == STDOUT and costs == STDOUT:
        raise UsageError("standard input cannot be both the snapshot and the costs", todo="name a file for one of them")
    wanted = targets(given["output"], snapshot or "", settings.source, "" if costs in (None, STDOUT) else costs)
    judging = JudgeRequest(
        controls=chosen(names(given["only"]), names(given["skip"])),
        settings=checked(settings.controls, settings.source),
        now=_instant(now),
    )
    look = look_of(given, snapshot or "")
    given |= {"store": store, "costs": costs}
    if explain_calls:
        return _explain(settings, given)
    saved = _costs_in(costs)
    if store and any(LEDGER in entry.control.fact_names for entry in judging.controls):
        judging = replace(judging, ledger=_ledger(store, settings))
    if snapshot is not None:
        nothing_of_aws()
        opened = open_snapshot(snapshot)
        audit = judge_snapshot(opened, judging)
        if saved is not None:
            audit = _with_costs(audit, saved, given, whole=opened.header.scope.org)
        if opened.truncated:
            note(f"{snapshot} is cut short: {opened.counted} accounts were read", given)
        return finish(audit, wanted, look, given)
    return _live(settings, judging, wanted, look, saved, given)


def look_of(given: dict[str, Any], snapshot: str) -> Look:
    """Return how the reader wants results shown."""
    return Look(
        show_ids=given["show_ids"],
        show_pii=given["show_pii"],
        verbose=given["verbose"],
        plain=given["plain"],
        color="never" if given["no_color"] else given["color"],
        snapshot=snapshot,
    )


def finish(audit: Audit, wanted: tuple[Target, ...], look: Look, given: dict[str, Any]) -> int:
    """Show the audit, name the files written, and return the exit code."""
    show(audit, wanted, look)
    for file in files(wanted):
        note(f"wrote {file}", given)
    return verdict_exit(audit, given["fail_on"])


def _live(
    settings: Settings, judging: JudgeRequest, wanted: tuple[Target, ...], look: Look, saved: Any, given: dict[str, Any]
) -> int:
    # Imported here: judging a snapshot must not wait for AWS libraries.
    from rootwarden.cli.reading import announcer, price_told, reading_of, sharing_clients, summary  # noqa: PLC0415
    from rootwarden.flows.live import audit_live  # noqa: PLC0415

    reading = sharing_clients(reading_of(settings, given))
    if given["paid"]:
        note(price_told(reading, 0 if saved is not None else given["most_calls"]), given)
    with Progress(wanted=not (given["no_progress"] or given["quiet"])) as progress:
        result, audit = audit_live(reading, judging, progress, announcer(settings, given["store"]))
    if saved is not None or given["paid"]:
        audit = _with_costs(audit, saved, given, whole=reading.org, way=reading.way, ended=result.interrupted)
    note(summary(result, audit.spending.price if audit.spending else Decimal(0)), given)
    code = finish(audit, wanted, look, given)
    if result.interrupted or _costs_interrupted(audit):
        note("interrupted: what was read until then was judged", given)
        return Exit.INTERRUPTED
    return code


def _costs_in(file: str | None) -> Any:
    """Return the costs in a file that was named, before anything else is read; None: no file."""
    if not file:
        return None
    from rootwarden.cli.costs import costs_in  # noqa: PLC0415

    return costs_in(file)


def _with_costs(audit: Audit, saved: Any, given: dict[str, Any], **more: Any) -> Audit:
    # Imported here: an audit without costs must not wait for what asks for them.
    from rootwarden.cli.costs import with_costs  # noqa: PLC0415

    return with_costs(audit, saved, given, lambda text: note(text, given), **more)


def _costs_interrupted(audit: Audit) -> bool:
    if audit.spending is None:
        return False
    from rootwarden.flows.audit_spending import was_interrupted  # noqa: PLC0415 - as above

    return was_interrupted(audit)


def _ledger(store: str, settings: Settings) -> Any:
    # Imported here: an audit without a store must not wait for what opens one.
    from rootwarden.cli.watch_digest import watch_digest  # noqa: PLC0415
    from rootwarden.flows.ledger import read_ledger  # noqa: PLC0415

    return read_ledger(store, watch_digest(settings))


def _explain(settings: Settings, given: dict[str, Any]) -> int:
    from rootwarden.cli.reading import explained, reading_of  # noqa: PLC0415
    from rootwarden.flows.collect import explain_calls  # noqa: PLC0415
    from rootwarden.flows.planned_calls import daily_costs_call  # noqa: PLC0415

    reading = reading_of(settings, given)
    costs = [daily_costs_call(reading, given["most_calls"])] if given["paid"] and not given["costs"] else []
    click.echo(explained([*explain_calls(reading), *costs]))
    return Exit.FINE


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    instant = parse_time(text)
    if instant is None or not in_our_time(instant):
        why = "" if instant is None else "it is not within the years 2006 to 9000"
        raise UsageError(f"--now {text!r} is no instant", why=why, todo="write it as 2026-11-23T00:00:00Z")
    return instant
