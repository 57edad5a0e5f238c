"""`rootwarden notify`: which channels carry messages, and whether they do."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator
from typing import Any

import click
import msgspec

from rootwarden.aws.opening import Way
from rootwarden.cli.options import aws_options
from rootwarden.cli.settings import Settings
from rootwarden.cli.way import way_of
from rootwarden.cli.writing import write_out
from rootwarden.errors import Exit, UsageError
from rootwarden.flows.notifying import ChannelSeen, NotifyRequest, Tried, list_channels, try_channels
from rootwarden.model.findings import Severity

SCHEMA = "rootwarden.notify/1"
COLUMNS = 80
_output = click.option("--output", "-o", type=click.Choice(["table", "json"]), default="table", show_default=True)


@click.group(name="notify")
def command() -> None:
    """List the channels that carry messages to people and machines, and try them.

    \b
    rootwarden notify list
    rootwarden notify test pager siem
    """


@command.command(name="list")
@_output
@click.pass_obj
def list_(settings: Settings, /, output: str) -> int:
    """List the channels with what they are told and where their secrets are kept."""
    found = list_channels(_request(settings, Way(), to_stderr=True))
    if output == "json":
        write_out(_json({"channels": found}))
    else:
        write_out("\n".join(_table(found)))
    return Exit.FINE


@command.command()
@click.argument("channels", nargs=-1, metavar="CHANNEL...")
@click.option("--all", "every", is_flag=True, help="Every channel of the configuration.")
@click.option("--severity", type=click.Choice([one.value for one in Severity]), default="info", show_default=True,
              help="Of the test message; whether a pager rings may depend on it.")  # fmt: skip
@_output
@aws_options
@click.pass_obj
def test(
    settings: Settings, /, channels: tuple[str, ...], every: bool, severity: str, output: str, **given: Any
) -> int:
    """Send a message that says it is a test, and tell of each channel whether it was delivered.

    \b
    rootwarden notify test pager
    rootwarden notify test --all --output json
    """
    if bool(channels) == every:
        raise UsageError("name channels, or give --all", todo="see `rootwarden notify list`")
    request = _request(settings, way_of(given), to_stderr=output == "json")
    found = []
    for tried in try_channels(request, None if every else channels, Severity(severity)):
        found.append(tried)
        if output == "table":
            write_out("\n".join(_told(tried)))
    if output == "json":
        write_out(_json({"tried": found}))
    elif not found:
        write_out("The configuration has no [channels.NAME] section: nothing was sent.")
    return Exit.FINE if found and all(one.delivered for one in found) else Exit.INCOMPLETE


def _request(settings: Settings, way: Way, *, to_stderr: bool) -> NotifyRequest:
    return NotifyRequest(
        channels=settings.channels,
        source=settings.source,
        environment=os.environ,
        way=way,
        screen=lambda text: click.echo(text, err=to_stderr),
    )


def _json(fields: dict[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode({"schema": SCHEMA, **fields}), indent=2).decode()


def _table(found: tuple[ChannelSeen, ...]) -> Iterator[str]:
    if not found:
        yield "The configuration has no [channels.NAME] section: nobody is told anything."
        return
    wide = max(len("CHANNEL"), *(len(one.name) for one in found))
    yield f"{'CHANNEL':<{wide}}  {'KIND':<9}  LEVELS"
    for one in found:
        told = "all" if len(one.levels) == len(Severity) else ", ".join(one.levels)
        yield f"{one.name:<{wide}}  {one.kind:<9}  {told}"
        if one.target:
            yield f"    to {one.target}"
        for secret in one.secrets:
            yield f"    {secret.setting} {secret.reference} ({secret.state})"


def _told(tried: Tried) -> Iterator[str]:
    word = "delivered" if tried.delivered else "FAILED"
    again = {True: " (trying again may help)", False: " (until the configuration changes)", None: ""}[tried.retryable]
    yield f"{tried.name} ({tried.kind}): {word} in {tried.milliseconds:,} ms"
    yield from textwrap.wrap(tried.detail + again, COLUMNS, initial_indent="    ", subsequent_indent="    ")
