"""For people at a terminal: the total of each day as bars, the services as lines, and what is out of line and why."""

from __future__ import annotations

from decimal import Decimal

from rich.text import Text

from rootwarden.model.spend import Jump, Spend
from rootwarden.report.labels import plural
from rootwarden.report.options import RenderOptions
from rootwarden.report.screen.charts import columns, sparkline
from rootwarden.report.screen.pen import Pen
from rootwarden.report.spend_words import about_root, act, heading, paid, service, title, verdict

_HEIGHT, _AXIS, _AMOUNT = 6, 12, 12
# How wide the names of services may be, so that as good as all of them stand there whole beside their line.
_NAME, _NAMES = 20, 42
_SERVICES, _ACTS = 12, 5
_INDENT = 2


def render(found: Spend, options: RenderOptions) -> str:
    """Return the spending as text, as wide as `options` say; `verbose` lists every service and act of root."""
    pen = Pen(options)
    pen.line(heading(found), "bold")
    _totals(pen, found, options)
    _services(pen, found, options)
    _jumps(pen, found, verbose=options.verbose)
    pen.line()
    pen.line(about_root(found))
    if found.costs.estimated:
        pen.line(f"Of the last {plural(found.costs.estimated, 'day')} AWS only estimates the costs.")
    for one in found.unread:
        pen.line(f"not read: {one}", "yellow")
    if found.calls:
        pen.line(paid(found))
    return pen.text()


def _totals(pen: Pen, found: Spend, options: RenderOptions) -> None:
    totals = found.costs.totals
    lines = columns(totals, pen.width - _AXIS, _HEIGHT, plain=options.plain)
    top, foot = max(totals, default=Decimal(0)), "0.00"
    pen.heading("Total a day", f"{sum(totals, Decimal(0)):,.2f} in all")
    for at, line in enumerate(lines):
        label = f"{top:,.2f}" if at == 0 else foot if at == len(lines) - 1 else ""
        pen.line(Text(f"{label:>{_AXIS - 2}}  ").append(line, style="cyan"))
    days = found.costs.days
    wide = max(0, len(lines[0]) - 20)
    pen.line(Text(f"{'':>{_AXIS}}{days[0]:%Y-%m-%d}{'':{wide}}{days[-1]:%Y-%m-%d}" if wide else "", style="dim"))


def _services(pen: Pen, found: Spend, options: RenderOptions) -> None:
    by_service = found.costs.by_service()
    shown = list(by_service.items())[: None if options.verbose else _SERVICES]
    jumped = {one.service for one in found.jumps}
    column = min(_NAMES, max(_NAME, *(len(service(name)) for name, _ in shown)))
    wide = pen.width - column - _AMOUNT - 3
    pen.heading("By service", plural(len(by_service), "service"))
    for name, amounts in shown:
        said = service(name)
        said = said if len(said) <= column else f"{said[: column - 3]}..."
        line = pen.ink(f"{said:<{column}} ", "bold" if name in jumped else "")
        line.append(sparkline(amounts, wide, plain=options.plain), style="red" if name in jumped else "cyan")
        line.append(f"{'':{max(0, wide - len(found.costs.days))}} {sum(amounts, Decimal(0)):>{_AMOUNT},.2f}")
        pen.line(line)
    left = list(by_service.items())[len(shown) :]
    if left:
        rest = sum((sum(amounts, Decimal(0)) for _, amounts in left), Decimal(0))
        pen.line(f"{plural(len(left), 'more service')}, {rest:,.2f} together; --verbose lists them")


def _jumps(pen: Pen, found: Spend, *, verbose: bool) -> None:
    pen.heading("Out of line", plural(len(found.jumps), "jump"))
    pen.line(verdict(found))
    for one in found.jumps:
        _jump(pen, one, found, verbose=verbose)


def _jump(pen: Pen, jump: Jump, found: Spend, *, verbose: bool) -> None:
    pen.line()
    pen.line(title(jump), "bold red" if jump.root else "bold")
    pen.line(f"{jump.above:,.2f} {found.costs.unit} above the usual in all", indent=_INDENT)
    pen.line(f"{jump.reason}.", indent=_INDENT)
    acts = jump.root if verbose else jump.root[:_ACTS]
    for one in acts:
        pen.line(act(one), "red", indent=_INDENT)
    if len(jump.root) > len(acts):
        pen.line(f"{plural(len(jump.root) - len(acts), 'more act')} of root", "red", indent=_INDENT)
