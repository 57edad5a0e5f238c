"""`rootwarden audit`: read, judge, show; or judge a snapshot that was read before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
from click.core import ParameterSource
from msgspec.structs import replace

from rootwarden.cli.options import aws_options, judging_options, names, scope_options, showing_options
from rootwarden.cli.progress import Progress
from rootwarden.cli.settings import Settings
from rootwarden.cli.showing import Look, Target, files, show, targets
from rootwarden.cli.writing import say
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
@click.option("--explain-calls", is_flag=True, help="Print every call it would make and its cost, and make none.")
@scope_options
@judging_options
@showing_options
@aws_options
@click.pass_obj
def command(
    settings: Settings, /, snapshot: str | None, now: str | None, store: str | None, explain_calls: bool, **given: Any
) -> int:
    """Read an account or organization and judge its root risk.

    \b
    rootwarden audit                                      this account
    rootwarden audit --org                                every account
    rootwarden audit --output html=report.html --output json=-
    rootwarden audit --snapshot snapshot.jsonl.gz         offline
    rootwarden audit --store watch.sqlite3                drills of the watch, too
    rootwarden audit --org --explain-calls                what it would ask
    """
    wanted = targets(given["output"], snapshot or "", settings.source)
    if given["only"] is not None and not names(given["only"]):
        raise UsageError("--only names no control", todo="name some, or leave it out to judge all")
    judging = JudgeRequest(
        controls=chosen(names(given["only"]), names(given["skip"])),
        settings=checked(settings.controls, settings.source),
        now=_instant(now),
    )
    look = look_of(given, snapshot or "")
    if explain_calls:
        return _explain(settings, given)
    if store and any(LEDGER in entry.control.fact_names for entry in judging.controls):
        judging = replace(judging, ledger=_ledger(store, settings))
    if snapshot is not None:
        _nothing_of_aws(given)
        opened = open_snapshot(snapshot)
        audit = judge_snapshot(opened, judging)
        if opened.truncated:
            _note(f"{snapshot} is cut short: {len(audit.accounts)} accounts were judged", given)
        return finish(audit, wanted, look, given)
    return _live(settings, judging, wanted, look, given | {"store": store})


def _nothing_of_aws(given: dict[str, Any]) -> None:
    """Refuse to ignore a wish: a snapshot holds what was read, no option can read more or other accounts."""
    asked = [f"--{name.replace('_', '-')}" for name in ("org", "accounts", "regions", "root_audit") if given[name]]
    source = click.get_current_context().get_parameter_source
    named = [flag for flag in asked if source(flag.strip("-").replace("-", "_")) is ParameterSource.COMMANDLINE]
    if named:
        raise UsageError(
            f"{named[0]} does not go with --snapshot",
            why="a snapshot holds what was read when it was collected",
            todo=f"give {named[0]} to `rootwarden collect`, or leave it out",
        )


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
        _note(f"wrote {file}", given)
    return verdict_exit(audit, given["fail_on"])


def _live(
    settings: Settings, judging: JudgeRequest, wanted: tuple[Target, ...], look: Look, given: dict[str, Any]
) -> int:
    # Imported here: judging a snapshot must not wait for AWS libraries.
    from rootwarden.cli.reading import announcer, reading_of, summary  # noqa: PLC0415
    from rootwarden.flows.live import audit_live  # noqa: PLC0415

    with Progress(wanted=not (given["no_progress"] or given["quiet"])) as progress:
        result, audit = audit_live(reading_of(settings, given), judging, progress, announcer(settings, given["store"]))
    _note(summary(result), given)
    code = finish(audit, wanted, look, given)
    if result.interrupted:
        _note("interrupted: what was read until then was judged", given)
        return Exit.INTERRUPTED
    return code


def _ledger(store: str, settings: Settings) -> Any:
    # Imported here: an audit without a store must not wait for what opens one.
    from rootwarden.cli.watch_digest import watch_digest  # noqa: PLC0415
    from rootwarden.flows.ledger import read_ledger  # noqa: PLC0415

    return read_ledger(store, watch_digest(settings))


def _explain(settings: Settings, given: dict[str, Any]) -> int:
    from rootwarden.cli.reading import explained, reading_of  # noqa: PLC0415
    from rootwarden.flows.collect import explain_calls  # noqa: PLC0415

    click.echo(explained(explain_calls(reading_of(settings, given))))
    return Exit.FINE


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    instant = parse_time(text)
    if instant is None or not in_our_time(instant):
        why = "" if instant is None else "it is not within the years 2006 to 9000"
        raise UsageError(f"--now {text!r} is no instant", why=why, todo="write it as 2026-11-23T00:00:00Z")
    return instant


def _note(text: str, given: dict[str, Any]) -> None:
    if not given["quiet"]:
        say(f"rootwarden: {text}")
