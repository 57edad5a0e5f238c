"""The top of the table: what was audited, the counts, and the five worst things."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from rootwarden.model.audit import Audit
from rootwarden.model.findings import Status
from rootwarden.report.counting import by_status, failing_by_severity
from rootwarden.report.grouping import Group, five_worst
from rootwarden.report.labels import STATUS, plural
from rootwarden.report.screen.pen import Pen

MINUTE = "%Y-%m-%d %H:%M UTC"


def draw_title(pen: Pen, audit: Audit) -> None:
    """Draw one line on what was audited and when it was read, one on who judged."""
    whole = audit.organization or (audit.accounts[0].id if len(audit.accounts) == 1 else "accounts")
    names = [account.name for account in audit.accounts]
    if not audit.organization and len(names) == 1 and names[0]:
        whole += f" {names[0]}"
    parts = [f"Root risk of {whole}", plural(len(audit.accounts), "account")]
    pen.line(pen.dot().join([*parts, audit.partition] if audit.partition != "aws" else parts), style="bold")
    read = f"read {audit.snapshot_at:{MINUTE}}"
    judged = "" if audit.judged_at == audit.snapshot_at else f"judged as of {audit.judged_at:{MINUTE}}"
    tool = f"rootwarden {audit.tool_version}, catalogue {audit.catalogue_version}"
    pen.line(pen.dot().join(part for part in (read, judged, tool) if part), style="dim")


def draw_counts(pen: Pen, audit: Audit) -> None:
    """Draw the counts line: every status, and the severities of what fails."""
    line = Text()
    for status, count in by_status(audit.findings).items():
        if count or status in (Status.FAIL, Status.UNKNOWN, Status.PASS):
            line.append("   " if line else "")
            line.append(f"{count:,} ", style="bold").append(STATUS[status].word, style=STATUS[status].style)
    line.append(f"   of {plural(len(audit.findings), 'finding')}", style="dim")
    pen.line(line)
    severities = [f"{count:,} {severity.value}" for severity, count in failing_by_severity(audit.findings).items()]
    if severities:
        pen.line(f"failing: {', '.join(severities)}", style="dim")


def draw_worst(pen: Pen, groups: Sequence[Group], accounts: int) -> None:
    """Draw the five worst failing groups, or say that nothing failed and what that is worth."""
    worst = five_worst(groups)
    if not worst:
        unread = sum(len(group.findings) for group in groups if group.first.status is Status.UNKNOWN)
        more = f" {plural(unread, 'question')} could not be answered: see below." if unread else ""
        pen.heading("Nothing that was read fails")
        pen.line(f"No finding fails.{more}", indent=2)
        return
    pen.heading("The worst first" if len(worst) > 1 else "What fails")
    rows: list[tuple[str | Text, ...]] = []
    for number, group in enumerate(worst, start=1):
        said = pen.ink(group.brief)
        aside = pen.dot().join(part for part in (group.first.code, group.spread(accounts)) if part)
        said.append("\n").append(pen.ink(aside, "dim"))
        rows.append((f"{number:>3}", pen.severity(group.first.severity), said))
    pen.rows(rows, (3, 8, 0))
