"""The bottom of the table: how much was read of what was expected, why not more, and what to type next."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from rootwarden.model.audit import Audit
from rootwarden.report.counting import read_of_expected
from rootwarden.report.grouping import Group, five_worst
from rootwarden.report.labels import plural
from rootwarden.report.options import RenderOptions
from rootwarden.report.screen.pen import Pen
from rootwarden.report.unread import Reason, reasons

_LISTED = 5


def draw_coverage(pen: Pen, audit: Audit) -> None:
    """Draw a line per thing that was counted, with the first reasons for what is missing."""
    pen.heading("What was read")
    for row in audit.coverage:
        pen.rows([("", row.what, read_of_expected(row))], (1, 9, 0))
        for reason in row.unread[:_LISTED]:
            pen.line(f"not read: {reason}", style="dim", indent=12)
        if len(row.unread) > _LISTED:
            pen.line(f"and {len(row.unread) - _LISTED:,} more, in the JSON", style="dim", indent=12)


def draw_reasons(pen: Pen, audit: Audit) -> None:
    """Draw why findings are UNKNOWN, with the permissions that were missing."""
    found = reasons(audit.findings)
    if not found:
        return
    pen.heading("Why something is UNKNOWN", plural(sum(reason.findings for reason in found), "finding"))
    for reason in found[: 2 * _LISTED]:
        pen.line(reason.what, indent=2)
        pen.line(_hidden(reason, len(audit.accounts)), style="dim", indent=4)
        for label, text in (("needs", ", ".join(reason.unknown.missing)), ("try", reason.unknown.hint)):
            if text:
                pen.line(f"{label}: {text}", indent=4)
    if len(found) > 2 * _LISTED:
        pen.line(f"and {plural(len(found) - 2 * _LISTED, 'more reason')}, in the JSON", style="dim", indent=2)


def draw_next(pen: Pen, groups: Sequence[Group], options: RenderOptions) -> None:
    """Draw the commands that make most sense now."""
    failing = five_worst(groups)
    worst = failing or list(groups[:1])
    purpose = "why it matters, how to mend it" if failing else "what it asks, and how it is judged"
    again = f"rootwarden audit --snapshot {shlex.quote(options.snapshot)}" if options.snapshot else "rootwarden audit"
    lines = [(f"rootwarden explain {worst[0].first.code}", purpose)] if worst else []
    lines.append((f"{again} -o html=report.html", "the evidence for everything"))
    pen.heading("Next")
    wide = max(len(command) for command, _ in lines)
    for command, purpose in lines:
        if wide + len(purpose) + 5 <= pen.width:
            pen.line(f"{command:<{wide}}   {purpose}", indent=2)
        else:
            pen.line(command, indent=2)


def _hidden(reason: Reason, accounts: int) -> str:
    spread = f" in {len(reason.accounts):,} of {plural(accounts, 'account')}" if accounts > 1 else ""
    return f"hides {plural(reason.findings, 'finding')}{spread}: {', '.join(reason.controls)}"
