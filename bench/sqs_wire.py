"""Speaks HTTP/1.1 over asyncio with little work per request, so that a bench measures the client and not the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import parse_qs, unquote

JSON = "application/x-amz-json-1.0"
LARGEST_HEAD, LARGEST_BODY = 65_536, 512 * 1024 * 1024
_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}


class Request:
    """One request; `answer` it once, now or later on the same event loop.

    `path` is decoded, `query` as given, header names are in lower case. `on_gone` is called when the client leaves
    before the answer; an answer after that goes nowhere.
    """

    __slots__ = ("_wire", "body", "headers", "method", "on_gone", "path", "query")

    def __init__(self, wire: _Wire, method: str, target: str, headers: dict[str, str]) -> None:
        """Split the target; the body follows when it has arrived."""
        path, _, self.query = target.partition("?")
        self.path = unquote(path) if "%" in path else path
        self.method, self.headers, self.body = method, headers, b""
        self.on_gone: Callable[[], None] | None = None
        self._wire = wire

    @property
    def gone(self) -> bool:
        """Whether nobody waits for the answer any more."""
        return self._wire.current is not self

    def asks(self) -> dict[str, str]:
        """Return the query's parameters, the last of each name, blank ones too."""
        return {name: values[-1] for name, values in parse_qs(self.query, keep_blank_values=True).items()}

    def answer(self, status: int, body: bytes, kind: str = JSON, more: Mapping[str, str] | None = None) -> None:
        """Write the answer and go on with what the client sent meanwhile. A HEAD gets the head alone."""
        if not self.gone:
            self._wire.write(self, status, body, kind, more or {})


class _Wire(asyncio.Protocol):
    """One connection: requests are answered in the order in which they came."""

    def __init__(self, app: Callable[[Request], None], open_ones: set[_Wire]) -> None:
        self._app, self._open = app, open_ones
        self._buffer = bytearray()
        self._head: Request | None = None
        self._length = 0
        self._reading = False
        self.current: Request | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever still works on an answer that nobody waits for it."""
        self._open.discard(self)
        gone, self.current, self._head = self.current, None, None
        if gone is not None and gone.on_gone is not None:
            gone.on_gone()

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Collect bytes until a request is whole."""
        self._buffer += data
        if self.current is None and not self._reading:
            self._read()

    def _read(self) -> None:
        self._reading = True
        while self.current is None and not self._transport.is_closing():
            if self._head is None and not self._read_head():
                break
            if self._head is None or len(self._buffer) < self._length:
                break
            self.current, self._head = self._head, None
            self.current.body = bytes(self._buffer[: self._length])
            del self._buffer[: self._length]
            self._app(self.current)
        self._reading = False

    def _read_head(self) -> bool:
        """Take a request's head from the buffer; return False if it is not whole, or not readable and refused."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > LARGEST_HEAD:
                self._refuse(431)
            return False
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + 4]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        words, length = first.split(" "), headers.get("content-length", "0")
        if len(words) != 3 or not length.isdigit():
            return self._refuse(400)
        if "transfer-encoding" in headers:
            return self._refuse(411)
        if int(length) > LARGEST_BODY:
            return self._refuse(413)
        if words[2] == "HTTP/1.0":
            headers["connection"] = "close"
        self._head, self._length = Request(self, words[0], words[1], headers), int(length)
        if headers.get("expect", "").lower() == "100-continue":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def _refuse(self, status: int) -> bool:
        self._transport.write(f"{_LINES[status]}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        self._transport.close()
        return False

    def write(self, request: Request, status: int, body: bytes, kind: str, more: Mapping[str, str]) -> None:
        """Answer the current request."""
        extra = "".join(f"{name}: {value}\r\n" for name, value in more.items()) if more else ""
        leaves = request.headers.get("connection", "").lower() == "close"
        if leaves:
            extra += "Connection: close\r\n"
        head = f"{_LINES[status]}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}\r\n".encode()
        self._transport.write(head if request.method == "HEAD" else head + body)
        self.current = None
        if leaves:
            self._transport.close()
        elif self._buffer and not self._reading:
            self._read()


class Listener:
    """A listening socket on the loopback address and its connections."""

    def __init__(self, server: asyncio.Server, open_ones: set[_Wire]) -> None:
        """Keep both."""
        self._server, self._open = server, open_ones
        self.port: int = server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and close every connection."""
        self._server.close()
        for wire in list(self._open):
            wire.close()
        await self._server.wait_closed()


async def listen(app: Callable[[Request], None], port: int) -> Listener:
    """Serve `app` on 127.0.0.1; port 0 takes a free one.

    Raises:
        OSError: the port is taken.
    """
    open_ones: set[_Wire] = set()
    server = await asyncio.get_running_loop().create_server(lambda: _Wire(app, open_ones), "127.0.0.1", port)
    return Listener(server, open_ones)
