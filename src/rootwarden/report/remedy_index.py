"""The list of remedies for the documentation: what each mends, what it may be told, and where it was tried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rootwarden.model.control import Registered
from rootwarden.model.remedy import RegisteredRemedy


def index(remedies: Sequence[RegisteredRemedy], controls: Sequence[Registered]) -> str:
    """Return the page as Markdown."""
    return "\n".join(_lines(remedies, controls)).rstrip("\n") + "\n"


def _lines(remedies: Sequence[RegisteredRemedy], controls: Sequence[Registered]) -> Iterator[str]:
    yield "# Remedies"
    yield ""
    yield (
        f"{len(remedies)} deeds that `rootwarden plan` may propose, in the order in which they are done in an account; "
        "[fixing.md](fixing.md) tells how. Settings stand in `rootwarden.toml` under `[remedies.<name>]`."
    )
    for one in remedies:
        yield ""
        yield f"## {one.slug}"
        yield ""
        yield f"{one.remedy.title}. {_mends(one, controls)}"
        yield ""
        yield one.why
        yield ""
        if one.remedy.params:
            yield "| setting | default |"
            yield "|---|---|"
            yield from (f"| `{name}` | {default_of(one, name)} |" for name in one.remedy.params)
            yield ""
        yield from _made(one)
        tried = "in the lab only" if one.remedy.verified == "no" else f"on AWS, {one.remedy.verified}"
        yield f"Tried {tried}."


def _made(one: RegisteredRemedy) -> Iterator[str]:
    """Go through its risk and the calls that it may make."""
    if not one.remedy.calls:
        return
    risk = " or ".join(one.remedy.risks)
    calls = ", ".join(f"`{name}`" for name in one.remedy.calls)
    yield f"Risk: {risk}. Calls that it may make, those that take it back among them: {calls}."
    yield ""


def _mends(one: RegisteredRemedy, controls: Iterable[Registered]) -> str:
    mended = [
        f"[{entry.control.code}](controls/{entry.slug}.md)" for entry in controls if entry.control.remedy == one.slug
    ]
    if not mended:
        return "No control asks for it: planned where `rootwarden.toml` has a section for it, or `--only` names it."
    return f"Mends {', '.join(mended)}."


def default_of(one: RegisteredRemedy, name: str) -> str:
    """Return the default of a setting, in words where there is none; values stand between backticks."""
    value = one.remedy.params[name]
    match value:
        case "":
            return "none" if name in one.remedy.optional else "none; has to be set"
        case bool():
            return f"`{str(value).lower()}`"
        case tuple():
            return f"`{list(value)}`" if value else "none"
        case _:
            return f"`{value}`"
