"""`rootwarden runs`: which plans were applied and how each stands, the evidence of one, and what is announced."""

from __future__ import annotations

import getpass
import os
import platform
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rootwarden.cli.options import aws_options, plain_option, plain_text_option, some
from rootwarden.cli.settings import Settings
from rootwarden.cli.showing import colorful
from rootwarden.cli.standard_input import somebody_there
from rootwarden.cli.streams import speaks_unicode
from rootwarden.cli.watch_settings import DEFAULT_STORE
from rootwarden.cli.writing import say, screen_width, write_out
from rootwarden.errors import Exit, UsageError
from rootwarden.model.run import RunState
from rootwarden.report.options import RenderOptions

if TYPE_CHECKING:
    from rootwarden.model.announced import Announced

Command = TypeVar("Command", bound=Callable[..., Any])
_store = click.option("--store", envvar="ROOTWARDEN_STORE", default=DEFAULT_STORE, show_default=True,
                      help="Where plans are written down that are applied.")  # fmt: skip
_output = click.option("--output", "-o", type=click.Choice(["table", "json"]), default="table", show_default=True)
_ids = click.option("--show-ids", is_flag=True, help="Print access-key ids whole.")
_pii = click.option("--show-pii", is_flag=True, help="Print e-mail addresses and contacts whole.")


class _Listing(click.Group):
    """A group that lists where no verb is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `list` before options that are no questions for help."""
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(name="runs", cls=_Listing)
def command() -> None:
    """List the plans that were applied and how each stands, and those that are announced and wait.

    Only the store is read; AWS is asked by `prove` alone, and by a channel of SNS that is told of a withdrawal.

    \b
    rootwarden runs                          the same as `runs list`
    rootwarden runs show 01J8XQ5V            who, which calls, when, what was proved
    rootwarden runs prove 01J8XQ5V           read again what was not proved yet
    rootwarden runs cancel 3f2a9c1d07be      withdraw an announced plan
    """


@command.command(name="list")
@click.option("--most", type=click.IntRange(1, 10_000), default=50, show_default=True, help="The newest of them.")
@_output
@plain_option
@_ids
@_pii
@_store
def list_(store: str, most: int, output: str, plain: bool, show_ids: bool, show_pii: bool) -> int:
    """List runs, the newest first: how each stands, what was made, what to do next; and what is announced.

    A run is under way, broken off (its process ended), stopped (something stood in its way), done, half undone, part
    undone (something was left because something else rests on it) or undone.
    """
    from rootwarden.flows import past_runs as flow  # noqa: PLC0415
    from rootwarden.report import past_runs, past_runs_text  # noqa: PLC0415

    found = past_runs.said(flow.listed(store, most), show_ids=show_ids, show_pii=show_pii)
    write_out(past_runs.as_json(found) if output == "json" else past_runs_text.table(found, _look(plain=plain)))
    return Exit.FINE


@command.command()
@click.argument("run", metavar="RUN")
@_output
@plain_option
@_ids
@_pii
@click.option("--verbose", "-v", is_flag=True, help="Show what was sent with every call, and what was read afterwards.")
@_store
def show(run: str, store: str, output: str, plain: bool, show_ids: bool, show_pii: bool, verbose: bool) -> int:
    """Show the evidence of a run: the plan, who did what and when, from what to what, each call, what was proved.

    The beginning of an id will do. `Plan` is the checksum that stands in the plan's file.
    """
    from rootwarden.flows import past_runs as flow  # noqa: PLC0415
    from rootwarden.report import past_runs, past_runs_text  # noqa: PLC0415

    found = past_runs.said(flow.shown(store, run), show_ids=show_ids, show_pii=show_pii)
    look = _look(plain=plain, verbose=verbose)
    text = past_runs.as_json(found) if output == "json" else past_runs_text.whole(found.runs[0], look)
    write_out(text)
    return Exit.FINE


@command.command()
@click.argument("run", metavar="RUN")
@_store
@click.option("--role", envvar="ROOTWARDEN_ROLE", default="RootwardenAudit", show_default=True,
              help="Role to assume to read other accounts.")  # fmt: skip
@click.option("--regions", envvar="ROOTWARDEN_REGIONS", callback=some,
              help="Read these Regions only, comma separated.")  # fmt: skip
@click.option("--paid", envvar="ROOTWARDEN_PAID", is_flag=True, help="Allow calls that AWS charges for.")
@click.option("--patience", type=click.FloatRange(0), default=30.0, show_default=True,
              help="Seconds to look again while a change does not show yet.")  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="No notes on stderr.")
@aws_options
@click.pass_obj
def prove(settings: Settings, /, run: str, **given: Any) -> int:
    """Read again what of a run was not proved when it ended, and write down what is found, when and by whom.

    Nothing is changed in AWS. Ends with 0 when all is proved, 7 when something is not as planned, 8 when AWS does not
    show it yet or somebody has still to confirm; with 4 or 5 when something could not be read (2 where that takes
    --paid), of which what was known stays.
    """
    from rootwarden.cli.apply import request_of  # noqa: PLC0415
    from rootwarden.flows.applying.proving_later import prove_run  # noqa: PLC0415
    from rootwarden.report import run_text  # noqa: PLC0415

    request = request_of(settings, given | {"remediate_role": "", "yes": True})
    found = prove_run(run, request, lambda text: None if given["quiet"] else say(text))
    if found is None:
        say("rootwarden: all of it was proved already; how it stands today, `rootwarden audit` says")
        return Exit.FINE
    undone = found.run.state is RunState.UNDONE
    click.echo((run_text.restored if undone else run_text.checks)(found.run, found.checked))
    if found.unproved is not None:
        say(f"rootwarden: {found.unproved}")
        return found.unproved.exit_code
    if found.exit is Exit.WAITING:
        say(run_text.later(found.run))
    return found.exit


@command.command()
@click.argument("announcement", metavar="ANNOUNCEMENT")
@click.option("--yes", "-y", is_flag=True, help="Do not ask; for automation.")
@click.option("--by", help="Who withdraws it [default: who is logged in on this machine]; it is kept.")
@_store
@plain_text_option
@aws_options
@click.pass_obj
def cancel(settings: Settings, /, announcement: str, store: str, yes: bool, by: str | None, **given: Any) -> int:
    """Withdraw an announced plan: it cannot be applied any more, and announcing it again begins a new wait.

    Every channel that was told of the announcement is told of that. Where one could not be (5), or the program was
    stopped, the same command tells whom it did not. Refused (6) while the plan is being applied, or when nobody agrees.
    """
    from rootwarden.cli.informing import voices  # noqa: PLC0415
    from rootwarden.flows.withdrawing import withdrawn  # noqa: PLC0415

    agree = lambda one: yes or _agreed(one)  # noqa: E731
    found = withdrawn(store, announcement, agree, voices(settings, given), by=by or _who())
    if found is None:
        say("rootwarden: nothing was withdrawn")
        return Exit.REFUSED
    name = found.announced.name
    already = " already" if found.before else ""
    say(f"rootwarden: {name} is withdrawn{already}; applying the plan again announces it anew")
    for channel in found.gone:
        say(f"rootwarden: {channel} was told of the announcement and is not configured here: tell whoever reads it")
    if found.untold:
        say(f"rootwarden: mend the channel, then `rootwarden runs cancel {name}` tells whom it did not reach")
        return Exit.INCOMPLETE
    return Exit.FINE


def _who() -> str:
    """Return who is logged in here, and on which machine: AWS is not asked."""
    try:
        return f"{getpass.getuser()} on {platform.node()}"
    except (OSError, KeyError) as error:
        raise UsageError("who are you?", why="nobody is logged in here", todo="give your name with --by") from error


def _agreed(one: Announced) -> bool:
    """Show what was announced, and ask.

    Raises:
        UsageError: nobody is there to be asked.
    """
    say(f"announced on {one.at:%Y-%m-%d %H:%M} UTC by {one.by}:")
    for title in one.titles:
        say(f"  {title}")
    if not somebody_there():
        raise UsageError(
            "an announcement would be withdrawn, and nobody is there to confirm it",
            why="standard input is no terminal", todo="give --yes, or run it at a terminal",
        )  # fmt: skip
    return click.confirm(f"Withdraw {one.name}?", err=True)


def _look(*, plain: bool, verbose: bool = False) -> RenderOptions:
    return RenderOptions(
        width=screen_width(), color=colorful("auto", os.environ), plain=plain or not speaks_unicode(), verbose=verbose
    )
