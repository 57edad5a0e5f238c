"""`rootwarden detections`: what is looked for in trails, as a list."""

from __future__ import annotations

import click


@click.command(name="detections")
@click.option("--output", "-o", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(output: str) -> None:
    """List the detections with the act each sees."""
    # Rules are read by pySigma, which `--help` need not wait for.
    from rootwarden.catalogue.detecting import everything  # noqa: PLC0415
    from rootwarden.report.detection_json import as_json  # noqa: PLC0415
    from rootwarden.report.detection_list import as_table  # noqa: PLC0415

    found = everything()
    click.echo(as_json(found) if output == "json" else as_table(found))
