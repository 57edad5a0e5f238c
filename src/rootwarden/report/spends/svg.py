"""The total of each day as a picture, to put into a page or a presentation."""

from __future__ import annotations

from rootwarden.model.spend import Spend
from rootwarden.report.options import RenderOptions
from rootwarden.report.page.cost_chart import ALONE, cost_chart


def render(found: Spend, options: RenderOptions) -> str:
    """Return the chart as an SVG file."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{cost_chart(found, ALONE)}\n'
