"""`rootwarden collect`: read AWS into a snapshot file, judge later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rootwarden.cli.options import aws_options, scope_options
from rootwarden.cli.progress import Progress
from rootwarden.cli.reading import announcer, explained, reading_of, summary
from rootwarden.cli.settings import Settings
from rootwarden.cli.writing import say
from rootwarden.errors import Exit
from rootwarden.flows.collect import collect, explain_calls

SHOWN = 5


@click.command(name="collect")
@click.option("--output", "-o", "output", metavar="FILE", required=True, help="Snapshot to write (.jsonl.gz).")
@click.option(
    "--explain-calls", "only_explain", is_flag=True, help="Print every call it would make and its cost, and make none."
)
@click.option("--quiet", "-q", is_flag=True, help="No notes on stderr.")
@scope_options
@aws_options
@click.pass_obj
def command(settings: Settings, /, output: str, only_explain: bool, quiet: bool, **given: Any) -> int:
    """Read what AWS answers into a snapshot file.

    \b
    rootwarden collect -o snapshot.jsonl.gz
    rootwarden collect --org -o snapshot.jsonl.gz
    """
    request = reading_of(settings, given)
    if only_explain:
        click.echo(explained(explain_calls(request)))
        return Exit.FINE
    with Progress(wanted=not (given["no_progress"] or quiet)) as progress:
        result = collect(request, Path(output), progress, announcer(settings))
    if not quiet:
        say(f"rootwarden: wrote {output}: {summary(result)}")
        for reason, times in result.unread[:SHOWN]:
            say(f"  not read, {times} times: {reason}")
        if len(result.unread) > SHOWN:
            say(f"  and {len(result.unread) - SHOWN} more reasons, in the file")
    if result.interrupted:
        return Exit.INTERRUPTED
    return Exit.INCOMPLETE if result.unread or result.accounts_read < result.accounts_expected else Exit.FINE
