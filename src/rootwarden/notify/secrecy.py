"""Keeps passwords, keys and tokens of channels out of everything that is printed, logged or raised."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus, urlsplit

HIDDEN = "***"
# A piece of an address shorter than this is no token, and hiding it would make the rest unreadable.
_SHORTEST_PIECE = 4
# In an address that stands in the configuration for all to read, only what looks like a token is hidden.
_SHORTEST_TOKEN = 16


class Secret:
    """A value that no `repr`, format or traceback shows; only `reveal` gives it out."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Take the value."""
        self._value = value

    def reveal(self) -> str:
        """Return the value, to hand it to whoever needs it."""
        return self._value

    def __repr__(self) -> str:
        """Return three stars."""
        return HIDDEN


class Secrecy:
    """The one function through which every text of a channel goes; it knows all secrets that were looked up."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def learn(self, secret: str) -> None:
        """Hide a secret from now on: whole, the telling parts of it if it is a URL, and however they are escaped."""
        self._add({secret, *_pieces(secret, _SHORTEST_PIECE)})

    def learn_address(self, url: str) -> None:
        """Hide the parts of a URL that look like tokens; the rest of it is no secret."""
        self._add(_pieces(url, _SHORTEST_TOKEN))

    def masked(self, text: str) -> str:
        """Return `text` with three stars in place of every secret."""
        return text if self._pattern is None else self._pattern.sub(HIDDEN, text)

    def _add(self, found: Iterable[str]) -> None:
        self._known |= {form for piece in found if piece for form in _forms(piece)}
        longest_first = sorted(self._known, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


def _pieces(text: str, shortest: int) -> set[str]:
    """Return what of a URL gives access: user, password, pieces of the path, values of the query; nothing of others."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        return set()
    try:
        parts = urlsplit(f"https://{rest}")
    except ValueError:
        return set()  # no URL after all: it is hidden whole
    login, _, host = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    whole = {password} if password else set()
    if shortest < _SHORTEST_TOKEN:  # the path and the query as they stand, whose pieces may each be short
        whole |= {piece for piece in (parts.path.rstrip("/"), parts.query) if len(piece) > 1}
    # Services whose secret stands where a host would (`slack://TOKEN/...`): a name with a dot in it is a host.
    token = set() if scheme in ("http", "https") or "." in host or host.startswith("localhost") else {host}
    path = re.split(r"[/,;]", parts.path)
    query = [value for _, value in parse_qsl(parts.query, keep_blank_values=True)]
    query += re.findall(r"=([^&]*)", parts.query)
    return whole | {piece for piece in (login, user, *token, *path, *query, parts.fragment) if len(piece) >= shortest}


def _forms(piece: str) -> Iterator[str]:
    """Go through the ways in which a text may be written in an address, in JSON, in HTML or by Python."""
    plain = {piece, unquote(piece), unquote_plus(piece)}
    for form in plain:
        yield form
        yield quote(form, safe="")
        yield quote(form)
        yield quote_plus(form)
        yield escape(form)
        yield json.dumps(form)[1:-1]
        yield json.dumps(form, ensure_ascii=False)[1:-1]
        yield repr(form)[1:-1]
        yield repr(form.encode(errors="replace"))[2:-1]
