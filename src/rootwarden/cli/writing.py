"""Writes results: a file whole or not at all, standard output until its reader leaves."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from rootwarden.cli.streams import spoken
from rootwarden.errors import OutputError
from rootwarden.report.wrapping import wrapped

# Columns of what is drawn for people, however narrow or wide their terminal is; USUAL where nobody says.
NARROWEST, USUAL, WIDEST = 40, 80, 120


def screen_width() -> int:
    """Return how many columns to draw on."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((USUAL, 24)).columns))


def prose_width() -> int:
    """Return how wide running text is set: as the terminal is, but no wider than reads well."""
    return min(USUAL, screen_width())


def check(file: str) -> None:
    """Check that a file can be written, before anything is read.

    Raises:
        OutputError: it cannot; names the path and the reason.
    """
    path = Path(file)
    if path.is_dir():
        raise _unwritable(file, "it is a directory")
    if not path.absolute().parent.is_dir():
        raise _unwritable(file, f"the folder {path.parent} does not exist")
    if not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        raise _unwritable(file, "permission denied")


def write_file(path: Path, text: str) -> None:
    """Replace a regular file whole, readable by its owner only; a device or pipe is written to and stays what it is.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
            return
        # A link is followed, not replaced. The name beside it cannot be foreseen, so nobody can put a link there.
        path = path.resolve()
        descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as out:
                out.write(text)
            Path(beside).replace(path)
        finally:
            Path(beside).unlink(missing_ok=True)  # gone already unless something went wrong
    except OSError as error:
        raise _unwritable(str(path), str(error.strerror)) from error


def write_out(text: str) -> None:
    """Write to standard output; a reader that has left (`| head`) has seen all it wanted.

    Raises:
        OutputError: standard output is closed or full.
    """
    if sys.stdout is None:
        raise _unwritable("standard output", "it is closed")
    try:
        click.echo(text, nl=not text.endswith("\n"), color=True)
        sys.stdout.flush()
    except BrokenPipeError:
        give_up_stdout()
    except (OSError, ValueError) as error:
        why = str(getattr(error, "strerror", "") or error)
        give_up_stdout()
        raise _unwritable("standard output", why) from error


def write_text(text: str) -> None:
    """Write text for people to standard output, in ASCII where it carries no more or the reader wants no more.

    Raises:
        OutputError: standard output is closed or full.
    """
    write_out(spoken(text))


def say(text: str) -> None:
    """Say something on standard error: at a terminal in lines that fit, with commands whole; elsewhere as it is."""
    text = spoken(text, err=True)
    if sys.stderr is not None and sys.stderr.isatty():
        width = screen_width()
        lines = [_fitting(line, width) for line in text.split("\n")]
        text = "\n".join(lines)
    click.echo(text, err=True)


def note(text: str, given: Mapping[str, Any]) -> None:
    """Say something that a person need not know, with our name before it; nothing with `--quiet`."""
    if not given["quiet"]:
        say(f"rootwarden: {text}")


def _fitting(line: str, width: int) -> str:
    """Return a line in as many as it takes; those after the first stand two columns further in."""
    if len(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip(" "))]
    return "\n".join(wrapped(line.lstrip(" "), width, indent, f"{indent}  "))


def give_up_stdout() -> None:
    """Send what is left for standard output nowhere, so that the interpreter does not complain when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def _unwritable(file: str, why: str) -> OutputError:
    return OutputError(f"cannot write {file}", why=why, todo="name a file in a folder that exists and is yours")
