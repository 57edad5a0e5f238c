"""`rootwarden alerts`: what the watch found, who looks after it, and what is muted until when."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import click

from rootwarden.cli.options import plain_text_option
from rootwarden.cli.spans import span
from rootwarden.cli.watch_settings import DEFAULT_STORE
from rootwarden.cli.writing import screen_width, write_out, write_text
from rootwarden.errors import Exit, UsageError

Command = TypeVar("Command", bound=Callable[..., Any])
_store = click.option("--store", envvar="ROOTWARDEN_STORE", default=DEFAULT_STORE, show_default=True,
                      help="The store of the watch: a file, or postgresql://user@host/database.")  # fmt: skip
_output = click.option("--output", "-o", type=click.Choice(["table", "json"]), default="table", show_default=True)
_by = click.option("--by", help="Who you are (default: the name you are logged in with).")
_ids = click.option("--show-ids", is_flag=True, help="Print access-key ids whole.")


@click.group(name="alerts")
def command() -> None:
    """List the incidents that the watch found; show, acknowledge, close and mute them.

    \b
    rootwarden alerts list
    rootwarden alerts show inc-1f0c93ab52d7
    rootwarden alerts ack inc-1f0c93ab52d7 --by alice
    rootwarden alerts mute --code RD-001 --account 111122223333 --reason "migration" --owner alice --until 8h
    """


@command.command(name="list")
@click.option("--all", "every", is_flag=True, help="Closed incidents too.")
@_output
@plain_text_option
@_store
def list_(store: str, every: bool, output: str) -> int:
    """List open and acknowledged incidents, the worst first."""
    from rootwarden.flows import incidents  # noqa: PLC0415
    from rootwarden.report import case_text  # noqa: PLC0415

    found = incidents.listed(store, every=every)
    if output == "json":
        write_out(case_text.list_json(found))
    else:
        write_text(case_text.list_table(found, screen_width()))
    return Exit.FINE


@command.command()
@click.argument("name", metavar="INCIDENT|ALERT")
@_ids
@_output
@plain_text_option
@_store
def show(name: str, store: str, output: str, show_ids: bool) -> int:
    """Show an incident: its story, its alerts, whom it was told, who looks after it."""
    from rootwarden.flows import incidents  # noqa: PLC0415
    from rootwarden.report import case_text  # noqa: PLC0415
    from rootwarden.report.masking import masked_value  # noqa: PLC0415

    found = masked_value(incidents.shown(store, name), show_ids=show_ids, show_pii=True)
    if output == "json":
        write_out(case_text.show_json(found))
    else:
        write_text(case_text.show_table(found, screen_width()))
    return Exit.FINE


@command.command()
@click.argument("names", nargs=-1, required=True, metavar="INCIDENT|ALERT...")
@_by
@click.option("--note", default="", help="What you know so far.")
@_store
def ack(names: tuple[str, ...], by: str | None, note: str, store: str) -> int:
    """Say that you look after an incident: nobody is reminded of it any more."""
    from rootwarden.flows import incidents  # noqa: PLC0415

    return _each(names, lambda name: incidents.acknowledged(store, name, _who(by), note))


@command.command()
@click.argument("names", nargs=-1, required=True, metavar="INCIDENT|ALERT...")
@_by
@click.option("--note", required=True, help="What it was; kept with the incident.")
@_store
def close(names: tuple[str, ...], by: str | None, note: str, store: str) -> int:
    """Close an incident, with a note on what it was. New alerts that belong to it open it again."""
    from rootwarden.flows import incidents  # noqa: PLC0415

    return _each(names, lambda name: incidents.closed(store, name, _who(by), note))


@command.command()
@click.option("--code", default="", help="Alerts of this detection, such as RD-001.")
@click.option("--account", default="", help="Alerts about this account.")
@click.option("--reason", required=True, help="Why they need not be told.")
@click.option("--owner", required=True, help="Who answers for it.")
@click.option("--until", required=True, metavar="SPAN", help="For how long: 45m, 8h, at most 30d.")
@_store
def mute(store: str, **given: str) -> int:
    """Do not tell alerts of a detection, an account or both for a while. They are recorded all the same."""
    from rootwarden.flows import incidents  # noqa: PLC0415

    made = incidents.muted(store, given | {"until": span(given["until"], "--until")})
    click.echo(f"muted until {made.until:%Y-%m-%d %H:%M:%S} UTC as {made.id}", err=True)
    return Exit.FINE


@command.command()
@click.argument("name", metavar="MUTE")
@_store
def unmute(store: str, name: str) -> int:
    """End a mute before its time."""
    from rootwarden.flows import incidents  # noqa: PLC0415

    incidents.unmuted(store, name)
    click.echo("ended", err=True)
    return Exit.FINE


@command.command()
@_output
@plain_text_option
@_store
def mutes(store: str, output: str) -> int:
    """List what is muted now, by whom, why and until when."""
    from rootwarden.flows import incidents  # noqa: PLC0415
    from rootwarden.report import case_text  # noqa: PLC0415

    found = incidents.mutes(store)
    if output == "json":
        write_out(case_text.mutes_json(found))
    else:
        write_text(case_text.mutes_table(found, screen_width()))
    return Exit.FINE


def _each(names: tuple[str, ...], act: Callable[[str], str]) -> int:
    for line in _lines(names, act):
        click.echo(line, err=True)
    return Exit.FINE


def _lines(names: tuple[str, ...], act: Callable[[str], str]) -> Iterator[str]:
    for name in names:
        yield act(name)


def _who(by: str | None) -> str:
    if by:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise UsageError("who are you?", why="nobody is logged in here", todo="give your name with --by") from error
