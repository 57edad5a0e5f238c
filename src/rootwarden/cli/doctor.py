"""`rootwarden doctor`: who am I, what may I read, and what would an audit not be able to tell."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator
from typing import Any

import click
import msgspec

from rootwarden.cli.options import aws_options
from rootwarden.cli.settings import Settings
from rootwarden.cli.writing import prose_width
from rootwarden.errors import Exit
from rootwarden.flows.doctor import Diagnosis, FactHealth, diagnose
from rootwarden.flows.request import CollectRequest

LABEL = 16
_PLACES = {
    "management": "the management account",
    "delegated": "a delegated administrator",
    "member": "a member account; what belongs to the organization must be asked from its management account",
    "standalone": "a standalone account",
    "": "not readable",
}
_WORDS = {
    "ok": "ok",
    "missing": "MISSING",
    "failed": "FAILED",
    "elsewhere": "elsewhere",
    "not_probed": "not tried",
    "not_applicable": "n/a",
}


@click.command(name="doctor")
@click.option("--output", "-o", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--root-audit", is_flag=True, help="Include what --root-audit needs.")
@click.option("--paid", is_flag=True, help="Include calls that AWS charges for.")
@click.option("--watch", "of_watch", is_flag=True, help="Look at the watch instead: sources, channels, store, drills.")
@aws_options
@click.pass_obj
def command(
    settings: Settings, /, output: str, root_audit: bool, paid: bool, of_watch: bool, no_progress: bool, **given: Any
) -> int:
    """Probe credentials, each permission, clock, endpoint and delegated administration.

    \b
    rootwarden doctor
    rootwarden doctor --profile audit --output json
    rootwarden doctor --watch
    """
    del no_progress  # it takes a second or two
    if of_watch:
        return _watch(settings, output, given)
    found = diagnose(CollectRequest(root_audit=root_audit, paid=paid, **given))
    if output == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        click.echo("\n".join(_lines(found)))
    well = not found.blind and not found.missing and not found.skewed
    return Exit.FINE if well else Exit.INCOMPLETE


def _watch(settings: Settings, output: str, given: dict[str, Any]) -> int:
    """Look at the watch that the configuration describes."""
    from rootwarden.cli.drill_request import rehearsal_to_look_at  # noqa: PLC0415
    from rootwarden.cli.watch_request import watch_to_look_at  # noqa: PLC0415
    from rootwarden.flows.watching.checkup import check_up  # noqa: PLC0415

    signs = check_up(watch_to_look_at(settings, given, os.environ, rehearsal_to_look_at(settings, given)))
    if output == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(signs), indent=2).decode())
    for one in signs if output == "table" else ():
        text = f"{'ok' if one.well else 'NOT WELL'}: {one.told}{f'. Next: {one.todo}' if one.todo else ''}"
        told = textwrap.wrap(text, prose_width(), initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
        click.echo("\n".join([*textwrap.wrap(one.what, prose_width()), *told]))
    return Exit.FINE if all(one.well for one in signs) else Exit.INCOMPLETE


def _lines(found: Diagnosis) -> Iterator[str]:
    yield from _row("who asks", f"{found.arn} (credentials from {found.credentials_from})")
    yield from _row("account", f"{found.account}, {_PLACES[found.place]}")
    if found.organization:
        yield from _row("organization", found.organization)
    if found.delegated_for:
        yield from _row("delegated for", ", ".join(found.delegated_for))
    yield from _row("endpoint", f"{found.endpoint} (partition {found.partition}, Region {found.region})")
    yield from _row("clock", _clock(found))
    yield from _row("source identity", "cannot be known" if found.source_identity is None else
                    found.source_identity or "none")  # fmt: skip
    yield ""
    yield "What may be read"
    for fact in found.facts:
        yield from _fact(fact)
    yield ""
    yield from _verdict(found)


def _clock(found: Diagnosis) -> str:
    if found.skew_seconds is None:
        return "AWS did not say what time it is"
    text = f"AWS is {found.skew_seconds:+.0f} s from here"
    return f"{text}: set this machine's clock, AWS refuses requests over 300 s off" if found.skewed else text


def _fact(fact: FactHealth) -> Iterator[str]:
    detail = f"needs {', '.join(fact.missing)}" if fact.missing else fact.why
    state = _WORDS.get(fact.state, fact.state)
    yield f"  {fact.fact:<28} {state}"
    if detail and fact.state != "ok":
        yield from textwrap.wrap(detail, prose_width(), initial_indent=" " * 6, subsequent_indent=" " * 6)


def _verdict(found: Diagnosis) -> Iterator[str]:
    if not found.blind:
        yield "An audit with these rights can answer every control in this account."
        return
    yield f"{len(found.blind)} controls would be UNKNOWN, wholly or in part:"
    for blind in found.blind:
        yield from textwrap.wrap(f"{blind.code} {blind.slug}: {', '.join(blind.facts)}", prose_width(),
                                 initial_indent="  ", subsequent_indent="      ")  # fmt: skip
    if found.missing:
        yield "Print the policy that grants what is missing: rootwarden iam-policy audit"


def _row(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, prose_width(), initial_indent=f"{label:<{LABEL}}", subsequent_indent=" " * LABEL, break_on_hyphens=False
    )
