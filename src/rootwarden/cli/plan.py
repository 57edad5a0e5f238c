"""`rootwarden plan`: from findings to changes, shown and kept in a file; nothing is changed."""

from __future__ import annotations

import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from rootwarden.cli.options import (
    alone,
    aws_options,
    names,
    nothing_of_aws,
    plain_option,
    plan_output_option,
    scope_options,
    some,
    terraform_option,
)
from rootwarden.cli.progress import Progress
from rootwarden.cli.settings import Settings
from rootwarden.cli.showing import colorful
from rootwarden.cli.standard_input import standard_input
from rootwarden.cli.streams import speaks_unicode
from rootwarden.cli.writing import check, note, screen_width, write_file, write_out
from rootwarden.errors import Exit, InputError, UsageError
from rootwarden.flows.audit import JudgeRequest
from rootwarden.flows.choosing import choice_of, plan_chosen
from rootwarden.flows.limits import checked, checked_remedies
from rootwarden.flows.planning import PlanRequest, affordable
from rootwarden.flows.terraform_states import read_states
from rootwarden.model.paid import paid_too
from rootwarden.model.plan import Plan
from rootwarden.model.plan_file import read_plan
from rootwarden.report import plans
from rootwarden.report.code.sites import ACCOUNT, REGION, split
from rootwarden.report.options import RenderOptions
from rootwarden.store.snapshots import open_snapshot

_SCREEN = "table"
_MARK = re.compile(r"\{[^{}]*\}")
# What says how a plan is made.
_OF_MAKING = (
    "--snapshot", "--only", "--skip", "--org", "--accounts", "--regions", "--root-audit", "--paid", "--terraform-state",
)  # fmt: skip


@click.command(name="plan")
@click.option("--snapshot", metavar="FILE", help="Plan from this snapshot; AWS is not asked.")
@click.option("--from", "made", metavar="PLAN", help="Show or export a plan that was made before.")
@click.option("--only", envvar="ROOTWARDEN_ONLY", callback=some,
              help="These controls or remedies, comma separated.")  # fmt: skip
@click.option("--skip", envvar="ROOTWARDEN_SKIP", callback=some, help="Not these controls or remedies.")
@plan_output_option
@click.option("--max-monthly-usd", type=click.FloatRange(0), default=50.0, show_default=True,
              help="Refuse a plan that may cost more a month.")  # fmt: skip
@click.option(
    "--verbose", "-v", is_flag=True, help="Show every parameter of every call, and every account of what is left."
)
@click.option("--quiet", "-q", is_flag=True, help="No notes on stderr.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True,
              help="Colours; NO_COLOR is honoured.")  # fmt: skip
@plain_option
@terraform_option
@scope_options
@aws_options
@click.pass_obj
def command(
    settings: Settings, /, snapshot: str | None, made: str | None, output: tuple[str, ...], max_monthly_usd: float,
    **given: Any,
) -> int:  # fmt: skip
    """Show what would be changed to mend failing findings: each call, its way back, risk and monthly cost.

    \b
    rootwarden plan -o plan.json                          this account
    rootwarden plan --org --only RW-TRAIL-03 -o plan.json
    rootwarden plan --snapshot snapshot.jsonl.gz          offline
    rootwarden plan --from plan.json -o fix.sh            as a script, or a runbook (.md)
    rootwarden plan --from plan.json -o fix.tf -o 'fix-{account}-{region}.yaml'
    """
    if made is not None:
        alone("--from", "a plan that was made is not made again", "give {other} where it is made", _OF_MAKING)
    elif snapshot is not None:
        nothing_of_aws()
    wanted = targets(output, snapshot or "", made or "")
    plan, code = _made(settings, snapshot, given) if made is None else (read_plan_file(made), Exit.FINE)
    look = RenderOptions(
        width=screen_width(), color=colorful(given["color"], os.environ),
        plain=given["plain"] or not speaks_unicode(), verbose=given["verbose"],
    )  # fmt: skip
    if not any(one.file == "-" for one in wanted):
        write_out(plans.find(_SCREEN).render(plan, look))
    affordable(plan, Decimal(str(max_monthly_usd)))
    for file, text in rendered(plan, wanted, look):
        if file == "-":
            write_out(text)
        else:
            write_file(Path(file), text)
            note(f"wrote {file}", given)
    if plan.accounts:
        note(f"nothing was changed; {next_step(plan, wanted, made or '')}", given)
    return code


class Target(Struct, frozen=True):
    """One file that a plan goes to, "-" for standard output, and in which format."""

    format: plans.Format
    file: str


def targets(given: tuple[str, ...], *inputs: str) -> tuple[Target, ...]:
    """Parse `FORMAT=FILE`, `FILE` whose ending tells the format, and `FORMAT` for standard output.

    Raises:
        UsageError: an unknown format or mark in a name, or an output over an input or another output.
        OutputError: a file cannot be written.
    """
    found: list[Target] = []
    taken = {str(Path(one).resolve()) for one in inputs if one}
    for item in given:
        name, is_named, file = item.partition("=")
        by_ending = plans.by_file(item)
        if is_named and name in plans.names():
            one = Target(plans.find(name), file or "-")
        elif by_ending is not None:
            one = Target(by_ending, item)
        else:
            one = Target(plans.find(item), "-")
        if unknown := [mark for mark in _MARK.findall(one.file) if mark not in (ACCOUNT, REGION)]:
            why = f"the name of a file may hold {ACCOUNT} and {REGION}"
            raise UsageError(
                f"{one.file} holds {unknown[0]}", why=why, todo=f"leave {unknown[0]} out, or write one of these"
            )
        place = one.file if one.file == "-" else str(Path(one.file).resolve())
        if place in taken:
            raise UsageError(f"{one.file} is written or read twice", todo="give each output a file of its own")
        taken.add(place)
        if one.file != "-":
            check(one.file)
        found.append(one)
    return tuple(found)


def rendered(plan: Plan, wanted: tuple[Target, ...], look: RenderOptions) -> list[tuple[str, str]]:
    """Return every file with its text, standard output last: nothing is written if one of them cannot be.

    Raises:
        UsageError: two of them are the same file, or the plan does not go into one.
    """
    found = [
        (file, one.format.render(part, look))
        for one in sorted(wanted, key=lambda one: one.file == "-")
        for file, part in split(plan, one.file).items()
    ]
    files = [file for file, _ in found]
    if twice := sorted({file for file in files if files.count(file) > 1}):
        raise UsageError(f"{twice[0]} is written twice", todo="give each output a file of its own")
    return found


def read_plan_file(file: str) -> Plan:
    """Read a plan from a file, or from standard input ("-").

    Raises:
        InputError: it cannot be read, or is no plan.
    """
    try:
        data = standard_input("name the file of the plan").read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        todo = "make one with `rootwarden plan -o plan.json`"
        raise InputError(f"cannot read {file}", why=str(error.strerror), todo=todo) from error
    return read_plan(data, file)


def _made(settings: Settings, snapshot: str | None, given: dict[str, Any]) -> tuple[Plan, Exit]:
    """Return the plan, and 5 where the snapshot was cut short, 130 where the reading was interrupted."""
    own_settings = checked_remedies(settings.remedies, settings.source)
    choice = choice_of(names(given["only"]), names(given["skip"]), own_settings)
    request = PlanRequest(
        judging=JudgeRequest(controls=choice.controls, settings=checked(settings.controls, settings.source)),
        settings=own_settings,
        wishes=choice.wishes,
        left_out=choice.left_out,
        states=read_states(given["terraform_state"]),
    )
    if snapshot is not None:
        opened = open_snapshot(snapshot)
        plan = plan_chosen(opened, request, choice.named)
        if opened.truncated:
            note(f"{snapshot} is cut short: {opened.counted} accounts were read", given)
        return plan, Exit.INCOMPLETE if opened.truncated else Exit.FINE
    # Imported here: planning from a snapshot must not wait for AWS libraries.
    from rootwarden.cli.reading import announcer, reading_of, summary  # noqa: PLC0415
    from rootwarden.flows.live import plan_live  # noqa: PLC0415

    with Progress(wanted=not (given["no_progress"] or given["quiet"])) as progress:
        result, plan = plan_live(reading_of(settings, given), request, progress, announcer(settings), choice.named)
    note(summary(result), given)
    if result.interrupted:
        note("interrupted: what was read until then was planned for", given)
    return plan, Exit.INTERRUPTED if result.interrupted else Exit.FINE


def next_step(plan: Plan, wanted: tuple[Target, ...], kept: str = "", more: str = "") -> str:
    """Return how the plan is applied: from files it was written to, or was read from (`kept`), or how to keep it.

    `more` is what `apply` needs beside the file.
    """
    written = [one.file for one in wanted if one.format.name == "json" and one.file != "-"]
    files = list(split(plan, written[0])) if written else [kept] if kept not in ("", "-") else []
    more += paid_too(plan.changes)
    if not files:
        return "keep it with -o plan.json to apply it"
    if len(files) == 1:
        return f"apply it with `rootwarden apply {files[0]}{more}`"
    return f"apply each of {len(files)} files, as `rootwarden apply {files[0]}{more}`"
