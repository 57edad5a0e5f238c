"""Draws what each day cost as SVG: bars, those out of line in another colour and marked, an axis, and words for all.

No script and no style sheet: the same picture stands in a page with a strict Content-Security-Policy and in a file of
its own. Colours are ones that people who see few colours tell apart, and every bar out of line has a mark as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from markupsafe import Markup, escape

from rootwarden.model.spend import Jump, Spend
from rootwarden.report.legible import legible
from rootwarden.report.spend_words import heading, service, verdict

WIDE, HIGH = 960, 320
_LEFT, _RIGHT, _TOP, _FOOT = 84, 16, 48, 44
_LINES = 4
# Room above the highest bar for the mark on it.
_HEADROOM = Decimal("1.1")
_INK, _SOFT, _LINE, _PAPER, _USUAL, _OUT = "#1b2430", "#545e6b", "#dcd9d0", "#fffefb", "#4a6f9c", "#b3261e"
_FONT = "system-ui, sans-serif"


def cost_chart(found: Spend, *, sized: bool = False) -> Markup:
    """Return the chart as one `<svg>` element with a title and a description for people who do not see it.

    Inside a page it is as wide as its place; `sized` gives it a size of its own.
    """
    scale = _nice(max((*found.costs.totals, Decimal(0))) * _HEADROOM)
    size = Markup(' width="{}" height="{}"').format(WIDE, HIGH) if sized else ""
    parts = [*_axis(scale, found.costs.unit), *_bars(found, scale), *_dates(found.costs.days)]
    name = legible(heading(found))
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}"{size} role="img" '
        'font-family="{font}"><title>{name}</title><desc>{desc}</desc>'
        '<rect width="{w}" height="{h}" fill="{paper}"/>'
        '<text x="{left}" y="26" font-size="16" font-weight="600" fill="{ink}">{name}</text>{parts}</svg>'
    ).format(
        w=WIDE, h=HIGH, size=size, font=_FONT, name=name, desc=_description(found), paper=_PAPER, ink=_INK, left=_LEFT,
        parts=Markup("").join(parts),
    )  # fmt: skip


def _description(found: Spend) -> str:
    jumps = "; ".join(f"{service(one.service)} on {one.peak.day:%Y-%m-%d}" for one in found.jumps[:5])
    return legible(f"{verdict(found)} {jumps}".strip())


def _nice(top: Decimal) -> Decimal:
    """Return the top of the axis: the next of 1, 2, 2.5 or 5 times a power of ten that is not below `top`."""
    if top <= 0:
        return Decimal(1)
    power = Decimal(10) ** top.adjusted()
    return next(power * step for step in map(Decimal, ("1", "2", "2.5", "5", "10")) if power * step >= top)


def _axis(scale: Decimal, unit: str) -> Iterator[Markup]:
    for at in range(_LINES + 1):
        y = _height(scale * at / _LINES, scale)
        yield Markup('<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="{}"/>').format(_LEFT, WIDE - _RIGHT, y, y, _LINE)
        yield Markup('<text x="{}" y="{}" font-size="12" text-anchor="end" fill="{}">{}</text>').format(
            _LEFT - 8, y + 4, _SOFT, f"{scale * at / _LINES:,.2f}"
        )
    yield Markup('<text x="{}" y="{}" font-size="12" fill="{}">{} a day</text>').format(_LEFT, _TOP - 6, _SOFT, unit)


def _bars(found: Spend, scale: Decimal) -> Iterator[Markup]:
    days, totals = found.costs.days, found.costs.totals
    room = Decimal(WIDE - _LEFT - _RIGHT) / len(days)
    for at, (day, total) in enumerate(zip(days, totals, strict=True)):
        x, y = _LEFT + room * at, _height(max(total, Decimal(0)), scale)
        out = _at(found.jumps, day)
        told = f"{day:%Y-%m-%d}: {total:,.2f} {found.costs.unit}" + (f", out of line: {', '.join(out)}" if out else "")
        bar = Markup(
            '<rect x="{:.1f}" y="{}" width="{:.1f}" height="{}" fill="{}"><title>{}</title></rect>'
        ).format(x, y, room * Decimal("0.8"), HIGH - _FOOT - y, _OUT if out else _USUAL, legible(told))  # fmt: skip
        mark = Markup('<text x="{:.1f}" y="{}" font-size="14" text-anchor="middle" fill="{}">▼</text>')
        yield bar + (mark.format(x + room * Decimal("0.4"), max(_TOP + 8, y - 4), _OUT) if out else Markup(""))


def _at(jumps: Sequence[Jump], day: date) -> list[str]:
    return sorted({service(one.service) for one in jumps if any(flag.day == day for flag in one.flags)})


def _dates(days: Sequence[date]) -> Iterator[Markup]:
    for day, x, anchor in ((days[0], _LEFT, "start"), (days[-1], WIDE - _RIGHT, "end")):
        yield Markup('<text x="{}" y="{}" font-size="12" text-anchor="{}" fill="{}">{}</text>').format(
            x, HIGH - _FOOT + 20, anchor, _SOFT, escape(f"{day:%Y-%m-%d}")
        )


def _height(amount: Decimal, scale: Decimal) -> int:
    """Return where an amount lies, in pixels from the top."""
    return int(HIGH - _FOOT - (HIGH - _FOOT - _TOP) * amount / scale)
