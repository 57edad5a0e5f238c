"""Sends each message to a syslog, on this machine or another, for log collectors and SIEMs.

RFC 5424 (format), RFC 5426 (UDP: one datagram each, of which receivers take 2,048 bytes), RFC 6587 section 3.4.1 (TCP:
each message behind its length). UDP tells nothing of arrival, and TCP only that the other side closed in order.
"""

from __future__ import annotations

import os
import socket
from datetime import UTC
from urllib.parse import urlsplit

from msgspec import Struct

from rootwarden.model.findings import Severity
from rootwarden.model.message import DeliveryError, Message, Receipt
from rootwarden.notify.family import Family, Order
from rootwarden.report.message_text import one_line

LOCAL = "/dev/log"
_TIMEOUT, _CLOSING = 5.0, 1.0  # seconds
_DATAGRAM, _STREAM = 2048, 8192  # bytes
# RFC 5424 section 6.2.1.
_FACILITIES = {"auth": 4, "authpriv": 10, "audit": 13, **{f"local{number}": 16 + number for number in range(8)}}
_SEVERITIES = {Severity.CRITICAL: 2, Severity.HIGH: 3, Severity.MEDIUM: 4, Severity.LOW: 5, Severity.INFO: 6}


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`address` is a local socket's path, `udp://host:port` or `tcp://host:port`; `facility` is one of RFC 5424."""

    address: str = LOCAL
    facility: str = "authpriv"


class Syslog:
    """One syslog, connected to anew for each message, so that none is lost in a connection that has gone."""

    def __init__(self, order: Order) -> None:
        """Take the address."""
        self.name = order.name
        self._options: Options = order.options

    def send(self, message: Message) -> Receipt:
        """Send a message."""
        address = self._options.address
        stream = address.startswith("tcp://")
        line = record(message, _FACILITIES[self._options.facility], _STREAM if stream else _DATAGRAM)
        try:
            if stream:
                return _over_tcp(address, line)
            return _over_udp(address, line) if address.startswith("udp://") else _locally(address, line)
        except OSError as error:
            # Over TCP it may have arrived before the connection broke; a connection that never was brought nothing.
            unsure = stream and not isinstance(error, ConnectionRefusedError | socket.gaierror)
            raise DeliveryError(f"{address}: {error.strerror or error}", unsure=unsure) from error

    def close(self) -> None:
        """Nothing is held open."""


def record(message: Message, facility: int, longest: int) -> bytes:
    """Return a message in the form of RFC 5424, in at most so many bytes."""
    data = " ".join(
        f'{name}="{_quoted(value)}"'
        for name, value in (
            ("id", message.id),
            ("thread", message.thread),
            ("severity", message.severity.value),
            ("accounts", ",".join(message.accounts[:20])),
            ("events", ",".join(message.event_ids[:5])),
            ("drill", str(message.drill).lower()),
            ("mayRepeat", str(message.may_repeat).lower()),
        )
    )
    stamp = message.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    first = f"<{facility * 8 + _SEVERITIES[message.severity]}>1 {stamp} {_name(socket.gethostname())} rootwarden"
    # 32473 is the enterprise number set aside for everybody's examples (RFC 5612); we have none of our own.
    head = f"{first} {os.getpid()} {message.occasion.value} [rootwarden@32473 {data}] "
    whole = (head + one_line(message, longest)).encode()
    return whole if len(whole) <= longest else whole[:longest].decode(errors="ignore").encode()


def _locally(path: str, line: bytes) -> Receipt:
    for kind, ending in ((socket.SOCK_DGRAM, b""), (socket.SOCK_STREAM, b"\n")):
        with socket.socket(socket.AF_UNIX, kind) as local:
            local.settimeout(_TIMEOUT)
            try:
                local.connect(path)
            except OSError as error:
                if isinstance(error, ConnectionError | FileNotFoundError) or kind == socket.SOCK_STREAM:
                    raise
                continue  # some systems have a stream there
            local.sendall(line + ending)
            return Receipt(f"handed to {path}")
    raise AssertionError("the second kind returns or raises")


def _over_udp(address: str, line: bytes) -> Receipt:
    host, port = _place(address)
    family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, protocol) as out:
        out.settimeout(_TIMEOUT)
        out.connect(where)
        out.send(line)
    return Receipt("sent; UDP does not tell whether it arrived")


def _over_tcp(address: str, line: bytes) -> Receipt:
    """Send over a connection of its own, and wait a moment for the other side to close it in order.

    Raises:
        OSError: no connection, or the other side broke it off.
    """
    with socket.create_connection(_place(address), timeout=_TIMEOUT) as out:
        out.sendall(f"{len(line)} ".encode() + line)
        out.shutdown(socket.SHUT_WR)
        out.settimeout(_CLOSING)
        try:
            out.recv(1)
        except TimeoutError:
            return Receipt("sent; the other side keeps the connection open")
    return Receipt("sent, and the connection closed in order")


def _place(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    return str(parts.hostname), int(parts.port or 0)


def _quoted(value: str) -> str:
    """Return a parameter's value with what RFC 5424 section 6.3.3 wants escaped."""
    printable = "".join(letter for letter in value[:255] if letter.isprintable())
    return printable.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")


def _name(host: str) -> str:
    return "".join(letter for letter in host[:255] if "!" <= letter <= "~") or "-"


def _check(options: Options) -> None:
    if options.facility not in _FACILITIES:
        raise ValueError(f"facility is one of {', '.join(_FACILITIES)}")
    address = options.address
    if address.startswith("/"):
        return
    parts = urlsplit(address)
    if parts.scheme not in ("udp", "tcp") or not parts.hostname or not parts.port or "@" in parts.netloc or parts.path:
        raise ValueError("address has to be a path, udp://host:port or tcp://host:port")


FAMILY = Family(options=Options, open=Syslog, target="address", check=_check)
