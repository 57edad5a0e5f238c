"""`rootwarden controls`: the catalogue as a list."""

from __future__ import annotations

import click

from rootwarden import catalogue
from rootwarden.report.control_list import as_json, as_table


@click.command(name="controls")
@click.option("--output", "-o", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(output: str) -> None:
    """List the controls with what each asks."""
    found = catalogue.controls()
    click.echo(as_json(found) if output == "json" else as_table(found))
