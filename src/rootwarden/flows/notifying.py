"""Channels as configured: listed with where their secrets are, opened, and tried with one message that says so."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from msgspec import Struct

from rootwarden import __version__
from rootwarden.aws.clock import SystemClock, new_ulid
from rootwarden.aws.opening import Way
from rootwarden.aws.own_clients import OwnClients
from rootwarden.errors import RootwardenError
from rootwarden.model.findings import Severity
from rootwarden.model.message import DeliveryError, Message, Occasion
from rootwarden.model.ports import Clock, NewId
from rootwarden.notify.family import Tools
from rootwarden.notify.opening import Open, open_channel
from rootwarden.notify.references import Sources, state
from rootwarden.notify.secrecy import Secrecy
from rootwarden.notify.spec import Spec, choose, read_specs

SESSION_NAME = "rootwarden-notify"


class NotifyRequest(Struct, frozen=True, kw_only=True):
    """What channels are opened from.

    `channels` are the `[channels.NAME]` sections of the configuration called `source`, `environment` holds the
    variables that may be referred to, `way` says how to reach AWS, `screen` writes text for people and a line break.
    """

    channels: Mapping[str, Mapping[str, Any]]
    source: str
    environment: Mapping[str, str]
    way: Way
    screen: Callable[[str], None]

    def __repr__(self) -> str:
        """Return nothing of the environment, which is full of secrets."""
        return f"NotifyRequest({', '.join(self.channels)})"


class SecretSeen(Struct, frozen=True, kw_only=True):
    """Where a secret is kept, and whether it is there: "set", "missing" or "not looked up"."""

    setting: str
    reference: str
    state: str


class ChannelSeen(Struct, frozen=True, kw_only=True):
    """One channel for a list; `target` is where messages go, "" where that is part of the secret."""

    name: str
    kind: str
    levels: tuple[Severity, ...]
    target: str
    secrets: tuple[SecretSeen, ...]


class Tried(Struct, frozen=True, kw_only=True):
    """What became of a test message; `detail` is what the receiver said, or why it failed.

    `retryable` says whether trying again could help, None where it was delivered.
    """

    name: str
    kind: str
    delivered: bool
    milliseconds: int
    detail: str
    retryable: bool | None = None


def list_channels(request: NotifyRequest) -> tuple[ChannelSeen, ...]:
    """Return all channels of the configuration, without looking a secret up.

    Raises:
        UsageError: the configuration is wrong.
    """
    return tuple(_seen(spec, request.environment) for spec in read_specs(request.channels, request.source))


def open_channels(
    request: NotifyRequest, wanted: Collection[str] | None = None, clock: Clock | None = None
) -> tuple[Open, ...]:
    """Open the channels of these names, or all; all of them share what they know of secrets.

    Raises:
        RootwardenError: the configuration is wrong, or a secret cannot be had.
    """
    specs = read_specs(request.channels, request.source)
    opener = _opener(request, clock or SystemClock())
    return tuple(map(opener, specs if wanted is None else choose(specs, wanted)))


def try_channels(
    request: NotifyRequest,
    wanted: Collection[str] | None,
    severity: Severity = Severity.INFO,
    clock: Clock | None = None,
    new_id: NewId = new_ulid,
) -> Iterator[Tried]:
    """Send a test message to the channels of these names, or to all, and tell of each what became of it.

    Raises:
        UsageError: the configuration is wrong, or a name unknown; before anything is sent.
    """
    clock = clock or SystemClock()
    specs = read_specs(request.channels, request.source)
    chosen = specs if wanted is None else choose(specs, wanted)
    opener = _opener(request, clock)
    return (_tried(spec, opener, severity, clock, new_id) for spec in chosen)


def tell_all(
    request: NotifyRequest,
    title: str,
    lines: tuple[str, ...],
    steps: tuple[str, ...],
    clock: Clock | None = None,
    new_id: NewId = new_ulid,
) -> list[Tried]:
    """Tell every configured channel, whatever severities it is told of otherwise, what is about to be done.

    Raises:
        UsageError: the configuration is wrong.
    """
    clock = clock or SystemClock()
    opener = _opener(request, clock)
    now, name = clock.now(), f"announced-{new_id()}"
    message = Message(
        id=name, thread=name, occasion=Occasion.UPDATE, severity=Severity.MEDIUM, title=title, lines=lines, steps=steps,
        event_time=now, created=now,
    )  # fmt: skip
    return [_sent(spec, opener, message, clock) for spec in read_specs(request.channels, request.source)]


def tell_one(request: NotifyRequest, name: str, message: Message, clock: Clock | None = None) -> Tried:
    """Send a message to the channel of this name.

    Raises:
        UsageError: the configuration is wrong, or there is no such channel.
    """
    clock = clock or SystemClock()
    (spec,) = choose(read_specs(request.channels, request.source), (name,))
    return _sent(spec, _opener(request, clock), message, clock)


def _opener(request: NotifyRequest, clock: Clock) -> Callable[[Spec], Open]:
    client, secrecy = OwnClients(request.way, SESSION_NAME), Secrecy()
    sources = Sources(request.environment, client)
    tools = Tools(client=client, clock=clock, screen=request.screen)
    return lambda spec: open_channel(spec, sources, tools, secrecy)


def _tried(spec: Spec, opener: Callable[[Spec], Open], severity: Severity, clock: Clock, new_id: NewId) -> Tried:
    return _sent(spec, opener, _test_message(spec, severity, clock, new_id()), clock)


def _sent(spec: Spec, opener: Callable[[Spec], Open], message: Message, clock: Clock) -> Tried:
    began = clock.monotonic()
    retryable: bool | None = None
    try:
        channel = opener(spec).channel
        try:
            detail = channel.send(message).said
        finally:
            channel.close()
    except DeliveryError as error:
        detail, retryable = error.why, error.retryable
    except RootwardenError as error:
        detail, retryable = str(error), False
    took = round((clock.monotonic() - began) * 1000)
    return Tried(
        name=spec.name,
        kind=spec.kind,
        delivered=retryable is None,
        milliseconds=took,
        detail=detail,
        retryable=retryable,
    )


def _test_message(spec: Spec, severity: Severity, clock: Clock, new_id: str) -> Message:
    now = clock.now()
    return Message(
        id=new_id,
        thread=f"test-{new_id}",
        occasion=Occasion.TEST,
        severity=severity,
        title=f"the channel {spec.name} works",
        lines=(f"Who: Rootwarden {__version__}, `rootwarden notify test`.", f"When: {now:%Y-%m-%d %H:%M:%S} UTC."),
        steps=("Nothing is to be done; close it if it opened something.",),
        event_time=now,
        created=now,
    )


def _seen(spec: Spec, environment: Mapping[str, str]) -> ChannelSeen:
    secrets = tuple(
        SecretSeen(setting=key, reference=str(reference), state=state(reference, environment))
        for key, reference in spec.references.items()
    )
    return ChannelSeen(name=spec.name, kind=spec.kind, levels=spec.levels, target=_place(spec.target), secrets=secrets)


def _place(target: str) -> str:
    """Return where messages go; of an address only the host, for its path may be all that is secret about it."""
    scheme, found, rest = target.partition("://")
    if not found:
        return target
    host, path, _ = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2].partition('?')[0]}{'/...' if path else ''}"
