"""What a plan is about: controls and remedies by name, those left out, and what other remedies have to do first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from msgspec import Struct
from msgspec.structs import replace

from rootwarden import catalogue
from rootwarden.catalogue.remedying import remedies
from rootwarden.errors import UsageError
from rootwarden.flows.planning import PlanRequest, make_plan
from rootwarden.model.control import Registered
from rootwarden.model.facts import FACTS, Scope
from rootwarden.model.plan import Change, Left, Plan
from rootwarden.model.untouched import Untouched
from rootwarden.store.snapshots import OpenSnapshot


class Choice(Struct, frozen=True):
    """The controls to judge, the remedies wished for, and those that were named to answer findings (by slug).

    `left_out` says of what was named why it is not looked at.
    """

    controls: tuple[Registered, ...]
    wishes: tuple[str, ...]
    named: tuple[str, ...] = ()
    left_out: tuple[Untouched, ...] = ()


def choice_of(only: Iterable[str], skip: Iterable[str], configured: Iterable[str]) -> Choice:
    """Return what `only` names (all controls, and the `configured` remedies, when empty) without what `skip` names.

    A remedy stands for the controls whose findings it answers.

    Raises:
        UsageError: a name is unknown, or nothing is left.
    """
    controls, answers = _sorted_out(only)
    no_controls, no_answers = _sorted_out(skip)
    everything = not controls and not answers
    judged = tuple(
        one
        for one in catalogue.controls()
        if (everything or one.slug in controls or one.control.remedy in answers)
        and one.slug not in no_controls
        and one.control.remedy not in no_answers
    )
    wishes = tuple(one for one in (configured if everything else answers) if one in remedies().keys() - no_answers)
    if not judged and not wishes:
        todo = "loosen --only or --skip"
        raise UsageError("nothing is left to plan", why="--skip names all that --only names", todo=todo)
    return Choice(
        judged, wishes, tuple(one.control.remedy for one in judged if one.control.remedy in answers),
        tuple(_left_out(controls, answers, no_controls, no_answers)),
    )  # fmt: skip


def _left_out(
    controls: frozenset[str], answers: Iterable[str], no_controls: frozenset[str], no_answers: Iterable[str]
) -> Iterator[Untouched]:
    """Go through what is both named and skipped, by itself or by what it answers, in words."""
    for one in catalogue.controls():
        if one.slug in controls and one.slug in no_controls:
            yield Untouched(about=one.control.code, why="--skip leaves it out")
        elif one.slug in controls and one.control.remedy in no_answers:
            yield Untouched(about=one.control.code, why=f"--skip leaves out {one.control.remedy}, which answers it")
    for slug in answers:
        asking = [one for one in catalogue.controls() if one.control.remedy == slug]
        skipped = [one.control.code for one in asking if one.slug in no_controls]
        if slug in no_answers:
            yield Untouched(about=slug, why="--skip leaves it out")
        elif skipped:
            yield Untouched(about=slug, why=f"it answers {' and '.join(skipped)}, which --skip leaves out")


def plan_chosen(snapshot: OpenSnapshot, request: PlanRequest, named: Iterable[str]) -> Plan:
    """Plan, and say of the remedies that were named what they could do only after others that were not.

    Raises:
        InputError: the file is damaged; names the line.
    """
    plan, named = make_plan(snapshot, request), frozenset(named)
    if not named or request.judging.controls == catalogue.controls():
        return plan
    judging = replace(request.judging, controls=catalogue.controls())
    whole = make_plan(snapshot, replace(request, judging=judging))
    made = {one.id for one in plan.changes}
    later = [one for one in whole.changes if one.control and one.remedy in named and one.id not in made]
    first = {one.fingerprint: _later(one, whole) for one in later}
    # What is left for a reason of its own keeps it, and what is said to do becomes what this program can do.
    left = [replace(one, todo=first[one.fingerprint].todo) if one.fingerprint in first else one for one in plan.left]
    new = first.keys() - {one.fingerprint for one in plan.left}
    return replace(plan, left=(*left, *(one for fingerprint, one in first.items() if fingerprint in new)))


def _later(change: Change, whole: Plan) -> Left:
    """Return what comes first: earlier changes, of its account or the organization, to facts that it rests on."""
    control = catalogue.find(change.control)
    read = {*control.control.fact_names, *remedies()[change.remedy].remedy.facts}
    facts = read | {one.fact for one in change.expects}
    first: dict[str, None] = {}
    for one in whole.changes[: whole.changes.index(change)]:
        touched = [
            each.fact for each in one.then if FACTS[each.fact].scope is Scope.ORG or one.account == change.account
        ]
        if one.remedy != change.remedy and facts.intersection(touched):
            first[one.remedy] = None
    together = ",".join((*first, change.remedy))
    return Left(
        control=change.control, title=control.control.title, severity=change.severity, account=change.account,
        region=change.region, resource=change.resource, fingerprint="",
        why=f"it comes up only after changes of {' and '.join(first) or 'other remedies'}",
        todo=f"plan them together, with `--only {together}`" if first else "plan without --only",
    )  # fmt: skip


def _sorted_out(names: Iterable[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the slugs of the controls among the names, and the remedies among them, each once."""
    known = remedies().keys() | {one.control.remedy for one in catalogue.controls()}
    given = {one.lower(): one for one in names}
    controls = frozenset(_control(given[one], known) for one in given if one not in known)
    return controls, tuple(one for one in given if one in known)


def _control(name: str, answers: Iterable[str]) -> str:
    try:
        return catalogue.find(name).slug
    except UsageError as error:
        close = get_close_matches(name, answers, n=1, cutoff=0.75)
        raise UsageError(
            f"no control or remedy is called {name!r}",
            why=f"did you mean {close[0]}?" if close else error.why,
            todo="list them with `rootwarden controls` and `rootwarden controls --remedies`",
        ) from error
