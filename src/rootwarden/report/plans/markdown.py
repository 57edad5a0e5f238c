"""A runbook for a ticket or a change request: every call, its way back, and how to see that it worked."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from rootwarden.model.expect import said
from rootwarden.model.plan import Call, Change, Plan, in_steps
from rootwarden.report.labels import plural
from rootwarden.report.legible import legible
from rootwarden.report.options import RenderOptions
from rootwarden.report.plan_words import afterwards, cost, others, total, unseen, where

ENDINGS = (".md",)

_CODE = re.compile(r"(`[^`]+`)")
_MARK = re.compile(r"([\\`*\[\]<>])")


def render(plan: Plan, options: RenderOptions) -> str:
    """Return the plan as Markdown."""
    return "\n".join(_lines(plan)).rstrip("\n") + "\n"


def _lines(plan: Plan) -> Iterator[str]:
    yield f"# Runbook: {plural(len(plan.changes), 'change')} in {plural(len(plan.accounts), 'account')}"
    yield ""
    after = f" Afterwards {afterwards(plan)}." if plan.failing else ""
    yield f"Planned from what was read on {plan.made_at:%Y-%m-%d %H:%M} UTC. {total(plan.cost)}.{after}"
    if any(step.keeps for _, step in in_steps(plan.changes)):
        yield ""
        yield 'In parameters `{"$ref": "step.name"}` is what an earlier step kept, `{"$json": ...}` is sent as text.'
    for number, change in enumerate(plan.changes, start=1):
        yield ""
        yield from _change(number, change)
    if plan.untouched:
        yield ""
        yield from (f"- {_text(one.about)}: {_text(one.why)}" for one in plan.untouched)
    if plan.left:
        yield ""
        yield "## Left as it is"
        yield ""
        for one in plan.left:
            yield f"- {one.control} in {one.account} ({_text(one.title)}): {_text(one.why)}; {_text(one.todo)}"
    if plan.unseen:
        yield ""
        yield "## Could not be judged"
        yield ""
        yield f"Nothing is planned for {plural(plan.unread, 'finding')}, because something was not read."
        yield ""
        for each in plan.unseen:
            needs = f"; needs {', '.join(map(_code, each.missing))}" if each.missing else ""
            yield f"- {_text(unseen(each))}{needs}{f'; {_text(each.hint)}' if each.hint else ''}"


def _change(number: int, change: Change) -> Iterator[str]:
    yield f"## {number}. {_text(change.title)}"
    yield ""
    yield f"- Account: {change.account}"
    if where(change):
        yield f"- Where: {_text(where(change))}"
    if change.control:
        yield f"- Why: {change.control} ({change.severity.value}): {_text(change.why)}"
    yield f"- Risk: {change.risk.value}. {cost(change.cost)}. {_text(change.cost.why)}".rstrip()
    if change.as_root:
        yield f"- As: root of the account, in a session for {change.as_root} only (`aws sts assume-root`)"
    if change.owner:
        yield f"- Whose: {_text(others(change))}"
    for note in (*change.stays, *change.notes):
        yield f"- Note: {_text(note)}"
    for one in change.shows:
        yield f"- {_text(one.what)}: {_code(one.before)} becomes {_code(one.after)}"
    if change.expects:
        yield ""
        yield "Before, this must hold:"
        yield ""
        yield from (f"- {_code(one.path)} is {_text(said(one.value))}" for one in change.expects)
    yield ""
    yield from (f"{at}. {_text(deed)}" for at, deed in enumerate(change.by_hand, start=1))
    for at, step in enumerate(change.steps, start=1 + len(change.by_hand)):
        yield f"{at}. {_text(step.does)}:"
        yield from _call(step.call)
        for name, path in step.keeps.items():
            yield f"   Keep {_code(path)} of the answer: later steps call it {_code(f'{step.id}.{name}')}."
            yield ""
        for call in step.undo:
            yield "   Taken back by:"
            yield from _call(call)
    yield ""
    done = f"{change.control} passes" if change.control else "the facts read as planned"
    yield f"Done when {done}."


def _call(call: Call) -> Iterator[str]:
    yield ""
    yield "   ```text"
    yield f"   {call.name}" + (f" in {call.region}" if call.region else "")
    text = msgspec.json.format(msgspec.json.encode(call.parameters), indent=2).decode()
    yield from (f"   {legible(line)}" for line in text.split("\n"))
    yield "   ```"
    yield ""


def _text(text: str) -> str:
    """Return a text in one line: what stands between backticks stays code, and nothing else is a mark or HTML.

    Names in it come from AWS.
    """
    pieces = _CODE.split(legible(" ".join(text.split())))
    return "".join(one if at % 2 else _MARK.sub(r"\\\1", one) for at, one in enumerate(pieces))


def _code(text: str) -> str:
    """Return a text as code in a line, fenced by more backticks than stand in it (CommonMark, "Code spans")."""
    text = legible(" ".join(text.split()))
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    blank = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{blank}{text}{blank}{fence}"
