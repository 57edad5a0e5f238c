"""`rootwarden explain`: everything about one control."""

from __future__ import annotations

import click

from rootwarden import catalogue
from rootwarden.report.explain import explain


@click.command(name="explain")
@click.argument("control")
def command(control: str) -> None:
    """Say all about one control, named by code or slug.

    \b
    rootwarden explain RW-ROOT-01
    rootwarden explain root-mfa-enabled
    """
    click.echo(explain(catalogue.find(control)))
