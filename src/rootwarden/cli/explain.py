"""`rootwarden explain`: everything about one control, detection or remedy."""

from __future__ import annotations

import click

from rootwarden.cli.writing import prose_width


@click.command(name="explain")
@click.argument("name")
def command(name: str) -> None:
    """Say all about one control or detection, named by code or slug, or about one remedy.

    \b
    rootwarden explain RW-ROOT-01
    rootwarden explain root-mfa-enabled
    rootwarden explain RD-005
    rootwarden explain root-access-key-created
    rootwarden explain enable-log-file-validation
    """
    # Rules are read by pySigma, which `--help` need not wait for.
    from rootwarden import catalogue  # noqa: PLC0415
    from rootwarden.model.control import Registered  # noqa: PLC0415
    from rootwarden.model.remedy import RegisteredRemedy  # noqa: PLC0415
    from rootwarden.report import detection_explain, explain, remedy_explain  # noqa: PLC0415
    from rootwarden.report.detection_find import named  # noqa: PLC0415

    one, width = named(name), prose_width()
    if isinstance(one, RegisteredRemedy):
        click.echo(remedy_explain.explain(one, catalogue.controls(), width))
    elif isinstance(one, Registered):
        click.echo(explain.explain(one, width))
    else:
        click.echo(detection_explain.explain(one, width))
