"""Tells people, through the configured channels, what is about to be done to their accounts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from rootwarden.cli.settings import Settings
from rootwarden.cli.writing import say
from rootwarden.errors import Exit, RootwardenError
from rootwarden.flows.applying.request import Inform

if TYPE_CHECKING:
    from rootwarden.flows.notifying import NotifyRequest, Tried
    from rootwarden.flows.withdrawing import Voices
    from rootwarden.model.message import Message


class UntoldError(RootwardenError):
    """Somebody who is to be told of what is about to be done was not."""

    exit_code = Exit.INCOMPLETE


def informer(settings: Settings, given: dict[str, Any]) -> Inform | None:
    """Return what tells every configured channel, None where none is configured.

    It raises UntoldError where a channel does not take the message; the others are told all the same.
    """
    if not settings.channels:
        return None

    def inform(title: str, lines: tuple[str, ...], steps: tuple[str, ...]) -> tuple[str, ...]:
        from rootwarden.flows.notifying import tell_all  # noqa: PLC0415

        tried = tell_all(_request(settings, given), title, lines, steps)
        for one in tried:
            _say(one)
        untold = [one for one in tried if not one.delivered]
        if untold:
            raise UntoldError(
                f"nothing was changed or announced: {', '.join(one.name for one in untold)} could not be told",
                why="the wait begins when everybody has been told",
                todo=f"see `rootwarden notify test {untold[0].name}`, then apply the plan again",
            )
        return tuple(one.name for one in tried)

    return inform


def voices(settings: Settings, given: dict[str, Any]) -> Voices:
    """Return the configured channels for whoever tells them one by one."""
    from rootwarden.flows.notifying import tell_one  # noqa: PLC0415
    from rootwarden.flows.withdrawing import Voices  # noqa: PLC0415

    def tell(name: str, message: Message) -> str:
        tried = tell_one(_request(settings, given), name, message)
        _say(tried)
        return "" if tried.delivered else tried.detail or "it was not taken"

    return Voices(tuple(settings.channels), tell)


def _request(settings: Settings, given: dict[str, Any]) -> NotifyRequest:
    from rootwarden.cli.way import way_of  # noqa: PLC0415
    from rootwarden.flows.notifying import NotifyRequest  # noqa: PLC0415

    return NotifyRequest(
        channels=settings.channels, source=settings.source, environment=os.environ, way=way_of(given),
        screen=click.echo,
    )  # fmt: skip


def _say(one: Tried) -> None:
    said = "told" if one.delivered else "NOT told"
    say(f"rootwarden: {said}: {one.name} ({one.kind}): {one.detail}".rstrip(": "))
