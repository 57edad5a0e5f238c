"""From a roster to changes: first what everybody stands on, then who comes and moves, last who goes."""

from __future__ import annotations

from typing import Any

from rootwarden.model.readings import UnseenError
from rootwarden.people.centre import has_centre, plan_centre
from rootwarden.people.foundation import Foundation, lay
from rootwarden.people.ground import Ground, tag_of
from rootwarden.people.joining import join
from rootwarden.people.leaving import see_off
from rootwarden.people.moving import adopt, bring_up
from rootwarden.people.roster import MANAGED, Person


def plan_people(
    ground: Ground, instances: Any, *, iam: bool = False, adopting: bool = False, confirmed: int | None = None
) -> None:
    """Plan for the roster on this ground. Planned again once all is made, there is nothing to do.

    `instances` is the fact sso.instances: where there is one, the plan is of steps in IAM Identity Center, unless `iam`
    asks for IAM users. `adopting` takes over users that were there before, `confirmed` is how many may be disabled.

    Raises:
        UnseenError: users, groups or policies could not be read.
        RefusedError: too many would be disabled, or the boundary would shut new people out.
    """
    if has_centre(instances) and not iam:
        plan_centre(ground, instances)
    else:
        _users(ground, adopting=adopting)
    see_off(ground, confirmed)


def _users(ground: Ground, *, adopting: bool) -> None:
    foundation = lay(ground)
    today = ground.now.date()
    for person in ground.roster.people:
        if not person.gone(today):
            try:
                _one(ground, foundation, person, adopting=adopting)
            except UnseenError as error:
                ground.leave(
                    f"user {person.user}", f"could not tell what to change: {error}", "make it readable, and plan again"
                )


def _one(ground: Ground, foundation: Foundation, person: Person, *, adopting: bool) -> None:
    user = ground.user(person.user)
    if user is None:
        join(ground, foundation, person)
    elif tag_of(user, MANAGED) != ground.roster.roster:
        adopt(ground, person, user, wanted=adopting)
    else:
        bring_up(ground, foundation, person, user)
