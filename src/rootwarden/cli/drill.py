"""`rootwarden drill`: ring the chain on purpose, and see whether people are told."""

from __future__ import annotations

from typing import Any

import click

from rootwarden.cli.options import aws_options
from rootwarden.cli.settings import Settings
from rootwarden.cli.spans import span
from rootwarden.cli.watch_settings import DEFAULT_STORE
from rootwarden.cli.writing import write_out
from rootwarden.errors import Exit

_store = click.option("--store", envvar="ROOTWARDEN_STORE", default=DEFAULT_STORE, show_default=True,
                      help="The store of the watch that runs.")  # fmt: skip
_output = click.option("--output", "-o", type=click.Choice(["table", "json"]), default="table", show_default=True)


@click.group(name="drill")
def command() -> None:
    """Ring the chain on purpose: something harmless is done, and each hop is measured until people were told.

    \b
    rootwarden drill run detection --method assume-root --target 222233334444 \\
      --drill-role arn:aws:iam::111122223333:role/RootwardenDrill
    rootwarden drill run detection --method synthetic --dry-run
    rootwarden drill list
    """


@command.group()
def run() -> None:
    """Run a drill."""


@run.command()
@click.option("--method", type=click.Choice(["assume-root", "synthetic", "alarm"]),
              help="A root session that only reads; a marked record through the bus; an alarm set off.")  # fmt: skip
@click.option("--target", metavar="ACCOUNT", help="The canary member account whose root session is opened.")
@click.option("--drill-role", metavar="ARN", help="Who opens it; should trust sts:SetSourceIdentity rw-drill-*.")
@click.option("--alarm", metavar="NAME", help="The alarm to set off.")
@click.option("--topic", "topics", multiple=True, metavar="ARN", help="The topics it may tell; others are refused.")
@click.option("--within", metavar="SPAN", help="How long all may take until the last channel (default: 5m).")
@click.option("--acknowledge", is_flag=True, help="Wait until a person has acknowledged it, too.")
@click.option(
    "--if-due", metavar="SPAN", help="Do nothing if this path passed so recently, configured as now: for a schedule."
)
@click.option("--dry-run", is_flag=True, help="Show each call that would be made; make none.")
@_output
@_store
@aws_options
@click.pass_obj
def detection(settings: Settings, /, store: str, output: str, dry_run: bool, if_due: str | None, **given: Any) -> int:
    """Prove that root activity is seen, judged and told: the watch must be running.

    Ends with 0 when every hop was passed in time, 3 when one was not (it is named), 6 when a guard refuses.
    """
    from rootwarden.cli.drill_request import drill_request  # noqa: PLC0415
    from rootwarden.flows.drilling.history import passed_since  # noqa: PLC0415
    from rootwarden.flows.drilling.plan import calls, path_of  # noqa: PLC0415
    from rootwarden.flows.drilling.running import Running  # noqa: PLC0415
    from rootwarden.report import drill_text  # noqa: PLC0415

    del given["no_progress"]
    request = drill_request(settings, store, given)
    if dry_run:
        write_out("\n".join(("Calls that would be made; none was made.", *(f"  {one}" for one in calls(request)))))
        return Exit.FINE
    if if_due is not None:
        last = passed_since(store, path_of(request), span(if_due, "--if-due"), request.configuration)
        if last is not None:
            click.echo(f"not due: {last.path} passed at {last.finished:%Y-%m-%d %H:%M} UTC", err=True)
            return Exit.FINE
    drill = Running(request).run(lambda text: click.echo(text, err=True))
    write_out(drill_text.as_json(drill) if output == "json" else drill_text.table(drill))
    return Exit.FINE if drill.passed else Exit.FINDINGS


@command.command(name="list")
@_output
@_store
def list_(store: str, output: str) -> int:
    """List the drills that were run, the newest first."""
    from rootwarden.flows.drilling.history import past  # noqa: PLC0415
    from rootwarden.report import drill_text  # noqa: PLC0415

    found = past(store)
    write_out(drill_text.list_json(found) if output == "json" else drill_text.list_table(found))
    return Exit.FINE


@command.command()
@click.argument("name", required=False, metavar="[DRILL]")
@_output
@_store
def report(store: str, name: str | None, output: str) -> int:
    """Show a drill hop by hop (default: the newest)."""
    from rootwarden.flows.drilling.history import one_of  # noqa: PLC0415
    from rootwarden.report import drill_text  # noqa: PLC0415

    drill = one_of(store, name)
    write_out(drill_text.as_json(drill) if output == "json" else drill_text.table(drill))
    return Exit.FINE if drill.passed else Exit.FINDINGS
