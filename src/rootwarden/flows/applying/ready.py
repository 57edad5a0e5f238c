"""Which changes of a plan are left to make: looked at before anybody is asked, and a last time once they answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from rootwarden.aws.hands import ENTERING, NO_WAY_IN, Hands, WriteError
from rootwarden.aws.root_window import change_window
from rootwarden.errors import AuthError, RefusedError
from rootwarden.flows.applying import guards
from rootwarden.flows.applying.looking import Looked, Seen, Standing, again, look, standings, unseen
from rootwarden.flows.applying.owning import owners
from rootwarden.flows.applying.request import ApplyRequest, Tell
from rootwarden.model.plan import Change, Plan
from rootwarden.model.ports import Clock
from rootwarden.model.run import Progress


def allowed(
    found: list[Seen], seen: Looked, request: ApplyRequest, hands: Hands, clock: Clock, tell: Tell
) -> list[Seen]:  # fmt: skip
    """Return where every change stands, those of what somebody else looks after marked; what is left may be made.

    Raises:
        RefusedError: nobody can tell whose a resource is, the caller would be shut out, or a guard refuses.
        AuthError: an account cannot be entered.
    """
    found = _not_others(found, hands, request)
    changes = to_make(found)
    _nobody_shut_out(changes, hands)
    guards.see_to(changes, seen, request, hands.looker, clock.now(), tell)
    return found


def look_again(
    plan: Plan, progress: Progress, known: Sequence[Seen], request: ApplyRequest, hands: Hands, clock: Clock, tell: Tell
) -> list[Seen]:
    """Look a last time, after a person has agreed to what was `known` then, and tell of root sessions.

    Raises:
        RefusedError: the plan is stale by now, a guard refuses, something else would be made than what was agreed to,
            or nobody expects the root sessions.
        AuthError, UnreachableError: what a change rests on cannot be read, or an account cannot be entered.
    """
    found, seen = ready(plan, request, progress)
    found = allowed(found, seen, request, hands, clock, tell)
    agreed = {one.id for one in to_make(known)}
    for one in found:
        if one.standing is Standing.OWNED and one.change.id in agreed:
            raise _meanwhile(one.change, f"{one.owner} looks after it")
    _no_more_than(found, agreed)
    _foretell(to_make(found), request, hands, clock)
    return found


def held_still(plan: Plan, progress: Progress, known: Sequence[Seen], request: ApplyRequest) -> list[Seen]:
    """Return where every change stands once the run is held, so that no other run changes its accounts any more.

    Raises:
        RefusedError: the plan is stale by now, or something else would be made than what was `known` before.
        AuthError, UnreachableError: what a change rests on cannot be read.
    """
    found, _ = ready(plan, request, progress)
    owned = {one.change.id: one for one in known if one.standing is Standing.OWNED}
    found = [owned.get(one.change.id, one) for one in found]
    _no_more_than(found, {one.id for one in to_make(known)})
    return found


def _no_more_than(found: Iterable[Seen], agreed: set[str]) -> None:
    for change in to_make(found):
        if change.id not in agreed:
            raise _meanwhile(change, "it was made already, and is not any more")


def to_make(found: Iterable[Seen]) -> tuple[Change, ...]:
    """Return the changes of which a call is left to make."""
    waiting = (Standing.READY, Standing.UNDER_WAY)
    return tuple(one.change for one in found if one.standing in waiting and not one.whole)


def ready(plan: Plan, request: ApplyRequest, progress: Progress) -> tuple[list[Seen], Looked]:
    """Return where every change stands, and what was seen.

    Raises:
        RefusedError: the plan is stale: what one of them rests on has changed.
        AuthError, UnreachableError: what one of them rests on cannot be read.
    """
    facts, controls = guards.needs(plan.changes)
    seen = look(request, plan.changes, facts=facts, controls=controls) if plan.accounts else Looked({}, {})
    found = standings(plan.changes, seen.facts, progress)
    stale = [one for one in found if one.standing is Standing.STALE]
    if stale:
        others = f" (and {len(stale) - 1} more)" if len(stale) > 1 else ""
        raise RefusedError(
            f"the plan is stale: {stale[0].change.title} in account {stale[0].change.account}{others}",
            why=str(stale[0].found[0]),
            todo=again(plan.changes),
        )
    for one in found:
        if one.standing is Standing.UNREAD:
            raise unseen(one.change, next(amiss for amiss in one.found if amiss.unread is not None))
    return found, seen


def _foretell(changes: Sequence[Change], request: ApplyRequest, hands: Hands, clock: Clock) -> None:
    """Say which root sessions are about to be opened, before the first of them.

    Raises:
        RefusedError: a watch is configured, and does not expect them.
    """
    for task in sorted({one.as_root for one in changes if one.as_root}):
        mine = [one.account for one in changes if one.as_root == task]
        seconds = request.reading.timeout
        window = change_window(hands.rooter, hands.opened.arn, {*mine}, clock.now(), seconds, task)
        if request.announce is not None:
            request.announce(window)


def same_place(plan: Plan, hands: Hands) -> None:
    """See that the plan was made for where it is applied.

    Raises:
        RefusedError: the credentials belong to another account than those that it was planned with.
    """
    account, partition = hands.opened.account, hands.opened.ask.partition
    if (plan.caller or account, plan.partition) != (account, partition):
        raise RefusedError(
            f"the plan was made from account {plan.caller} ({plan.partition})",
            why=f"these credentials belong to account {account} ({partition})",
            todo="use the credentials it was planned with, or make a new plan",
        )


def _not_others(found: list[Seen], hands: Hands, request: ApplyRequest) -> list[Seen]:
    """Mark the changes of what somebody else looks after.

    Raises:
        AuthError: an account cannot be entered.
        RefusedError: nobody can tell whose a resource is.
    """
    untouched = [one.change for one in found if one.standing is Standing.READY]
    try:
        owned = owners(hands, untouched, request.states)
    except WriteError as error:
        why = f"{error.message or error.why} ({error.call})"
        if error.call == ENTERING:
            raise AuthError("an account cannot be entered", why=why, todo=NO_WAY_IN) from error
        raise RefusedError(
            "it cannot be told who looks after what would be changed", why=why,
            todo="see `rootwarden iam-policy plan.json` for the permissions that are needed",
        ) from error  # fmt: skip
    return [
        replace(one, standing=Standing.OWNED, owner=owned[one.change.id]) if one.change.id in owned else one
        for one in found
    ]


def _nobody_shut_out(changes: Iterable[Change], hands: Hands) -> None:
    """See that nobody applies what would shut them out themselves.

    Raises:
        RefusedError: the caller is one of those who must not make a change.
    """
    for change in changes:
        if any(change.shuts_out(one) for one in (hands.opened.arn, hands.opened.first_arn)):
            raise RefusedError(
                f"{change.title}: that is who asks",
                why=f"the credentials belong to {hands.opened.arn}",
                todo="have somebody else apply the plan",
            )


def _meanwhile(change: Change, why: str) -> RefusedError:
    return RefusedError(
        f"what was agreed to has changed meanwhile: {change.title} in account {change.account}", why=why,
        todo="try again: it is looked anew, and shown",
    )  # fmt: skip
