"""Writes a runbook: for a terminal, or as Markdown for a wiki or ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rootwarden.report.runbook import Deed, Named
from rootwarden.report.wrapping import wrapped

_NONE = "ACCOUNT_ID"


def as_text(found: Named, account: str = "", subject: str = "", width: int = 80) -> str:
    """Return a runbook for a terminal of so many columns; `account` and `subject` "" leave names to be filled in."""
    book, fill, pen = found.runbook, _Filling(account, subject or found.runbook.argument), _Pen(width)
    lines = [f"{found.name}  {book.title}" + (f" ({subject})" if subject else "")]
    lines += [line for part in found.why.split("\n\n") for line in ("", *pen.wrapped(" ".join(part.split())))]
    lines += pen.listed("What you need", map(fill, book.needs))
    lines += ["", "What to do"]
    for number, deed in enumerate(book.deeds, start=1):
        lines += pen.deed(number, deed, fill)
    lines += pen.listed("Where the well-known guide is imprecise", map(fill, book.imprecise))
    lines += pen.listed("Done when", map(fill, book.done))
    lines += ["", *pen.wrapped(f"`{_command(found, subject)} --wait` looks until AWS confirms it.")]
    lines += ["", *book.links]
    return "\n".join(lines) + "\n"


def as_markdown(found: Named, account: str = "", subject: str = "") -> str:
    """Return a runbook as Markdown."""
    book, fill = found.runbook, _Filling(account, subject or found.runbook.argument)
    lines = [f"# {book.title}" + (f": {subject}" if subject else "")]
    lines += [line for part in found.why.split("\n\n") for line in ("", " ".join(part.split()))]
    lines += _section("What you need", (f"- {fill(one)}" for one in book.needs))
    lines += ["", "## What to do", ""]
    for number, deed in enumerate(book.deeds, start=1):
        lines += _marked(number, deed, fill)
    lines += _section("Where the well-known guide is imprecise", (f"- {fill(one)}" for one in book.imprecise))
    lines += _section("Done when", (f"- {fill(one)}" for one in book.done))
    lines += ["", f"`{_command(found, subject)} --wait` looks until AWS confirms it."]
    lines += _section("Sources", (f"- <{one}>" for one in book.links))
    return "\n".join(lines) + "\n"


def listed(found: Iterable[Named]) -> str:
    """Return the list of all runbooks."""
    return "\n".join(
        f"{' '.join(filter(None, (one.name, one.runbook.argument))):<28}{one.runbook.title}" for one in found
    ) + "\n"  # fmt: skip


class _Filling:
    """Puts the account and the subject into a text; braces of anything else stay."""

    def __init__(self, account: str, subject: str) -> None:
        self._account, self._subject = account or _NONE, subject

    def __call__(self, text: str) -> str:
        return text.replace("{account}", self._account).replace("{subject}", self._subject)


class _Pen:
    """Writes the parts of a runbook in lines of so many columns."""

    def __init__(self, width: int) -> None:
        self._width = width

    def deed(self, number: int, deed: Deed, fill: _Filling) -> Iterator[str]:
        yield from self.wrapped(fill(deed.do), f"{number:>2}. ", "    ")
        if deed.path:
            yield from self.wrapped(" > ".join(map(fill, deed.path)), "    ")
        for command in deed.commands:
            yield from self._broken(fill(command), "      ")
        if deed.note:
            yield from self.wrapped(f"({fill(deed.note)})", "    ")

    def listed(self, title: str, texts: Iterable[str]) -> list[str]:
        lines = [line for one in texts for line in self.wrapped(one, "  - ", "    ")]
        return ["", title, *lines] if lines else []

    def wrapped(self, text: str, indent: str = "", further: str | None = None) -> list[str]:
        return wrapped(text, self._width, indent, further)

    def _broken(self, command: str, indent: str) -> Iterator[str]:
        """Break a command before an option where it is too wide, so that a shell still takes it as one."""
        first, *options = command.split(" --")
        line = indent + first
        for option in options:
            if len(line) + len(option) + 5 > self._width:
                yield f"{line} \\"
                line = f"{indent}   "
            line += f" --{option}"
        yield line


def _marked(number: int, deed: Deed, fill: _Filling) -> Iterator[str]:
    yield f"{number}. {fill(deed.do)}"
    if deed.path:
        yield f"   {' > '.join(f'**{fill(one)}**' for one in deed.path)}"
    if deed.commands:
        yield from ("", "   ```sh", *(f"   {fill(one)}" for one in deed.commands), "   ```", "")
    if deed.note:
        yield f"   {fill(deed.note)}"


def _section(title: str, lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return ["", f"## {title}", "", *found] if found else []


def _command(found: Named, subject: str) -> str:
    return " ".join(filter(None, ("rootwarden runbook", found.name, subject or found.runbook.argument)))
