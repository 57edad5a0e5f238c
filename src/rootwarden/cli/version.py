"""`rootwarden version`: which program, which catalogue."""

from __future__ import annotations

import platform

import click

from rootwarden import __version__
from rootwarden.model.findings import CATALOGUE_VERSION


@click.command(name="version")
def command() -> None:
    """Print the version of the program, of its catalogue and of Python."""
    click.echo(f"rootwarden {__version__}, catalogue {CATALOGUE_VERSION}, Python {platform.python_version()}")
