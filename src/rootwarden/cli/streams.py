"""What standard output and standard error can carry, and text for people as they can carry it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import click

from rootwarden.report.ascii_only import ascii_only

# Where the wish for ASCII (`--plain`) is remembered while a verb is at work.
_PLAIN = "rootwarden.plain"
_UTF8 = ("utf8", "utf-8", "utf_8")


def speaks_unicode(*, err: bool = False) -> bool:
    """Tell whether standard output (`err`: standard error) can carry symbols beyond ASCII.

    Under LC_ALL=C Python writes UTF-8 all the same (PEP 540), to a terminal of which somebody said that it shows ASCII.
    """
    stream = sys.stderr if err else sys.stdout
    return (getattr(stream, "encoding", "") or "").lower() in _UTF8 and not _says_ascii(os.environ)


def _says_ascii(environment: Mapping[str, str]) -> bool:
    """Return whether the locale is C and nobody asked for UTF-8 nevertheless (PYTHONUTF8, PYTHONIOENCODING)."""
    if environment.get("PYTHONUTF8") == "1" or environment.get("PYTHONIOENCODING"):
        return False
    return environment.get("LC_ALL") in ("C", "POSIX")


def remember_plain(ctx: click.Context, option: click.Parameter, value: bool) -> bool:
    """Keep whether the reader wants ASCII, for all that is said while the verb is at work."""
    del option
    ctx.meta[_PLAIN] = value
    return value


def wants_plain() -> bool:
    """Return whether the reader of this verb wants ASCII."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_PLAIN))


def spoken(text: str, *, err: bool = False) -> str:
    """Return text for people as the stream can carry it and the reader wants it; what was escaped stays readable."""
    return ascii_only(text) if wants_plain() or not speaks_unicode(err=err) else text
