"""Everything about one remedy as text for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rootwarden.model.control import Registered
from rootwarden.model.facts import FACTS
from rootwarden.model.plan import Risk
from rootwarden.model.remedy import RegisteredRemedy
from rootwarden.model.write import Write
from rootwarden.model.writes import WRITES
from rootwarden.report.control_facts import actions
from rootwarden.report.prose import paragraphs
from rootwarden.report.remedy_index import default_of
from rootwarden.report.wrapping import wrapped

_INDENT, _FURTHER = "  ", "    "
RISKS = {
    Risk.SAFE: "safe: nothing that anybody uses is touched",
    Risk.CAREFUL: "careful: something that is used may be touched, look first",
    Risk.DANGEROUS: "dangerous: what may be in use is gone for good; announced, guarded, tried in one account first",
}
BY_HAND = "a person does it; the plan names the steps"


def explain(one: RegisteredRemedy, controls: Sequence[Registered], width: int = 80) -> str:
    """Return what it does, what it answers, its risk, what it reads, the calls it may make, and its settings.

    No line is longer than `width`, commands and names of calls excepted.
    """
    remedy = one.remedy
    why = [line for part in paragraphs(one.why) for line in ("", *wrapped(part, width, _INDENT))][1:]
    calls = [line for name in remedy.calls for line in _call(WRITES[name], width)]
    settings = [f"{_INDENT}{name}: {default_of(one, name).replace('`', '')}" for name in remedy.params]
    tried = "in the lab only" if remedy.verified == "no" else f"on AWS, {remedy.verified}"
    sections = (
        ("", [one.slug, *wrapped(f"{remedy.title}.", width)]),
        ("WHAT IT DOES", why),
        ("WHAT IT ANSWERS", [*_answers(one, controls, width)]),
        ("RISK", [line for risk in remedy.risks for line in wrapped(RISKS[risk], width, _INDENT, _FURTHER)]
                 or [_INDENT + BY_HAND]),
        ("WHAT IT READS", [_INDENT + name for name in _reads(one, controls)]),
        ("PERMISSIONS TO READ", [_INDENT + name for name in actions(_reads(one, controls))]),
        ("CALLS IT MAY MAKE, to do it and to take it back, and what each needs", calls),
        (f"SETTINGS, under [remedies.{one.slug}] of rootwarden.toml", settings),
        ("PLAN IT", [f"{_INDENT}$ rootwarden plan --only {one.slug} -o plan.json"]),
        ("", [f"Tried {tried}."]),
    )  # fmt: skip
    return "\n\n".join("\n".join([title, *lines] if title else lines) for title, lines in sections if lines)


def _call(row: Write, width: int) -> Iterator[str]:
    """Say what a call needs: always, and where it sets something that AWS asks more for."""
    always = (row.action, *(one.action for one in row.also if not one.given))
    yield from wrapped(f"{row.call}  ({', '.join(always)})", width, _INDENT, _FURTHER)
    more: dict[str, list[str]] = {}
    for one in row.also:
        if one.given:
            more.setdefault(one.given, []).append(one.action)
    for given, needed in more.items():
        yield from wrapped(f"with {given} also {', '.join(needed)}", width, _FURTHER, _FURTHER * 2)


def mended_by(one: RegisteredRemedy, controls: Sequence[Registered]) -> list[Registered]:
    """Return the controls whose findings a remedy answers."""
    return [entry for entry in controls if entry.control.remedy == one.slug]


def _answers(one: RegisteredRemedy, controls: Sequence[Registered], width: int) -> Iterator[str]:
    for entry in mended_by(one, controls):
        yield from wrapped(f"{entry.control.code}  {entry.control.question}", width, _INDENT, _FURTHER)
    if one.propose is not None:
        asked = f"Planned where rootwarden.toml has a section [remedies.{one.slug}], or `--only {one.slug}` names it"
        none = "No control asks for it. " if not mended_by(one, controls) else ""
        yield from wrapped(f"{none}{asked}.", width, _INDENT, _FURTHER)


def _reads(one: RegisteredRemedy, controls: Sequence[Registered]) -> list[str]:
    """Return the facts that it rests on, and those that its controls judge by."""
    judged = (name for entry in mended_by(one, controls) for name in entry.control.fact_names)
    return [name for name in dict.fromkeys((*one.remedy.facts, *judged)) if name in FACTS]
