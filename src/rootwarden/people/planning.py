"""From a roster to changes: first what everybody stands on, then who comes and moves, last who goes."""

from __future__ import annotations

from rootwarden.model.readings import UnseenError
from rootwarden.people.foundation import Foundation, lay
from rootwarden.people.ground import Ground, tag_of
from rootwarden.people.joining import join
from rootwarden.people.leaving import see_off
from rootwarden.people.moving import adopt, bring_up
from rootwarden.people.roster import MANAGED, Person


def plan_users(ground: Ground, *, adopting: bool = False, confirmed: int | None = None) -> None:
    """Plan IAM users for the roster on this ground. Planned again once all is made, there is nothing to do.

    `adopting` takes over users that were there before, `confirmed` is how many may be disabled.

    Raises:
        UnseenError: users, groups or policies could not be read.
        RefusedError: too many would be disabled, or the boundary would shut new people out.
    """
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
    see_off(ground, confirmed)


def _one(ground: Ground, foundation: Foundation, person: Person, *, adopting: bool) -> None:
    user = ground.user(person.user)
    if user is None:
        join(ground, foundation, person)
    elif tag_of(user, MANAGED) != ground.roster.roster:
        adopt(ground, person, user, wanted=adopting)
    else:
        bring_up(ground, foundation, person, user)
