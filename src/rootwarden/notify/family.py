"""What a family of channels declares: its settings, which of them are secrets, and how a channel is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from rootwarden.model.message import Channel
from rootwarden.model.ports import Clock
from rootwarden.notify.references import ClientFor
from rootwarden.notify.secrecy import Secret


class Tools(Struct, frozen=True, kw_only=True):
    """What a channel may use of the world: AWS clients, the time, and a terminal to write lines to."""

    client: ClientFor
    clock: Clock
    screen: Callable[[str], None]


class Order(Struct, frozen=True, kw_only=True):
    """What a channel is opened from: its name, its checked settings and its secrets by the name of their setting."""

    name: str
    options: Any
    secrets: Mapping[str, Secret]
    tools: Tools

    @property
    def where(self) -> str:
        """Its place in the configuration."""
        return f"[channels.{self.name}]"


class Family(Struct, frozen=True, kw_only=True):
    """One kind of channel.

    `options` are the settings of a channel beside `kind` and `levels`. Those in `secret` must be references; those in
    `address` are URLs that may stand in the configuration, or be references because a token is part of them.
    `target` names the setting that says where messages go, for lists; "" if there is none or it is secret.
    `check` looks at what the types cannot tell, before anything is opened; it raises ValueError with the reason.
    """

    options: type[Struct]
    open: Callable[[Order], Channel]
    secret: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    target: str = ""
    check: Callable[[Any], None] = lambda options: None
