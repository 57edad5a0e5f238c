"""`rootwarden controls`: the catalogue as a list; with `--remedies` what mends their findings."""

from __future__ import annotations

import click

from rootwarden import catalogue
from rootwarden.report.control_list import as_json, as_table


@click.command(name="controls")
@click.option("--remedies", "remedies_", is_flag=True, help="List the remedies instead: what `plan --only` takes.")
@click.option("--output", "-o", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(remedies_: bool, output: str) -> None:
    """List the controls with what each asks, or the remedies with what each does.

    \b
    rootwarden controls
    rootwarden controls --remedies
    """
    found = catalogue.controls()
    if remedies_:
        from rootwarden.catalogue.remedying import remedies  # noqa: PLC0415 - the list of controls need not wait
        from rootwarden.report import remedy_list  # noqa: PLC0415

        known = tuple(remedies().values())
        text = remedy_list.as_json(known, found) if output == "json" else remedy_list.as_table(known, found)
    else:
        text = as_json(found) if output == "json" else as_table(found)
    click.echo(text)
