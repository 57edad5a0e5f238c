"""For people at a terminal: what would be changed, from what to what, what it costs, and what is left."""

from __future__ import annotations

import json
from collections.abc import Iterable

from rich.text import Text

from rootwarden.model.cost import CostClass
from rootwarden.model.plan import Change, Left, Plan, Risk
from rootwarden.report.labels import plural
from rootwarden.report.options import RenderOptions
from rootwarden.report.plan_words import afterwards, cost, others, total, unseen, where
from rootwarden.report.screen.pen import Pen

ENDINGS = (".txt",)

_STYLES = {Risk.SAFE: "green", Risk.CAREFUL: "yellow", Risk.DANGEROUS: "bold red"}
_INDENT, _TITLE, _TODO = 5, 23, 8
# So many accounts, and things to do, of one control are named where nobody asked for all.
_NAMED = 3
# So many lines tell why something could not be judged where nobody asked for all.
_LINES, _MORE = 8, 2


def render(plan: Plan, options: RenderOptions) -> str:
    """Return the plan as text, as wide as `options` say."""
    pen = Pen(options)
    _changes(pen, plan, verbose=options.verbose)
    if plan.left:
        _left(pen, plan.left, verbose=options.verbose)
    if plan.unseen:
        _unseen(pen, plan, verbose=options.verbose)
    _sum(pen, plan)
    return pen.text()


def changes(plan: Plan, options: RenderOptions) -> str:
    """Return the changes alone, with what they cost together."""
    pen = Pen(options)
    _changes(pen, plan, verbose=options.verbose)
    pen.line()
    pen.line(f"{plural(len(plan.changes), 'change')}. {total(plan.cost)}.")
    return pen.text()


def _changes(pen: Pen, plan: Plan, *, verbose: bool) -> None:
    pen.line(f"Plan from what was read on {plan.made_at:%Y-%m-%d %H:%M} UTC", "bold")
    account = ""
    for number, change in enumerate(plan.changes, start=1):
        if change.account != account:
            account = change.account
            mine = sum(one.account == account for one in plan.changes)
            pen.heading(f"Account {account}", plural(mine, "change"))
        _change(pen, number, change, verbose=verbose)
    if not plan.changes:
        pen.line()
        pen.line("There is nothing that Rootwarden would change.")
        for one in plan.untouched:
            pen.line(f"{one.about}: {one.why}", indent=2, hang=2)


def _change(pen: Pen, number: int, change: Change, *, verbose: bool) -> None:
    pen.line()
    title = Text(f"{number:>3}  ", style="bold").append(pen.said(change.title), style="bold")
    pen.line(title, hang=_INDENT)
    about = [change.risk.value, f"{change.control} {change.severity.value}".strip(), where(change)]
    line = Text(about[0], style=_STYLES[change.risk])
    line.append(pen.dot() + pen.said(pen.dot().join(part for part in about[1:] if part)))
    pen.line(line, indent=_INDENT)
    if change.owner:
        pen.line(others(change), "yellow", indent=_INDENT)
    for one in change.shows:
        pen.line(f"{one.what}: {one.before} -> {one.after}", indent=_INDENT)
    for step in change.steps:
        pen.line(f"{step.does}: {step.call.name}", "dim", indent=_INDENT)
        if verbose:
            for name, value in step.call.parameters.items():
                pen.line(
                    f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}",
                    "dim",
                    indent=_INDENT + 2,
                )
    for deed in change.by_hand:
        pen.line(f"by hand: {deed}", indent=_INDENT)
    if change.cost.kind is not CostClass.NONE:
        said = f"{cost(change.cost)}. {change.cost.why}"
        if verbose and isinstance(change.cost.priced, str):
            said = f"{said.rstrip('.')}; prices of {change.cost.priced}"
        pen.line(said, indent=_INDENT)
    if change.as_root:
        pen.line(f"as: root of the account, in a session for {change.as_root} only", indent=_INDENT)
    for stays in change.stays:
        pen.line(f"cannot be taken back: {stays}", "yellow", indent=_INDENT)
    for note in change.notes:
        pen.line(f"note: {note}", indent=_INDENT)


def _left(pen: Pen, left: Iterable[Left], *, verbose: bool) -> None:
    """Say what is left, by reason: one line for each control, however many accounts it concerns."""
    by_reason: dict[str, dict[str, list[Left]]] = {}
    for one in sorted(left, key=lambda one: (one.severity.rank, one.control, one.account)):
        by_reason.setdefault(one.why, {}).setdefault(one.control, []).append(one)
    total = sum(len(found) for controls in by_reason.values() for found in controls.values())
    pen.heading("Left as it is", plural(total, "finding"))
    for why, controls in by_reason.items():
        pen.line()
        pen.line(f"{why[:1].upper()}{why[1:]}:", "bold")
        for found in controls.values():
            accounts = list(dict.fromkeys(one.account for one in found))
            named = accounts if verbose or len(accounts) <= _NAMED else [*accounts[:_NAMED], _more(accounts)]
            first = found[0]
            about = f"{first.control:<11} {first.severity.value:<8} {first.title} ({', '.join(named)})"
            pen.line(about, indent=2, hang=_TITLE - 2)
            todos = list(dict.fromkeys(one.todo for one in found if "rootwarden explain" not in one.todo))
            for todo in todos if verbose or len(todos) <= _NAMED + 1 else todos[:_NAMED]:
                pen.line(todo, indent=_TODO)
            if not verbose and len(todos) > _NAMED + 1:
                pen.line(f"and {_more(todos)}: -v lists all", "dim", indent=_TODO)
    pen.line()
    pen.line("`rootwarden explain CODE` tells how to mend each by hand.")


def _more(found: list[str]) -> str:
    return f"{len(found) - _NAMED} more"


def _unseen(pen: Pen, plan: Plan, *, verbose: bool) -> None:
    """Say why findings could not be judged and which permission is missing, what hid most first."""
    pen.heading("Could not be judged", plural(plan.unread, "finding"))
    room = _LINES
    for at, one in enumerate(plan.unseen):
        needs = f"; needs {', '.join(one.missing)}" if one.missing else ""
        text = f"{unseen(one)}{needs}{f'; {one.hint}' if one.hint else ''}"
        room -= 1 + len(text) // (pen.width - 2 * _MORE)
        if room < 0 and at and not verbose:
            pen.line(f"and {plural(len(plan.unseen) - at, 'more reason')}: -v lists all", "dim", indent=_MORE)
            return
        pen.line(text, indent=_MORE, hang=_MORE)


def _sum(pen: Pen, plan: Plan) -> None:
    pen.heading("In all")
    after = f", after which {afterwards(plan)}" if plan.failing else ""
    pen.line(f"{plural(len(plan.changes), 'change')}{after}. {total(plan.cost)}.")
    if left := sum(bool(one.owner) for one in plan.changes):
        pen.line(f"{plural(left, 'change')} left to whoever looks after it; -o fix.tf writes the code.")
    if plan.unread:
        pen.line(f"{plural(plan.unread, 'finding')} could not be judged; nothing is planned for what was not read.")
        if not plan.unseen:
            pen.line("`rootwarden audit` says why of each, and which permission is missing.")
