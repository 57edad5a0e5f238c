"""One call of a run as evidence: what was put, where and when, how it ended; secrets and people's own data hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from rootwarden.model.facts import FACTS
from rootwarden.model.past_run import PastRun
from rootwarden.model.plan import Change, Difference
from rootwarden.model.run import Logged, StepState, Way
from rootwarden.report.past_people import HIDDEN

# BEGUN without an end: the answer never came, or the process ended first.
_ENDED = {StepState.BEGUN: "no answer known", StepState.DONE: "done", StepState.FAILED: "failed"}
# Parameters that name or reach a person (Account Management API, AlternateContact and ContactInformation; Identity
# Store API, User), where a call is about people's own data.
_OF_PEOPLE = frozenset((
    "Name", "Title", "FullName", "PhoneNumber", "PhoneNumbers", "AddressLine1", "AddressLine2", "AddressLine3", "City",
    "PostalCode", "DistrictOrCounty", "StateOrRegion", "CompanyName", "WebsiteUrl", "DisplayName", "GivenName",
    "FamilyName", "Formatted", "Addresses", "NickName",
))  # fmt: skip
_ABOUT_PEOPLE = ("account.", "identitystore.")


class CallSaid(Struct, frozen=True, kw_only=True):
    """One call of a run: `way` is "do" or "undo", `answer` what later calls needed of it, `detail` an error or note.

    `parameters` are what was sent, JSON texts as what they say; what AWS gave to an earlier step stands in its place.
    """

    n: int
    way: Way
    change: str
    account: str
    does: str
    call: str
    region: str
    ended: str
    began: datetime
    until: datetime | None
    parameters: dict[str, Any]
    answer: dict[str, Any]
    detail: str


def calls_of(one: PastRun, *, show_pii: bool) -> Iterator[CallSaid]:
    """Go through the calls of a run, in order; addresses and names are hidden with those of the whole run."""
    changes = {change.id: change for change in one.run.plan.changes}
    for line in one.progress.log:
        change = changes[line.change]
        yield _call(line, change, one.progress.kept(change), show_pii=show_pii)


def _call(line: Logged, change: Change, kept: Mapping[str, Any], *, show_pii: bool) -> CallSaid:
    step = next(one for one in change.steps if one.id == line.step)
    call = step.call if line.way is Way.DO else step.undo[line.call]
    sent = _sent(call.parameters, kept)
    if not show_pii and call.name.startswith(_ABOUT_PEOPLE):
        sent = _of_people(sent)
    return CallSaid(
        n=line.n, way=line.way, change=change.id, account=change.account, does=step.does, call=call.name,
        region=call.region, ended=_ENDED[line.state], began=line.began, until=line.ended, parameters=sent,
        answer=line.kept, detail=line.detail,
    )  # fmt: skip


def shows_of(change: Change, *, show_pii: bool) -> tuple[Difference, ...]:
    """Return from what to what a change leads; of people's own data only that something is there."""
    if show_pii or not any(FACTS[name].personal for name in change.facts if name in FACTS):
        return change.shows
    return tuple(Difference(what=one.what, before=_kept_back(one.before), after=_kept_back(one.after))
                 for one in change.shows)  # fmt: skip


def _kept_back(text: str) -> str:
    return text if text in ("", "none", "nobody") else HIDDEN


def _sent(value: Any, kept: Mapping[str, Any]) -> Any:
    """Return a parameter as it was sent, as far as the log tells; no secret is in it."""
    match value:
        case {"$ref": str() as name} if len(value) == 1:
            return kept.get(name, f"(what {name.partition('.')[0]} answered)")
        case {"$secret": str() as name} if len(value) == 1:
            return f"(the secret {name}, kept nowhere)"
        case {"$json": inner} if len(value) == 1:
            return _sent(inner, kept)
        case dict():
            return {name: _sent(item, kept) for name, item in value.items()}
        case list() | tuple():
            return [_sent(item, kept) for item in value]
        case _:
            return value


def _of_people(value: Any) -> Any:
    """Return parameters without what names or reaches a person; e-mail addresses are hidden with all others."""
    match value:
        case dict():
            return {
                name: HIDDEN if name in _OF_PEOPLE and not isinstance(item, dict) else _of_people(item)
                for name, item in value.items()
            }
        case list():
            return [_of_people(item) for item in value]
        case _:
            return value
