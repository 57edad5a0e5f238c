"""Who but root can change a topic's or a key's policy once it is written: nothing may be left that only root can mend.

Only those count through whom somebody can come into the account.
A topic can be changed by whoever IAM lets, unless its own policy denies it; a key only by whom its policy lets, itself
or by leaving it to IAM through the account's principal (KMS Developer Guide, "Default key policy").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from rootwarden.model.view import View
from rootwarden.proofs.iam_directory import Directory
from rootwarden.proofs.iam_users import account_role, account_users
from rootwarden.proofs.policy_decision import Effect, Request, decide
from rootwarden.proofs.policy_principals import identity
from rootwarden.proofs.user_power import known_of_role, known_of_user
from rootwarden.proofs.ways_in import comers

TOPIC_CHANGE, KEY_CHANGE = "sns:SetTopicAttributes", "kms:PutKeyPolicy"


class Admin(Struct, frozen=True, gc=False):
    """Somebody who has all of IAM's power in an account: as people call them, and their ARN."""

    name: str
    arn: str


def administrators(seen: View) -> list[Admin]:
    """Return the users and roles as which somebody surely comes in as an administrator, users first, by their names.

    Raises:
        UnseenError: the authorization details or the credential report could not be read.
    """
    found = sorted(_users(seen), key=lambda one: one.name) + sorted(_roles(seen), key=lambda one: one.name)
    come = comers(seen) if found else frozenset()
    return [one for one in found if one.arn in come]


def changer(policy: Mapping[str, Any], action: str, resource: str, admins: list[Admin]) -> str:
    """Return the first administrator who surely can change a policy by this action, "" if none can."""
    return next((one.name for one in admins if _can(policy, action, resource, one)), "")


def _can(policy: Mapping[str, Any], action: str, resource: str, admin: Admin) -> bool:
    found = decide(policy, Request(action, resource, identity(admin.arn)))
    if action == KEY_CHANGE:
        return found.allowed is True
    return Effect.DENY not in (found.effect, *found.possible)


def _users(seen: View) -> Iterator[Admin]:
    directory = seen.once(Directory)
    for user in account_users(seen):
        if not user.name or directory.surely_powerless(user.raw, "UserPolicyList", groups=True):
            continue
        _, power = directory.of_user_with_power(user.raw, user.path, known_of_user(user, directory.place))
        if power.answer.value and not power.restrained:
            yield Admin(f"user {user.name}", user.arn)


def _roles(seen: View) -> Iterator[Admin]:
    directory = seen.once(Directory)
    for number, raw in directory.powerful_roles():
        role = account_role(raw, number, seen.about())
        if not role.name:
            continue
        power = directory.power(directory.of_role(role.raw, role.path), known_of_role(role.arn, directory.place))
        if power.answer.value and not power.restrained:
            yield Admin(f"role {role.name}", role.arn)
