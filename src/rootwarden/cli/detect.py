"""`rootwarden detect`: judge CloudTrail records from files or a pipe."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from rootwarden.cli.options import names, plain_option
from rootwarden.cli.settings import Settings
from rootwarden.cli.spans import quiet_hours
from rootwarden.cli.standard_input import standard_input
from rootwarden.cli.streams import speaks_unicode
from rootwarden.cli.writing import check, screen_width, write_file, write_out
from rootwarden.errors import UsageError

_LEVELS = ["critical", "high", "medium", "low", "info", "none"]


@click.command(name="detect")
@click.argument("files", nargs=-1, required=True, metavar="FILE|-...")
@click.option("--windows", metavar="FILE", help="Approved windows of root use (JSON).")
@click.option("--rules", metavar="DIR", help="Your own Sigma rules, judged beside ours.")
@click.option("--baseline", metavar="FILE", help="What is usual for root: read if it exists, then brought up to date.")
@click.option(
    "--output",
    "-o",
    "output",
    type=click.Choice(["table", "json", "jsonl"]),
    default="table",
    show_default=True,
    help="For people, or for machines.",
)
@click.option(
    "--fail-on",
    type=click.Choice(_LEVELS),
    default="none",
    show_default=True,
    help="Exit 3 when an alert is at this severity or above.",
)
@click.option("--owned", metavar="ARN,...", help="Resources that alerting relies on; changes to them are alerts.")
@click.option("--quiet-hours", metavar="HH-HH", help="Hours (UTC) in which nobody should use root, as 20-6.")
@click.option(
    "--match-grace",
    type=click.IntRange(0, 3600),
    default=120,
    show_default=True,
    help="Seconds by which a window may be missed.",
)
@click.option(
    "--origin-wait",
    type=click.IntRange(0, 86400),
    default=900,
    show_default=True,
    help="Seconds to wait for the record that tells a task session from root itself.",
)
@click.option("--now", metavar="TIME", help="Judge as of this ISO 8601 instant (default: now).")
@click.option("--show-ids", is_flag=True, help="Print access-key ids whole.")
@click.option("--show-pii", is_flag=True, help="Print e-mail addresses whole.")
@click.option("--verbose", "-v", is_flag=True, help="List every alert of an incident.")
@plain_option
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colours; NO_COLOR is honoured.",
)
@click.pass_obj
def command(settings: Settings, /, files: tuple[str, ...], **given: Any) -> int:
    """Judge CloudTrail records: who is behind them, and what must be done about it.

    FILE is a file or folder of records in any envelope (S3 log files, JSON lines, EventBridge events, LookupEvents
    output, plain or gzip), or - for standard input.

    \b
    rootwarden detect trail/2026/11/24/
    aws cloudtrail lookup-events | rootwarden detect - --output jsonl
    rootwarden detect records.json --windows windows.json --fail-on high
    """
    # Imported here: pySigma and the catalogue must not slow down other verbs.
    import msgspec  # noqa: PLC0415

    from rootwarden.flows.detect import (  # noqa: PLC0415
        DetectRequest,
        baseline_of,
        detect,
        detect_exit,
        items_of,
        own_rules,
    )
    from rootwarden.report import alerts  # noqa: PLC0415
    from rootwarden.report.masking import masked_value  # noqa: PLC0415
    from rootwarden.report.options import RenderOptions  # noqa: PLC0415

    context = _context(settings, given)
    request = DetectRequest(
        context=context,
        now=_instant(given["now"]),
        rules=own_rules(given["rules"], context.owned_resources) if given["rules"] else (),
        baseline=baseline_of(given["baseline"]) if given["baseline"] else None,
    )
    if given["baseline"]:
        check(given["baseline"])
    found, learnt = detect(items_of(files, standard_input), request)
    if given["baseline"]:
        write_file(Path(given["baseline"]), msgspec.json.encode(learnt).decode())
    code = detect_exit(found, given["fail_on"])
    options = RenderOptions(
        width=screen_width(),
        color=_colorful(given["color"]),
        plain=given["plain"] or not speaks_unicode(),
        verbose=given["verbose"],
    )
    shown = masked_value(found, show_ids=given["show_ids"], show_pii=given["show_pii"])
    write_out(alerts.find(given["output"])(shown, options))
    return code


def _context(settings: Settings, given: dict[str, Any]) -> Any:
    from rootwarden.flows.detect import windows_of  # noqa: PLC0415
    from rootwarden.model.context import Context  # noqa: PLC0415

    return Context(
        windows=windows_of(given["windows"]) if given["windows"] else None,
        quiet_hours=quiet_hours(given["quiet_hours"], "--quiet-hours"),
        owned_resources=names(given["owned"]),
        match_grace=timedelta(seconds=given["match_grace"]),
        origin_wait=timedelta(seconds=given["origin_wait"]),
        archive=given["now"] is None,
    )


def _instant(text: str | None) -> datetime:
    from rootwarden.model.sight import in_our_time, parse_time  # noqa: PLC0415

    if text is None:
        return datetime.now(UTC)
    instant = parse_time(text)
    if instant is None or not in_our_time(instant):
        raise UsageError(f"--now {text!r} is no instant", todo="write it as 2026-11-24T00:00:00Z")
    return instant


def _colorful(choice: str) -> bool:
    if choice != "auto":
        return choice == "always"
    return not os.environ.get("NO_COLOR") and sys.stdout is not None and sys.stdout.isatty()
