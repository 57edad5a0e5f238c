"""What the table says of daily costs: how many days, what is out of line, the worst of it; the report has the rest."""

from __future__ import annotations

from rootwarden.model.audit import Audit
from rootwarden.report.places import account_names
from rootwarden.report.screen.pen import Pen
from rootwarden.report.spend_words import brief


def draw_spending(pen: Pen, audit: Audit) -> None:
    """Draw a sentence or two, and nothing where daily costs were not asked for."""
    if audit.spending is None:
        return
    pen.heading("Spending", "see the HTML report" if audit.spending.found else "")
    near = audit.spending.found is not None and any(one.root for one in audit.spending.found.jumps)
    pen.line(brief(audit.spending, account_names(audit)), "red" if near else "", indent=2)
