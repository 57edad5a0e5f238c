"""Draws what each day cost as SVG: bars, those out of line in another colour and marked, an axis, and words for all.

No script and no style sheet: the same picture stands in a page with a strict Content-Security-Policy and in a file of
its own. A page may give its parts other colours by their classes, as the report does in the dark and on paper. Colours
are ones that people who see few colours tell apart, and every bar out of line has a mark as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from markupsafe import Markup, escape
from msgspec import Struct

from rootwarden.model.spend import Jump, Spend
from rootwarden.report.legible import legible
from rootwarden.report.spend_words import heading, service, verdict

_LINES = 4
# What the top of the axis may be, times a power of ten: a quarter of each is short to write.
_ROUND = ("1", "1.6", "2", "3", "4", "6", "8", "10")
# Room above the highest bar for the mark on it.
_HEADROOM = Decimal("1.1")
_LEFT, _RIGHT, _FOOT = 84, 16, 48
# How far apart the middles of dates stand at least, and how far the first and last middle are from the edge.
_DATE, _HALF_A_DATE = 110, 35
_FONT = "system-ui, sans-serif"
_COLORS = {
    "ink": "#1b2430", "soft": "#545e6b", "line": "#dcd9d0", "paper": "#fffefb", "usual": "#4a6f9c", "out": "#b3261e",
    "root": "#5f3a8c",
}  # fmt: skip


class Frame(Struct, frozen=True, kw_only=True):
    """How large the picture is, in pixels of its own; `top` is the room above the axis, for a title where `titled`.

    Inside a page it is as wide as its place; `sized` gives it a size of its own.
    """

    wide: int = 960
    high: int = 320
    top: int = 48
    titled: bool = False
    sized: bool = False


ALONE = Frame(titled=True, sized=True)
WIDE, NARROW = Frame(wide=1080, high=300, top=26), Frame(wide=400, high=260, top=26)


def cost_chart(found: Spend, frame: Frame = WIDE) -> Markup:
    """Return the chart as one `<svg>` element with a title and a description for people who do not see it."""
    scale = _nice(max((*found.costs.totals, Decimal(0))) * _HEADROOM)
    size = Markup(' width="{}" height="{}"').format(frame.wide, frame.high) if frame.sized else ""
    parts = [*_axis(scale, found.costs.unit, frame), *_bars(found, scale, frame), *_dates(found.costs.days, frame)]
    name = legible(heading(found))
    if frame.titled:
        parts.insert(0, Markup('<text x="{}" y="26" font-size="16" font-weight="600"{}>{}</text>').format(
            _LEFT, _fill("ink"), name
        ))  # fmt: skip
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}"{size} role="img" '
        'font-family="{font}"><title>{name}</title><desc>{desc}</desc>'
        '<rect width="{w}" height="{h}"{paper}/>{parts}</svg>'
    ).format(
        w=frame.wide, h=frame.high, size=size, font=_FONT, name=name, desc=_description(found), paper=_fill("paper"),
        parts=Markup("").join(parts),
    )  # fmt: skip


def _fill(part: str, attribute: str = "fill") -> Markup:
    """Return the colour of a part, and the class by which a page gives it another."""
    return Markup(' class="c-{}" {}="{}"').format(part, attribute, _COLORS[part])


def _description(found: Spend) -> str:
    jumps = "; ".join(f"{service(one.service)} on {one.peak.day:%Y-%m-%d}" for one in found.jumps[:5])
    return legible(f"{verdict(found)} {jumps}".strip())


def _nice(top: Decimal) -> Decimal:
    """Return the top of the axis: the next round number that is not below `top`."""
    if top <= 0:
        return Decimal(1)
    power = Decimal(10) ** top.adjusted()
    return next(power * step for step in map(Decimal, _ROUND) if power * step >= top)


def _axis(scale: Decimal, unit: str, frame: Frame) -> Iterator[Markup]:
    for at in range(_LINES + 1):
        y = _height(scale * at / _LINES, scale, frame)
        yield Markup('<line x1="{}" x2="{}" y1="{}" y2="{}"{}/>').format(
            _LEFT, frame.wide - _RIGHT, y, y, _fill("line", "stroke")
        )
        yield _text(f"{scale * at / _LINES:,.2f}", _LEFT - 8, y + 4, "end")
    yield _text(f"{unit} a day", _LEFT, frame.top - 8, "start")


def _bars(found: Spend, scale: Decimal, frame: Frame) -> Iterator[Markup]:
    days, totals = found.costs.days, found.costs.totals
    room = Decimal(frame.wide - _LEFT - _RIGHT) / len(days)
    foot = frame.high - _FOOT
    acts = {act.when.date() for one in found.jumps for act in one.root}
    for at, (day, total) in enumerate(zip(days, totals, strict=True)):
        x, y = _LEFT + room * at, _height(max(total, Decimal(0)), scale, frame)
        out = _at(found.jumps, day)
        told = f"{day:%Y-%m-%d}: {total:,.2f} {found.costs.unit}" + (f", out of line: {', '.join(out)}" if out else "")
        yield Markup('<rect x="{:.1f}" y="{}" width="{:.1f}" height="{}"{}><title>{}</title></rect>').format(
            x, y, room * Decimal("0.8"), foot - y, _fill("out" if out else "usual"), legible(told)
        )
        middle = x + room * Decimal("0.4")
        if out:
            yield _mark("▼", middle, max(frame.top + 8, y - 4), "out")
        if day in acts:
            yield _mark("◆", middle, foot + 15, "root")


def _mark(sign: str, x: Decimal, y: int, part: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{}" font-size="14" text-anchor="middle"{}>{}</text>').format(
        x, y, _fill(part), sign
    )


def _text(said: str, x: Decimal | int, y: int, anchor: str) -> Markup:
    return Markup('<text x="{}" y="{}" font-size="13" text-anchor="{}"{}>{}</text>').format(
        f"{x:.0f}", y, anchor, _fill("soft"), escape(said)
    )


def _at(jumps: Sequence[Jump], day: date) -> list[str]:
    return sorted({service(one.service) for one in jumps if any(flag.day == day for flag in one.flags)})


def _dates(days: Sequence[date], frame: Frame) -> Iterator[Markup]:
    """Name the first day, the last, and the first of each month that has room between them."""
    y, end = frame.high - 14, frame.wide - _RIGHT
    room = Decimal(end - _LEFT) / len(days)
    yield _text(f"{days[0]:%Y-%m-%d}", _LEFT, y, "start")
    before, last = Decimal(_LEFT + _HALF_A_DATE), end - _HALF_A_DATE
    for at, day in enumerate(days):
        x = _LEFT + room * (at + Decimal("0.4"))
        if day.day == 1 and x - before >= _DATE and last - x >= _DATE:
            yield _text(f"{day:%Y-%m-%d}", x, y, "middle")
            before = x
    yield _text(f"{days[-1]:%Y-%m-%d}", end, y, "end")


def _height(amount: Decimal, scale: Decimal, frame: Frame) -> int:
    """Return where an amount lies, in pixels from the top."""
    return int(frame.high - _FOOT - (frame.high - _FOOT - frame.top) * amount / scale)
