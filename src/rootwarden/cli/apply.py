"""`rootwarden apply`: carry out a plan, after looking again and asking; or go on with what was broken off."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from rootwarden.cli.agreeing import Asking
from rootwarden.cli.options import aws_options, changing_options, names
from rootwarden.cli.plan import read_plan_file
from rootwarden.cli.settings import Settings
from rootwarden.errors import UsageError
from rootwarden.flows.limits import checked


@click.command(name="apply")
@click.argument("what", required=False, metavar="[PLAN|RUN]")
@click.option("--resume", is_flag=True, help="Go on with a run that was broken off (default: the newest).")
@click.option("--dry-run", is_flag=True, help="Look again and show where each change stands; change nothing.")
@click.option("--max-monthly-usd", type=click.FloatRange(0), default=50.0, show_default=True,
              help="Refuse a plan that may cost more a month.")  # fmt: skip
@click.option("--terraform-state", multiple=True, metavar="FILE",
              help="What this Terraform state looks after is not changed; repeat for several.")  # fmt: skip
@click.option("--handover", type=click.Path(), metavar="FOLDER",
              help="Where first passwords go, a file for each person that only you can read.")  # fmt: skip
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

    Ends with 0 when all was proved; 4 or 5 when it stopped on the way, 6 when the plan is stale or a guard refuses,
    7 when something is not as planned afterwards, 8 when AWS does not show it yet.
    """
    from rootwarden.flows.applying.running import Applied, apply_plan, resume_run  # noqa: PLC0415
    from rootwarden.report import run_text  # noqa: PLC0415

    asking = Asking(settings, given, dry_run=dry_run)
    request = request_of(settings, given, max_monthly_usd)
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
        click.echo(run_text.stopped(applied.run, applied.progress, applied.stopped.change, str(applied.stopped),
                                    undoing=False), err=True)  # fmt: skip
        return applied.exit
    if applied.unproved is not None:
        click.echo(f"rootwarden: all was changed, and could not be read again: {applied.unproved}", err=True)
    click.echo(run_text.checks(applied.run, applied.checked))
    code = applied.exit or asking.declined
    click.echo(f"rootwarden: run {applied.run.id}; `rootwarden undo {applied.run.id}` takes it back", err=True)
    return code


def request_of(settings: Settings, given: dict[str, Any], max_monthly_usd: float = 50.0) -> Any:
    """Return what applying and undoing are asked."""
    from rootwarden.flows.applying.owning import read_states  # noqa: PLC0415
    from rootwarden.flows.applying.request import ApplyRequest  # noqa: PLC0415
    from rootwarden.flows.collect import CollectRequest  # noqa: PLC0415

    reading = CollectRequest(
        profile=given["profile"],
        region=given["region"],
        role_arn=given["role_arn"],
        external_id=given["external_id"],
        endpoint_url=given["endpoint_url"],
        concurrency=given["concurrency"],
        timeout=given["timeout"],
        role=given["role"],
        roles=settings.roles,
        regions=names(given["regions"]),
        paid=given["paid"],
    )
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
    )
