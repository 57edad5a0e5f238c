"""`rootwarden apply`: carry out a plan, after looking again and asking; or go on with what was broken off."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from rootwarden.cli.agreeing import Asking
from rootwarden.cli.options import aws_options, changing_options, terraform_option
from rootwarden.cli.plan import read_plan_file
from rootwarden.cli.settings import Settings
from rootwarden.cli.state_folder import state_folder
from rootwarden.cli.writing import say, write_text
from rootwarden.errors import Exit, UsageError
from rootwarden.flows.limits import checked, checked_remedies
from rootwarden.model.paid import paid_too


@click.command(name="apply")
@click.argument("what", required=False, metavar="[PLAN|RUN]")
@click.option("--resume", is_flag=True, help="Go on with a run that was broken off (default: the newest).")
@click.option("--dry-run", is_flag=True, help="Look again and show where each change stands; change nothing.")
@click.option("--max-monthly-usd", type=click.FloatRange(0), default=50.0, show_default=True,
              help="Refuse a plan that may cost more a month.")  # fmt: skip
@terraform_option
@click.option("--handover", type=click.Path(), metavar="FOLDER",
              help="Where first passwords go, a file for each person that only you can read.")  # fmt: skip
@click.option("--key", "keys", multiple=True, metavar="...1234",
              help="An access key, by its last characters, that may be deleted although it is in use.")  # fmt: skip
@click.option("--accept-outage", is_flag=True, help="What uses the keys named by --key will stop; that is accepted.")
@click.option("--windows", type=click.Path(), envvar="ROOTWARDEN_WINDOWS",
              help="Approved windows of root use (JSON); without one, what is dangerous waits a day.")  # fmt: skip
@changing_options
@aws_options
@click.pass_obj
def command(
    settings: Settings, /, what: str | None, resume: bool, dry_run: bool, max_monthly_usd: float, **given: Any
) -> int:
    """Carry out a plan: look again, ask, change, write each call down before it is made, and prove the result.

    \b
    rootwarden apply plan.json               asks for the account id first
    rootwarden apply plan.json --yes         for automation
    rootwarden apply --resume                after a crash, or what stopped it

    What is dangerous is announced first, and done by the same command a day later, within a week.

    Ends with 0 when all was proved; 4 or 5 when it stopped on the way, 6 when the plan is stale or a guard refuses,
    7 when something is not as planned afterwards, 8 when it has to wait or AWS does not show it yet.
    """
    from rootwarden.flows.applying.running import Applied, apply_plan, resume_run  # noqa: PLC0415
    from rootwarden.report import run_text  # noqa: PLC0415

    asking = Asking(settings, given, dry_run=dry_run)
    request = request_of(settings, given | {"dry_run": dry_run}, max_monthly_usd)
    if resume:
        wanted = read_plan_file(what) if what and Path(what).is_file() else what
        applied: Applied | None = resume_run(wanted, request, asking.apply, asking.tell)
    elif what is None:
        raise UsageError("no plan is named", todo="make one with `rootwarden plan -o plan.json`, and name it")
    else:
        applied = apply_plan(read_plan_file(what), request, asking.apply, asking.tell)
    if applied is None:
        return asking.declined
    if applied.stopped is not None:
        why = str(applied.stopped)
        say(run_text.stopped(applied.run, applied.progress, applied.stopped.change, why, undoing=False))
        return applied.exit
    if applied.unproved is not None:
        say(f"rootwarden: all was changed, and could not be read again: {applied.unproved}")
    write_text(run_text.checks(applied.run, applied.checked))
    lasting = not any(step.undo for change in applied.run.plan.changes for step in change.steps)
    paid = paid_too(applied.run.plan.changes)
    back = "it cannot be taken back" if lasting else f"`rootwarden undo {applied.run.id}{paid}` takes it back"
    say(f"rootwarden: run {applied.run.id}; {back}")
    if applied.exit in (Exit.WAITING, Exit.INCOMPLETE):
        say(run_text.later(applied.run))
    return applied.exit or asking.declined


def request_of(settings: Settings, given: dict[str, Any], max_monthly_usd: float = 50.0) -> Any:
    """Return what applying and undoing are asked.

    Raises:
        UsageError: a key is named without accepting what stops, or the other way round; settings that do not fit.
        InputError: the file of windows cannot be read.
    """
    from rootwarden.cli.informing import informer  # noqa: PLC0415
    from rootwarden.cli.reading import ROOT_READ, announcer, reading_of  # noqa: PLC0415
    from rootwarden.flows.applying.request import ApplyRequest  # noqa: PLC0415
    from rootwarden.flows.detect import windows_of  # noqa: PLC0415
    from rootwarden.flows.terraform_states import read_states  # noqa: PLC0415

    keys = tuple(given.get("keys") or ())
    if bool(keys) != bool(given.get("accept_outage")):
        raise UsageError(
            "--key and --accept-outage go together", why="what uses such a key will stop", todo="give both"
        )
    windows = windows_of(given["windows"]) if given.get("windows") else ()
    reading = reading_of(settings, given)
    return ApplyRequest(
        reading=reading,
        store=given["store"],
        settings=checked(settings.controls, settings.source),
        role=given["remediate_role"],
        roles=settings.apply_roles,
        max_monthly_usd=Decimal(str(max_monthly_usd)),
        patience=given["patience"],
        force=bool(given.get("force")),
        states=read_states(given.get("terraform_state") or ()),
        handover=given.get("handover") or "",
        dry_run=bool(given.get("dry_run")),
        remedies=checked_remedies(settings.remedies, settings.source),
        windows=windows,
        accepted=keys,
        announce=announcer(settings, windows=windows, reading=ROOT_READ),
        inform=informer(settings, given),
        locks=str(state_folder(os.environ)),
    )
