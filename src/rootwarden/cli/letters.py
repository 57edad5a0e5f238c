"""`rootwarden letters`: what came and could not be understood; one of them may be about root."""

from __future__ import annotations

import click

from rootwarden.cli.options import plain_text_option
from rootwarden.cli.watch_settings import DEFAULT_STORE
from rootwarden.cli.writing import screen_width, write_out, write_text
from rootwarden.errors import Exit

_store = click.option("--store", envvar="ROOTWARDEN_STORE", default=DEFAULT_STORE, show_default=True,
                      help="The store of the watch: a file, or postgresql://user@host/database.")  # fmt: skip
_output = click.option("--output", "-o", type=click.Choice(["table", "json"]), default="table", show_default=True)


@click.group(name="letters")
def command() -> None:
    """List dead letters: what came to the watch and could not be understood.

    \b
    rootwarden letters list
    rootwarden letters show 17
    rootwarden letters discard --up-to 17
    """


@command.command(name="list")
@click.option("--most", type=click.IntRange(1, 10_000), default=50, show_default=True, help="The newest of them.")
@_output
@plain_text_option
@_store
def list_(store: str, most: int, output: str) -> int:
    """List dead letters, the newest first: where they came from, and why they were not understood."""
    from rootwarden.flows import dead_letters  # noqa: PLC0415
    from rootwarden.report import letter_text  # noqa: PLC0415

    found, total = dead_letters.listed(store, most)
    if output == "json":
        write_out(letter_text.as_json(found, total))
    else:
        write_text(letter_text.table(found, total, screen_width()))
    return Exit.FINE


@command.command()
@click.argument("number", type=click.IntRange(1))
@plain_text_option
@_store
def show(store: str, number: int) -> int:
    """Show a dead letter with all that came, as it came; what is not printable is escaped."""
    from rootwarden.flows import dead_letters  # noqa: PLC0415
    from rootwarden.report import letter_text  # noqa: PLC0415

    write_text(letter_text.whole(dead_letters.shown(store, number), screen_width()))
    return Exit.FINE


@command.command()
@click.option("--up-to", "last", type=click.IntRange(1), required=True, metavar="NUMBER", help="This one and older.")
@_store
def discard(store: str, last: int) -> int:
    """Let go of dead letters that were seen to, up to the one of this number."""
    from rootwarden.flows import dead_letters  # noqa: PLC0415

    click.echo(f"{dead_letters.discarded(store, last)} let go of", err=True)
    return Exit.FINE
