"""Tells people, through the configured channels, what is about to be done to their accounts."""

from __future__ import annotations

import os
from typing import Any

import click

from rootwarden.cli.settings import Settings
from rootwarden.flows.applying.request import Inform


def informer(settings: Settings, given: dict[str, Any]) -> Inform | None:
    """Return what tells every configured channel, None where none is configured.

    A channel that does not take the message is named on stderr; the others, and the store, have it all the same.
    """
    if not settings.channels:
        return None

    def inform(title: str, lines: tuple[str, ...], steps: tuple[str, ...]) -> None:
        from rootwarden.cli.way import way_of  # noqa: PLC0415
        from rootwarden.flows.notifying import NotifyRequest, tell_all  # noqa: PLC0415

        request = NotifyRequest(
            channels=settings.channels, source=settings.source, environment=os.environ, way=way_of(given),
            screen=click.echo,
        )  # fmt: skip
        for one in tell_all(request, title, lines, steps):
            said = "told" if one.delivered else "NOT told"
            click.echo(f"rootwarden: {said}: {one.name} ({one.kind}): {one.detail}".rstrip(": "), err=True)

    return inform
