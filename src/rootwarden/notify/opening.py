"""Opens channels: looks their secrets up, and puts a guard before each that lets no secret out."""

from __future__ import annotations

from msgspec import Struct

from rootwarden.errors import RootwardenError
from rootwarden.model.findings import Severity
from rootwarden.model.message import Channel, DeliveryError, Message, Receipt
from rootwarden.notify import families
from rootwarden.notify.family import Order, Tools
from rootwarden.notify.references import Sources, resolve
from rootwarden.notify.secrecy import Secrecy, Secret
from rootwarden.notify.spec import Spec
from rootwarden.report.legible import legible
from rootwarden.report.message_text import cut, hidden

# Characters of what went wrong.
_WHY = 400


class Open(Struct, frozen=True):
    """A channel that is ready, and the severities it is told."""

    channel: Channel
    levels: tuple[Severity, ...]


class Guarded:
    """A channel behind a guard: whole access-key ids do not go in, secrets and control characters do not come out."""

    def __init__(self, inner: Channel, secrecy: Secrecy) -> None:
        """Take the channel, and what knows all secrets."""
        self._inner, self._secrecy = inner, secrecy

    @property
    def name(self) -> str:
        """The name it has in the configuration."""
        return self._inner.name

    def send(self, message: Message) -> Receipt:
        """Deliver a message, or raise DeliveryError."""
        try:
            return Receipt(self._clean(self._inner.send(hidden(message)).said))
        except DeliveryError as error:
            failed = error
        # Raised out here, so that what the channel raised, unmasked, does not hang on it.
        raise DeliveryError(
            self._clean(failed.why), retryable=failed.retryable, retry_after=failed.retry_after, unsure=failed.unsure
        )

    def close(self) -> None:
        """Let go of connections."""
        self._inner.close()

    def _clean(self, text: str) -> str:
        return cut(legible(self._secrecy.masked(text)), _WHY)


def open_channel(spec: Spec, sources: Sources, tools: Tools, secrecy: Secrecy) -> Open:
    """Look up the secrets of a channel and make it ready; `secrecy` learns them.

    Raises:
        RootwardenError: a secret cannot be had, or is none for this kind of channel.
    """
    family, where = families.find(spec.kind), f"[channels.{spec.name}]"
    secrets: dict[str, Secret] = {}
    for key, reference in spec.references.items():
        value = resolve(reference, sources, f"{where} {key}")
        secrecy.learn(value)
        secrets[key] = Secret(value)
    for key in family.address:
        if key not in secrets:
            secrecy.learn_address(getattr(spec.options, key))
            secrets[key] = Secret(getattr(spec.options, key))
    order = Order(name=spec.name, options=spec.options, secrets=secrets, tools=tools)
    try:
        return Open(Guarded(family.open(order), secrecy), spec.levels)
    except RootwardenError as error:
        failed = error
    masked = type(failed)(
        secrecy.masked(failed.what), why=legible(secrecy.masked(failed.why)), todo=secrecy.masked(failed.todo)
    )
    raise masked
