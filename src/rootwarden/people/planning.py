"""From a roster to changes: first what everybody stands on, then who comes and moves, last who goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError, unknown_in
from rootwarden.people.centre import Centre, has_centre, must_be_read, plan_people_there
from rootwarden.people.centre_leaving import see_off_there
from rootwarden.people.foundation import Foundation, lay
from rootwarden.people.ground import Ground, is_disabled, tag_of
from rootwarden.people.jobs import plan_jobs
from rootwarden.people.joining import join
from rootwarden.people.leaving import see_off
from rootwarden.people.moving import adopt, bring_up
from rootwarden.people.named_policies import check_policies
from rootwarden.people.roster import MANAGED, Person


class Asked(Struct, frozen=True, kw_only=True):
    """How a roster is to be planned: IAM users even where there is Identity Center, users of before taken over, and
    how many may be disabled or deleted where they are many. `file` is the roster's, for messages."""

    iam: bool = False
    adopting: bool = False
    confirmed: int | None = None
    file: str = "the roster"


def plan_people(ground: Ground, organization: Mapping[str, Any], home: str, asked: Asked) -> None:
    """Plan for the roster on this ground. Planned again once all is made, there is nothing to do.

    `organization` are the facts of the organization, `home` is the account from which Identity Center is changed.

    Raises:
        InputError: the roster names a policy that is not there.
        UnseenError: users, groups or policies could not be read.
        RefusedError: too many would be disabled, or the boundary would shut new people out.
    """
    instances = organization.get("sso.instances")
    at_centre = has_centre(instances) and not asked.iam
    check_policies(ground, asked.file, centre=at_centre)
    if at_centre:
        centre = Centre(ground, home, must_be_read(organization.get("sso.directory")))
        plan_jobs(centre)
        see_off_there(centre, plan_people_there(centre), asked.confirmed)
        _iam_users_left(ground)
        return
    if isinstance(organization.get("org.organization"), dict) and not isinstance(instances, list) and not asked.iam:
        why = unknown_in(instances) or Unknown("not_collected")
        ground.leave(
            "IAM Identity Center",
            f"could not tell whether the organization has it: {why}",
            "plan from the management account: where it is there, people belong there",
        )
    _users(ground, adopting=asked.adopting)
    see_off(ground, asked.confirmed)


def _iam_users_left(ground: Ground) -> None:
    """Say who still has an IAM user of the roster: another way in beside Identity Center."""
    for user in ground.managed():
        if not is_disabled(user):
            ground.leave(
                f"user {user['UserName']}", "it is an IAM user, beside Identity Center",
                "once the person works there, take them off with `rootwarden users plan --iam`",
                resource=str(user.get("Arn") or ""),
            )  # fmt: skip


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
