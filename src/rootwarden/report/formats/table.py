"""The audit for a person at a terminal: the worst first, then the eight practices, then what was not read."""

from __future__ import annotations

from rootwarden.model.audit import Audit
from rootwarden.report.grouping import grouped
from rootwarden.report.options import RenderOptions
from rootwarden.report.places import account_names
from rootwarden.report.screen.overview import draw_counts, draw_title, draw_worst
from rootwarden.report.screen.pen import Pen
from rootwarden.report.screen.practices import draw_practices
from rootwarden.report.screen.sight import draw_coverage, draw_next, draw_reasons
from rootwarden.report.screen.spending import draw_spending


def render(audit: Audit, options: RenderOptions) -> str:
    """Return the audit as text, no line longer than `options.width` columns.

    Equal findings of several accounts are one row with a count; a status is always a word, colour is added to it.
    """
    pen = Pen(options)
    groups = grouped(audit.findings, options.about())
    draw_title(pen, audit)
    draw_worst(pen, groups, len(audit.accounts))
    draw_practices(pen, groups, account_names(audit), verbose=options.verbose)
    draw_spending(pen, audit)
    draw_coverage(pen, audit)
    draw_reasons(pen, audit)
    pen.heading("In all")
    draw_counts(pen, audit)
    draw_next(pen, groups, options)
    return pen.text()
