"""The spending as one HTML file for people: the chart, what is out of line and why, and what root did then."""

from __future__ import annotations

from markupsafe import Markup

from rootwarden.model.spend import Spend
from rootwarden.report.options import RenderOptions
from rootwarden.report.page.engine import environment, style
from rootwarden.report.page.policy import content_security_policy
from rootwarden.report.page.spending import spend_shown
from rootwarden.report.spend_words import about_root, heading, paid, service


def render(found: Spend, options: RenderOptions) -> str:
    """Return the page; it loads nothing and runs nothing."""
    services = [(service(name), sum(amounts)) for name, amounts in found.costs.by_service().items()]
    page = environment().get_template("spend.html").render(
        found=found,
        policy=content_security_policy(style(), ""),
        style=Markup(style()),
        heading=heading(found),
        spend=spend_shown(found),
        services=services,
        about_root=about_root(found),
        paid=paid(found),
    )  # fmt: skip
    return page + "\n"
