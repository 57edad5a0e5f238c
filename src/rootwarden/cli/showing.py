"""Where results go: `--output FORMAT[=FILE]`, checked before anything is read, written when everything is judged."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from msgspec import Struct

from rootwarden.errors import OutputError, UsageError
from rootwarden.model.audit import Audit
from rootwarden.report import formats
from rootwarden.report.masking import masked
from rootwarden.report.options import RenderOptions

STDOUT = "-"
NARROWEST, WIDEST = 80, 120


class Target(Struct, frozen=True):
    """One output: the format and the file it goes to, "-" for standard output."""

    format: formats.Format
    file: str


class Look(Struct, frozen=True, kw_only=True):
    """What the reader chose: identifiers and personal data shown or not, length, colour, where a snapshot lies."""

    show_ids: bool = False
    show_pii: bool = False
    verbose: bool = False
    color: str = "auto"
    plain: bool = False
    snapshot: str = ""


def targets(specifications: Sequence[str]) -> tuple[Target, ...]:
    """Parse `FORMAT[=FILE]` items and check that every file can be written.

    Raises:
        UsageError: unknown format, or two outputs for one place.
        OutputError: a file cannot be written.
    """
    found = []
    for item in specifications:
        name, _, file = item.partition("=")
        found.append(Target(formats.find(name.strip()), file.strip() or STDOUT))
    files = [target.file for target in found]
    twice = next((file for file in files if files.count(file) > 1), None)
    if twice is not None:
        place = "standard output" if twice == STDOUT else twice
        raise UsageError(f"two outputs go to {place}", todo="give all but one a file: --output html=report.html")
    for target in found:
        _check(target.file)
    return tuple(found)


def show(audit: Audit, wanted: Sequence[Target], look: Look) -> None:
    """Mask, render and write every output; files are replaced whole or not at all, with mode 0600.

    Raises:
        OutputError: a file cannot be written.
    """
    shown = masked(audit, show_ids=look.show_ids, show_pii=look.show_pii)
    json_file = next((t.file for t in wanted if t.format.name == "json" and t.file != STDOUT), "")
    for target in wanted:
        options = RenderOptions(
            width=max(NARROWEST, min(WIDEST, shutil.get_terminal_size((NARROWEST, 24)).columns)),
            color=target.file == STDOUT and _colorful(look.color, os.environ),
            plain=look.plain or (target.file == STDOUT and not _speaks_unicode()),
            verbose=look.verbose,
            snapshot=look.snapshot,
            json_file=json_file,
        )
        text = target.format.render(shown, options)
        if target.file == STDOUT:
            click.echo(text, nl=not text.endswith("\n"), color=True)
        else:
            _write(Path(target.file), text)


def files(wanted: Sequence[Target]) -> list[str]:
    """Return the files that were written, for telling the reader."""
    return [target.file for target in wanted if target.file != STDOUT]


def _colorful(choice: str, environment: Mapping[str, str]) -> bool:
    """Decide on ANSI colours: the flag, then NO_COLOR (no-color.org), then CLICOLOR_FORCE, then the terminal."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("CLICOLOR_FORCE", "0") != "0":
        return True
    return sys.stdout.isatty() and environment.get("TERM") != "dumb"


def _speaks_unicode() -> bool:
    """Tell whether standard output can carry symbols beyond ASCII."""
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def _check(file: str) -> None:
    if file == STDOUT:
        return
    path = Path(file)
    if path.is_dir():
        raise _unwritable(file, "it is a directory")
    if not path.absolute().parent.is_dir():
        raise _unwritable(file, f"the folder {path.parent} does not exist")
    if not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        raise _unwritable(file, "permission denied")


def _write(path: Path, text: str) -> None:
    """Replace a regular file whole; what is no regular file (a device, a pipe) is written to and stays what it is."""
    path = path.resolve()
    if path.exists() and not path.is_file():
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise _unwritable(str(path), str(error.strerror)) from error
        return
    beside = path.with_name(f".{path.name}.part")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(text)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _unwritable(str(path), str(error.strerror)) from error


def _unwritable(file: str, why: str) -> OutputError:
    return OutputError(f"cannot write {file}", why=why, todo="name a file in a folder that exists and is yours")
