"""`rootwarden plan`: from findings to changes, shown and kept in a file; nothing is changed."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from rootwarden.catalogue.remedying import remedies
from rootwarden.cli.options import aws_options, names, scope_options, terraform_option
from rootwarden.cli.progress import Progress
from rootwarden.cli.settings import Settings
from rootwarden.cli.showing import colorful, speaks_unicode
from rootwarden.cli.standard_input import standard_input
from rootwarden.cli.writing import check, say, screen_width, write_file, write_out
from rootwarden.errors import Exit, InputError, UsageError
from rootwarden.flows.audit import JudgeRequest
from rootwarden.flows.limits import checked, checked_remedies, chosen
from rootwarden.flows.planning import PlanRequest, affordable, make_plan
from rootwarden.flows.terraform_states import read_states
from rootwarden.model.plan import Plan
from rootwarden.model.plan_file import read_plan
from rootwarden.report import plans
from rootwarden.report.code.sites import split
from rootwarden.report.options import RenderOptions
from rootwarden.store.snapshots import open_snapshot

_SCREEN = "table"


@click.command(name="plan")
@click.option("--snapshot", metavar="FILE", help="Plan from this snapshot; AWS is not asked.")
@click.option("--from", "made", metavar="PLAN", help="Show or export a plan that was made before.")
@click.option("--only", envvar="ROOTWARDEN_ONLY", help="These controls or remedies, comma separated.")
@click.option("--skip", envvar="ROOTWARDEN_SKIP", help="Not these controls.")
@click.option("--output", "-o", "output", multiple=True, metavar="[FORMAT=]FILE",
              help="Write it to a file, too, as the file's ending tells: .json, .md, .sh, .tf, .yaml (CloudFormation). "
                   "{account} and {region} in its name make one file for each.")  # fmt: skip
@click.option("--max-monthly-usd", type=click.FloatRange(0), default=50.0, show_default=True,
              help="Refuse a plan that may cost more a month.")  # fmt: skip
@click.option(
    "--verbose", "-v", is_flag=True, help="Show every parameter of every call, and every account of what is left."
)
@click.option("--quiet", "-q", is_flag=True, help="No notes on stderr.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True,
              help="Colours; NO_COLOR is honoured.")  # fmt: skip
@click.option("--plain", envvar="ROOTWARDEN_PLAIN", is_flag=True, help="ASCII only: no symbols, no lines.")
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
    wanted = targets(output, snapshot or "", made or "")
    if made is not None and given["terraform_state"]:
        raise UsageError("a plan that was made is not made again", todo="give --terraform-state where it is made")
    plan = _made(settings, snapshot, given) if made is None else read_plan_file(made)
    look = RenderOptions(
        width=screen_width(), color=colorful(given["color"], os.environ),
        plain=given["plain"] or not speaks_unicode(), verbose=given["verbose"],
    )  # fmt: skip
    if not any(one.file == "-" for one in wanted):
        write_out(plans.find(_SCREEN).render(plan, look))
    affordable(plan, Decimal(str(max_monthly_usd)))
    for file, text in _rendered(plan, wanted, look):
        if file == "-":
            write_out(text)
        else:
            write_file(Path(file), text)
            _note(f"wrote {file}", given)
    _next(plan, wanted, given)
    return Exit.FINE


class Target(Struct, frozen=True):
    """One file that a plan goes to, "-" for standard output, and in which format."""

    format: plans.Format
    file: str


def targets(given: tuple[str, ...], *inputs: str) -> tuple[Target, ...]:
    """Parse `FORMAT=FILE`, `FILE` whose ending tells the format, and `FORMAT` for standard output.

    Raises:
        UsageError: an unknown format, or an output over an input or another output.
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
        place = one.file if one.file == "-" else str(Path(one.file).resolve())
        if place in taken:
            raise UsageError(f"{one.file} is written or read twice", todo="give each output a file of its own")
        taken.add(place)
        if one.file != "-":
            check(one.file)
        found.append(one)
    return tuple(found)


def _rendered(plan: Plan, wanted: tuple[Target, ...], look: RenderOptions) -> list[tuple[str, str]]:
    """Return every file with its text, standard output last: nothing is written if one of them cannot be."""
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


def _made(settings: Settings, snapshot: str | None, given: dict[str, Any]) -> Plan:
    only = names(given["only"])
    own_settings = checked_remedies(settings.remedies, settings.source)
    wanted = tuple(one for one in only if one in remedies())
    controls = chosen([one for one in only if one not in wanted], names(given["skip"]))
    request = PlanRequest(
        judging=JudgeRequest(
            controls=() if wanted and len(wanted) == len(only) else controls,
            settings=checked(settings.controls, settings.source),
        ),
        settings=own_settings,
        wishes=wanted if only else tuple(own_settings),
        states=read_states(given["terraform_state"]),
    )
    if snapshot is not None:
        return make_plan(open_snapshot(snapshot), request)
    # Imported here: planning from a snapshot must not wait for AWS libraries.
    from rootwarden.cli.reading import announcer, reading_of, summary  # noqa: PLC0415
    from rootwarden.flows.live import plan_live  # noqa: PLC0415

    with Progress(wanted=not (given["no_progress"] or given["quiet"])) as progress:
        result, plan = plan_live(reading_of(settings, given), request, progress, announcer(settings))
    _note(summary(result), given)
    return plan


def _next(plan: Plan, wanted: tuple[Target, ...], given: dict[str, Any]) -> None:
    if not plan.accounts or given["quiet"]:
        return
    file = next((one.file for one in wanted if one.format.name == "json" and one.file != "-"), "")
    say = f"apply it with `rootwarden apply {file}`" if file else "keep it with -o plan.json to apply it"
    _note(f"nothing was changed; {say}", given)


def _note(text: str, given: dict[str, Any]) -> None:
    if not given["quiet"]:
        say(f"rootwarden: {text}")
