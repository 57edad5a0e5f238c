"""The audit as one HTML file for people: a first page to forward, then every finding with its evidence."""

from __future__ import annotations

from markupsafe import Markup

from rootwarden.model.audit import Audit
from rootwarden.model.findings import Practice, Status
from rootwarden.report.counting import by_status
from rootwarden.report.glossary import TERMS
from rootwarden.report.grouping import grouped
from rootwarden.report.harms import BEGINNING, HARMS, threat
from rootwarden.report.matrix import matrix, overall
from rootwarden.report.options import RenderOptions
from rootwarden.report.page.engine import environment, script, style
from rootwarden.report.page.lead import headline, standing
from rootwarden.report.page.policy import content_security_policy
from rootwarden.report.page.sections import sections
from rootwarden.report.page.spending import spending_shown
from rootwarden.report.page.tiles import tiles
from rootwarden.report.page.worst import worst_things
from rootwarden.report.unread import Reason, allow_statement, missing_actions, reasons

# The first page of accounts, and how many more are listed compactly; beyond that the JSON has them.
INLINE, COMPACT = 30, 1500
_QUIET = frozenset({Status.PASS, Status.NOT_APPLICABLE})


def render(audit: Audit, options: RenderOptions) -> str:
    """Return the report: one file that loads nothing, at most 2 MB for a thousand accounts.

    Equal findings are grouped; of each group some are shown whole, the rest is in the JSON, and the page says so.
    """
    groups = grouped(audit.findings, options.about())
    found = sections(audit, groups, options.by_slug())
    rows = matrix(audit)
    hidden = reasons(audit.findings)
    actions = missing_actions([*hidden, *_costs_unread(audit)])
    page = environment().get_template("report.html").render(
        audit=audit,
        options=options,
        name=_name(audit),
        policy=content_security_policy(style(), script()),
        style=Markup(style()),
        script=Markup(script()),
        headline=headline(audit),
        standing=standing(audit),
        counted=by_status(audit.findings),
        begin=threat(BEGINNING, groups),
        threats=[threat(harm, groups) for harm in HARMS],
        worst=worst_things(audit, groups, options.by_slug()),
        tiles=tiles(found),
        practices=list(Practice),
        overall=overall(audit.findings),
        rows=rows[:INLINE],
        more_rows=rows[INLINE : INLINE + COMPACT],
        rows_left=max(0, len(rows) - INLINE - COMPACT),
        spending=spending_shown(audit),
        reasons=hidden,
        actions=actions,
        allow=allow_statement(actions) if actions else "",
        sections=[one for one in found if one.status not in _QUIET],
        holding=[one for one in found if one.status in _QUIET],
        terms=TERMS,
    )  # fmt: skip
    return page + "\n"


def _costs_unread(audit: Audit) -> list[Reason]:
    unknown = audit.spending.unknown if audit.spending else None
    return [Reason(unknown, 0, (), ())] if unknown else []


def _name(audit: Audit) -> str:
    if audit.organization or len(audit.accounts) != 1:
        return f"organization {audit.organization}" if audit.organization else f"{len(audit.accounts):,} accounts"
    account = audit.accounts[0]
    return f"{account.name} ({account.id})" if account.name else f"account {account.id}"
