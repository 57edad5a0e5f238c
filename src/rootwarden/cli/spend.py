"""`rootwarden spend`: what each day cost, which days are out of line and why, and what root did around them."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from rootwarden.cli.options import aws_options, plain_option
from rootwarden.cli.standard_input import standard_input
from rootwarden.cli.writing import check, say, screen_width, write_file, write_out
from rootwarden.errors import UsageError

_STDOUT = "-"


@click.command(name="spend")
@click.option("--days", type=click.IntRange(8, 395), default=60, show_default=True,
              help="Full days until yesterday. Two months tell weekdays apart.")  # fmt: skip
@click.option("--paid", envvar="ROOTWARDEN_PAID", is_flag=True, help="Allow questions that AWS charges for.")
@click.option("--max-calls", "most_calls", type=click.IntRange(1, 1000), default=10, show_default=True,
              help="Ask at most so many paid questions, 0.01 USD each.")  # fmt: skip
@click.option("--from", "saved", default="", metavar="FILE",
              help="Read a saved answer of get-cost-and-usage instead; nothing is paid.")  # fmt: skip
@click.option("--records", multiple=True, metavar="FILE", help="CloudTrail records in which to look for acts of root.")
@click.option("--store", envvar="ROOTWARDEN_STORE", default="", metavar="STORE",
              help="Store of a watch in which to look for acts of root (default: [watch] store).")  # fmt: skip
@click.option("--spreads", type=click.FloatRange(1, 1000), default=6.0, show_default=True,
              help="How many times the usual spread above the usual is out of line.")  # fmt: skip
@click.option("--floor", type=click.FloatRange(0.01), default=10.0, show_default=True,
              help="What a day must be above the usual at least.")  # fmt: skip
@click.option("--fail-on", type=click.Choice(["jump", "root", "none"]), default="none", show_default=True,
              help="Exit 3 for a jump, or only for one near an act of root.")  # fmt: skip
@click.option("--output", "-o", multiple=True, metavar="FORMAT[=FILE]", default=("table",), show_default=True,
              help="table, json, svg, html; repeat for several at once.")  # fmt: skip
@click.option("--verbose", "-v", is_flag=True, help="List every service and every act of root.")
@click.option("--quiet", "-q", is_flag=True, help="No notes on stderr.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True,
              help="Colours; NO_COLOR is honoured.")  # fmt: skip
@plain_option
@aws_options
def command(output: tuple[str, ...], fail_on: str, quiet: bool, **given: Any) -> int:
    """Show what each day cost, and which days are out of line: often the first sign of a break-in.

    Cost Explorer is asked once for each page of its answer, which costs 0.01 USD; a management account sees all of its
    members.

    \b
    rootwarden spend --paid                               the last 60 days
    rootwarden spend --paid --store watch.sqlite3 --fail-on root
    rootwarden spend --paid --output svg=spend.svg --output table
    rootwarden spend --from costs.json --records trail/   nothing is asked
    """
    # Imported here: help and errors of the command line must not wait for AWS libraries.
    from rootwarden.cli.way import way_of  # noqa: PLC0415
    from rootwarden.flows.spend import SpendRequest, look_at_spending, spend_exit  # noqa: PLC0415
    from rootwarden.model.spend import Rule  # noqa: PLC0415

    if given["saved"] == _STDOUT and _STDOUT in given["records"]:
        raise UsageError("standard input cannot be both the costs and the records", todo="name a file for one of them")
    wanted = _targets(output, (given["saved"], *given["records"]))
    request = SpendRequest(
        way=way_of(given),
        rule=Rule(spreads=Decimal(str(given["spreads"])), floor=Decimal(str(given["floor"]))),
        days=given["days"],
        most_calls=given["most_calls"],
        paid=given["paid"],
        saved=given["saved"],
        records=given["records"],
        store=given["store"],
    )

    def tell(text: str) -> None:
        if not quiet:
            say(f"rootwarden: {text}")

    found = look_at_spending(request, standard_input, tell)
    _show(found, wanted, given)
    for file in (file for _, file in wanted if file != _STDOUT):
        tell(f"wrote {file}")
    return spend_exit(found, fail_on)


def _targets(given: tuple[str, ...], inputs: tuple[str, ...]) -> list[tuple[str, str]]:
    """Parse `FORMAT[=FILE]` items before anything is asked; return (format, file), files first.

    Raises:
        UsageError: an unknown format, or a place that is written or read twice.
        OutputError: a file cannot be written.
    """
    from rootwarden.report import spends  # noqa: PLC0415

    found: list[tuple[str, str]] = []
    taken = {str(Path(one).resolve()) for one in inputs if one and one != _STDOUT}
    for item in given:
        name, _, file = (part.strip() for part in item.partition("="))
        spends.find(name)
        place = _STDOUT if file in ("", _STDOUT) else str(Path(file).resolve())
        if place in taken:
            raise UsageError(
                f"{file or 'standard output'} is written or read twice", todo="give each a file of its own"
            )
        taken.add(place)
        if place != _STDOUT:
            check(file)
        found.append((name, file or _STDOUT))
    return sorted(found, key=lambda one: one[1] == _STDOUT)


def _show(found: Any, wanted: list[tuple[str, str]], given: dict[str, Any]) -> None:
    from rootwarden.cli.showing import colorful  # noqa: PLC0415
    from rootwarden.cli.streams import speaks_unicode  # noqa: PLC0415
    from rootwarden.report import spends  # noqa: PLC0415
    from rootwarden.report.options import RenderOptions  # noqa: PLC0415

    for name, file in wanted:
        screen = file == _STDOUT
        options = RenderOptions(
            width=screen_width(), color=screen and colorful(given["color"], os.environ),
            plain=given["plain"] or (screen and not speaks_unicode()), verbose=given["verbose"],
        )  # fmt: skip
        text = spends.find(name)(found, options)
        if screen:
            write_out(text)
        else:
            write_file(Path(file), text)
