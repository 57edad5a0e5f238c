"""Where results go: `--output FORMAT[=FILE]`, checked before anything is read, written when everything is judged."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from rootwarden.cli.leaving import hold
from rootwarden.cli.writing import check, screen_width, write_file, write_out
from rootwarden.errors import UsageError
from rootwarden.model.audit import Audit
from rootwarden.report import formats
from rootwarden.report.masking import masked
from rootwarden.report.options import RenderOptions

STDOUT = "-"


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


def targets(specifications: Sequence[str], *inputs: str) -> tuple[Target, ...]:
    """Parse `FORMAT[=FILE]` items and check that every file can be written and is none of the `inputs`.

    Raises:
        UsageError: unknown format, two outputs for one place, or an output over an input.
        OutputError: a file cannot be written.
    """
    found = []
    for item in specifications:
        name, _, file = item.partition("=")
        found.append(Target(formats.find(name.strip()), file.strip() or STDOUT))
    taken = {Path(file).resolve(): "what is read" for file in inputs if file}
    for target in found:
        place = Path("/dev/stdout") if target.file == STDOUT else Path(target.file).resolve()
        if place in taken:
            what = "standard output" if target.file == STDOUT else target.file
            raise UsageError(
                f"two outputs go to {what}" if taken[place] == "an output" else f"{what} is {taken[place]}",
                todo="give each output a file of its own: --output html=report.html",
            )
        taken[place] = "an output"
        if target.file != STDOUT:
            check(target.file)
    return tuple(found)


def show(audit: Audit, wanted: Sequence[Target], look: Look) -> None:
    """Mask, render and write every output; files are replaced whole or not at all, with mode 0600.

    Raises:
        OutputError: a file cannot be written.
    """
    shown = masked(audit, show_ids=look.show_ids, show_pii=look.show_pii)
    hold((audit, shown))
    json_file = next((t.file for t in wanted if t.format.name == "json" and t.file != STDOUT), "")
    # Files first: whoever reads standard output may leave before it is all written.
    for target in sorted(wanted, key=lambda target: target.file == STDOUT):
        screen = target.file == STDOUT
        options = RenderOptions(
            width=screen_width(),
            color=screen and colorful(look.color, os.environ),
            plain=look.plain or (screen and not speaks_unicode()),
            verbose=look.verbose,
            snapshot=look.snapshot,
            json_file=json_file,
        )
        text = target.format.render(shown, options)
        if screen:
            write_out(text)
        else:
            write_file(Path(target.file), text)


def files(wanted: Sequence[Target]) -> list[str]:
    """Return the files that were written, for telling the reader."""
    return [target.file for target in wanted if target.file != STDOUT]


def colorful(choice: str, environment: Mapping[str, str]) -> bool:
    """Decide on ANSI colours: the flag, then NO_COLOR (no-color.org), then CLICOLOR_FORCE, then the terminal."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("CLICOLOR_FORCE", "0") != "0":
        return True
    return sys.stdout is not None and sys.stdout.isatty() and environment.get("TERM") != "dumb"


def speaks_unicode() -> bool:
    """Tell whether standard output can carry symbols beyond ASCII, and the reader has not asked for the C locale.

    Python writes UTF-8 where it finds the locale C or POSIX (PEP 538 and 540), but leaves LC_ALL as it is: whoever sets
    that, asks for ASCII. Where no locale is set at all, nobody asked; PYTHONUTF8 and PYTHONIOENCODING win.
    """
    asked = os.environ.get("LC_ALL") in ("C", "POSIX")
    if asked and os.environ.get("PYTHONUTF8") != "1" and not os.environ.get("PYTHONIOENCODING"):
        return False
    return (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "") == "utf8"
