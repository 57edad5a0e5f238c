"""Writes each message as text to the terminal, for whoever is watching."""

from __future__ import annotations

from msgspec import Struct

from rootwarden.model.message import DeliveryError, Message, Receipt
from rootwarden.notify.family import Family, Order
from rootwarden.report.message_text import text


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A terminal needs no settings."""


class Terminal:
    """Standard output, or what stands in its place."""

    def __init__(self, order: Order) -> None:
        """Take what writes a line."""
        self.name = order.name
        self._screen = order.tools.screen

    def send(self, message: Message) -> Receipt:
        """Write a message and an empty line."""
        try:
            self._screen(f"{text(message)}\n")
        except (OSError, ValueError) as error:
            # ValueError: it has been closed. Whoever was there will not come back.
            raise DeliveryError(f"cannot write to the terminal: {error}", retryable=False) from error
        return Receipt("written")

    def close(self) -> None:
        """Leave the terminal open."""


FAMILY = Family(options=Options, open=Terminal)
