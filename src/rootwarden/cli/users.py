"""`rootwarden users`: people instead of root. A roster says who works here; the account follows it."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from rootwarden.cli.options import aws_options, plain_option, plain_text_option, plan_output_option, terraform_option
from rootwarden.cli.plan import next_step, rendered, targets
from rootwarden.cli.progress import Progress
from rootwarden.cli.settings import Settings
from rootwarden.cli.showing import colorful
from rootwarden.cli.streams import speaks_unicode, wants_plain
from rootwarden.cli.writing import check, note, screen_width, write_file, write_out, write_text
from rootwarden.errors import Exit, InputError, UsageError
from rootwarden.report import plans
from rootwarden.report.ascii_only import ascii_only
from rootwarden.report.options import RenderOptions

_snapshot = click.option("--snapshot", metavar="FILE", help="Use this snapshot; AWS is not asked.")
_role = click.option("--role", envvar="ROOTWARDEN_ROLE", default="RootwardenAudit", show_default=True,
                     help="Role to assume to read another account than the caller's.")  # fmt: skip
_verbose = click.option("--verbose", "-v", is_flag=True, help="Show every parameter of every call.")
_quiet = click.option("--quiet", "-q", is_flag=True, help="No notes on stderr.")


@click.group(name="users")
def command() -> None:
    """Give people users of their own, behind MFA and a boundary, and take them away when they leave.

    \b
    rootwarden users export -o roster.yaml
    rootwarden users plan roster.yaml -o plan.json
    rootwarden apply plan.json --handover passwords/
    """


@command.command(name="plan")
@click.argument("roster", metavar="ROSTER")
@plan_output_option
@click.option("--confirm-count", type=click.IntRange(0), metavar="N",
              help="So many people are to be disabled or deleted; asked for where they are many.")  # fmt: skip
@click.option("--adopt", is_flag=True, help="Take over users of the roster's names that were there before it.")
@click.option("--iam", is_flag=True, help="IAM users, although the organization has IAM Identity Center.")
@terraform_option
@_snapshot
@_role
@_verbose
@plain_option
@_quiet
@aws_options
@click.pass_obj
def plan_(
    settings: Settings, /, roster: str, output: tuple[str, ...], snapshot: str | None, confirm_count: int | None,
    adopt: bool, **given: Any,
) -> int:  # fmt: skip
    """Show what makes the account look like the roster: who comes, moves and goes. Nothing is changed.

    \b
    rootwarden users plan roster.yaml -o plan.json
    rootwarden users plan roster.yaml --confirm-count 7 -o plan.json

    Refused (6) where more than five people, or one in ten, would be disabled or deleted and
    --confirm-count does not say so.
    """
    from rootwarden.flows.people import PeopleRequest  # noqa: PLC0415 - --help must not wait for AWS libraries
    from rootwarden.flows.terraform_states import read_states  # noqa: PLC0415
    from rootwarden.people.reading import read_roster  # noqa: PLC0415

    wanted = targets(output, roster, snapshot or "")
    request = PeopleRequest(
        roster=read_roster(_text(roster), roster),
        adopting=adopt,
        confirmed=confirm_count,
        iam=given["iam"],
        states=read_states(given["terraform_state"]),
        file=roster,
    )
    made = _planned(settings, snapshot, request, given)
    look = RenderOptions(
        width=screen_width(),
        color=colorful("auto", os.environ),
        plain=given["plain"] or not speaks_unicode(),
        verbose=given["verbose"],
    )
    if not any(one.file == "-" for one in wanted):
        write_out(plans.find("table").render(made, look))
    for file, text in rendered(made, wanted, look):
        if file == "-":
            write_out(text)
        else:
            write_file(Path(file), text)
    if made.accounts:
        folder = " --handover FOLDER" if any(one.secrets for one in made.changes) else ""
        note(f"nothing was changed; {next_step(made, wanted, more=folder)}", given)
    return Exit.FINE


@command.command()
@click.option("--output", "-o", default="-", metavar="FILE", help="Where the roster goes (default: standard output).")
@click.option("--id", "name", default="people", show_default=True, help="The id of the roster.")
@click.option("--force", is_flag=True, help="Write over a roster that is there.")
@_snapshot
@_role
@plain_text_option
@_quiet
@aws_options
@click.pass_obj
def export(settings: Settings, /, output: str, name: str, force: bool, snapshot: str | None, **given: Any) -> int:
    """Write the IAM users and groups that are there as a roster; what nobody could know is marked to be filled in."""
    from rootwarden.cli.reading import reading_of  # noqa: PLC0415
    from rootwarden.flows.people import export_people, export_people_live  # noqa: PLC0415
    from rootwarden.store.snapshots import open_snapshot  # noqa: PLC0415

    if output != "-":
        check(output)
        if Path(output).exists() and not force:
            raise UsageError(
                f"{output} is there already", why="what people wrote into a roster would be lost",
                todo="name another file, or write over it with --force",
            )  # fmt: skip
    if snapshot is not None:
        text = export_people(open_snapshot(snapshot), name)
    else:
        with Progress(wanted=not (given["no_progress"] or given["quiet"])) as progress:
            text = export_people_live(reading_of(settings, given), name, progress)
    if output == "-":
        write_text(text)
    else:
        write_file(Path(output), ascii_only(text) if wants_plain() else text)
        note(f"wrote {output}; fill in what is marked, then `rootwarden users plan {output} --adopt`", given)
    return Exit.FINE


def _planned(settings: Settings, snapshot: str | None, request: Any, given: dict[str, Any]) -> Any:
    from rootwarden.cli.reading import reading_of  # noqa: PLC0415
    from rootwarden.flows.people import plan_people, plan_people_live  # noqa: PLC0415
    from rootwarden.flows.planning import affordable  # noqa: PLC0415
    from rootwarden.store.snapshots import open_snapshot  # noqa: PLC0415

    if snapshot is not None:
        made = plan_people(open_snapshot(snapshot), request)
    else:
        with Progress(wanted=not (given["no_progress"] or given["quiet"])) as progress:
            _, made = plan_people_live(reading_of(settings, given), request, progress)
    affordable(made, Decimal(50))
    return made


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        todo = "name a roster; `rootwarden users export -o roster.yaml` writes one"
        raise InputError(f"cannot read {file}", why=str(getattr(error, "strerror", error)), todo=todo) from error
