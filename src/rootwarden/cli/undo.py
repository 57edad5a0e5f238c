"""`rootwarden undo`: take back what a plan changed, the last change first, and prove it; without a run, list them."""

from __future__ import annotations

from typing import Any

import click

from rootwarden.cli.agreeing import Asking
from rootwarden.cli.apply import request_of
from rootwarden.cli.options import aws_options, changing_options
from rootwarden.cli.runs import list_
from rootwarden.cli.settings import Settings
from rootwarden.cli.writing import say, write_text
from rootwarden.errors import Exit


@click.command(name="undo")
@click.argument("run", required=False, metavar="[RUN]")
@click.option("--force", is_flag=True, help="Take it back although somebody changed it since.")
@click.option("--dry-run", is_flag=True, help="Show what would be taken back; change nothing.")
@changing_options
@aws_options
@click.pass_context
def command(ctx: click.Context, /, run: str | None, force: bool, dry_run: bool, **given: Any) -> int:
    """Take back what a plan changed, the last change first, and prove that all reads as before.

    \b
    rootwarden undo                          list the runs, as `rootwarden runs` does
    rootwarden undo 01J8XQ5V                 the beginning of an id will do

    Refused (6) where somebody changed since what the run had changed. Ends with 7 when something does not read as
    before, with 4 when something was left because a right to look is missing; what cannot be taken back is said in
    the plan.
    """
    from rootwarden.flows.applying.undoing import undo_run  # noqa: PLC0415
    from rootwarden.report import run_text  # noqa: PLC0415

    if run is None:
        return int(
            ctx.invoke(
                list_,
                store=given["store"],
                most=50,
                output="table",
                plain=given["plain"],
                show_ids=False,
                show_pii=False,
            )
        )
    settings: Settings = ctx.obj
    asking = Asking(settings, given, dry_run=dry_run)
    undone = undo_run(run, request_of(settings, given | {"force": force}), asking.undo, asking.tell)
    if undone is None:
        return asking.declined
    if undone.lying:
        say(run_text.lying(undone.lying))
    if undone.stopped is not None:
        why = str(undone.stopped)
        say(run_text.stopped(undone.run, undone.progress, undone.stopped.change, why, undoing=True))
        return undone.exit
    if undone.unproved is not None:
        say(f"rootwarden: all was taken back, and could not be read again: {undone.unproved}")
    if undone.checked:
        write_text(run_text.restored(undone.run, undone.checked))
    if undone.unlooked:
        say(run_text.unlooked(undone.run))
    if undone.exit is Exit.WAITING:
        say(run_text.later(undone.run))
    return undone.exit
