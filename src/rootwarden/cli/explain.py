"""`rootwarden explain`: everything about one control or detection."""

from __future__ import annotations

import click

from rootwarden.cli.writing import prose_width


@click.command(name="explain")
@click.argument("name")
def command(name: str) -> None:
    """Say all about one control or detection, named by code or slug.

    \b
    rootwarden explain RW-ROOT-01
    rootwarden explain root-mfa-enabled
    rootwarden explain RD-005
    rootwarden explain root-access-key-created
    """
    # Rules are read by pySigma, which `--help` need not wait for.
    from rootwarden.model.control import Registered  # noqa: PLC0415
    from rootwarden.report import detection_explain, explain  # noqa: PLC0415
    from rootwarden.report.detection_find import named  # noqa: PLC0415

    one = named(name)
    width = prose_width()
    click.echo(explain.explain(one, width) if isinstance(one, Registered) else detection_explain.explain(one, width))
