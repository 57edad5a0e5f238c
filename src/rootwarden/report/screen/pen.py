"""Draws at a terminal of a given width: colour only where allowed, words always, nothing beyond ASCII when plain."""

from __future__ import annotations

import io

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rootwarden.model.findings import Severity, Status
from rootwarden.report.ascii_only import ascii_only
from rootwarden.report.labels import SEVERITY_STYLE, STATUS
from rootwarden.report.legible import legible
from rootwarden.report.options import RenderOptions
from rootwarden.report.screen.breaking import broken
from rootwarden.report.wrapping import TIE, tied

NARROWEST = 40
# The fewest columns in which a text is read; with less, it stands under what belongs to it.
_LEAST, _INWARD = 20, 4


class Pen:
    """Collects lines; `text()` returns them."""

    def __init__(self, options: RenderOptions) -> None:
        """Draw as `options` say; a width below 40 columns counts as 40."""
        self.width = max(options.width, NARROWEST)
        self._plain = options.plain
        self._page = io.StringIO()
        color = options.color and not options.plain
        self._console = Console(
            file=self._page, width=self.width, force_terminal=color, color_system="standard" if color else None,
            no_color=not color, highlight=False, markup=False, emoji=False, legacy_windows=False,
        )  # fmt: skip

    def text(self) -> str:
        """Return all that was drawn; no line ends in blanks."""
        lines = [line.rstrip() for line in self._page.getvalue().replace(TIE, " ").splitlines()]
        return "\n".join(lines).strip("\n") + "\n"

    def line(self, text: str | Text = "", style: str = "", indent: int = 0, hang: int = 0) -> None:
        """Draw a paragraph, wrapped at words; commands stay whole. Its lines but the first are `hang` further in.

        So do ARNs and ids that fit on a line of their own, further out where they have to be.
        """
        for ink in _tied(self.ink(text, style), self.width - indent).split("\n", allow_blank=True) or [Text()]:
            self._paragraph(ink, indent, hang)

    def _paragraph(self, ink: Text, indent: int, hang: int) -> None:
        lines = broken(ink.plain, self.width - indent, self.width - indent - hang, self.width)
        for at, (part, line) in enumerate(zip(ink.divide([one.start for one in lines[1:]]), lines, strict=True)):
            part.rstrip()
            self._console.print(Padding(part, (0, 0, 0, indent + (hang if at else 0) - line.over)))

    def heading(self, title: str, aside: str = "") -> None:
        """Draw a heading over the whole width: the title, a rule, and on the right what is counted."""
        title, aside = self.said(title), self.said(aside)
        rule = "-" if self._plain else "─"
        free = self.width - len(title) - len(aside) - (2 if aside else 1)
        self._console.print()
        drawn = Text(f"{title} ", style="bold")
        if free >= 1:
            drawn.append(rule * free + (" " if aside else ""), style="dim").append(aside, style="not bold")
            self._console.print(drawn)
        else:
            self._console.print(drawn)
            self.line(aside, indent=2)

    def rows(self, rows: list[tuple[str | Text, ...]], widths: tuple[int, ...]) -> None:
        """Draw rows in columns of fixed widths; 0 takes what is left, where that is little a line of its own."""
        if len(widths) > 1 and not widths[-1] and self.width - sum(wide + 1 for wide in widths[:-1]) < _LEAST:
            for row in rows:
                self.line(Text("  ").join(cell for cell in map(self.ink, row[:-1]) if cell.plain.strip()))
                self.line(row[-1], indent=_INWARD)
            return
        table = Table.grid(padding=(0, 1, 0, 0), pad_edge=False)
        for wide in widths:
            table.add_column(width=wide or None, ratio=None if wide else 1, overflow="fold")
        table.expand = True
        for row in rows:
            table.add_row(*(self.ink(cell) for cell in row))
        self._console.print(table)

    def ink(self, text: str | Text, style: str = "") -> Text:
        """Return text that is safe to draw."""
        if isinstance(text, Text):
            return text
        return Text(self.said(text), style=style)

    def status(self, status: Status) -> Text:
        """Return symbol and word of a status."""
        label = STATUS[status]
        return Text(f"{label.ascii if self._plain else label.symbol} {label.word}", style=label.style)

    def severity(self, severity: Severity) -> Text:
        """Return the word of a severity."""
        return Text(severity.value, style=SEVERITY_STYLE[severity])

    def dot(self) -> str:
        """Return what stands between the parts of a line."""
        return " - " if self._plain else " · "

    def said(self, text: str) -> str:
        """Return text that is safe to draw, in ASCII where the reader wants no more."""
        text = legible(text)
        return ascii_only(text) if self._plain else text


def _tied(text: Text, width: int) -> Text:
    """Return a text whose commands, which stand between backticks, are not broken where they fit into a line."""
    plain = tied(text.plain, width)
    if plain != text.plain:
        text.plain = plain
    return text
