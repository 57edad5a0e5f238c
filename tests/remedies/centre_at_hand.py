"""A directory of Identity Center as it reads, and people planned on it: no lab, no calls."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from rootwarden.people.centre import Centre, plan_people_there
from rootwarden.people.centre_leaving import see_off_there
from rootwarden.people.ground import IDENTITY, Ground
from rootwarden.people.roster import Roster
from tests.remedies.people_at_work import ACCOUNT, MANAGEMENT, person

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ADMIN = {"Name": "AdministratorAccess", "Arn": "arn:aws:iam::aws:policy/AdministratorAccess"}
MARK = "rootwarden:company"
SSO = f"arn:aws:sts::{MANAGEMENT}:assumed-role/AWSReservedSSO_admins_0123456789abcdef/"


def user(name: str, *groups: str, kind: str = MARK) -> dict[str, Any]:
    """Return a user as the directory reads."""
    return {"UserId": f"u-{name}", "UserName": name, "UserType": kind, "Groups": list(groups), "Memberships": {}}


def given(who: str, kind: str = "GROUP", account: str = ACCOUNT) -> dict[str, str]:
    """Return an assignment."""
    return {"AccountId": account, "PrincipalType": kind, "PrincipalId": who}


def directory(*users: dict[str, Any], direct: tuple[dict[str, str], ...] = ()) -> dict[str, Any]:
    """Return a directory in which the group admins administers the account, and others develop there."""
    alone = [(one["PrincipalId"], f"admins in {one['AccountId']}") for one in direct]
    return {
        "InstanceArn": "arn:aws:sso:::instance/ssoins-1", "IdentityStoreId": "d-1", "Region": "us-east-1",
        "groups": [{"GroupId": f"g-{name}", "DisplayName": name} for name in ("admins", "developers")],
        "users": [one | {"Direct": sorted(what for who, what in alone if who == one["UserId"])} for one in users],
        "sets": [
            {"Name": "admins", "PermissionSetArn": "arn:set-a", "ManagedPolicies": [ADMIN], "InlinePolicy": None,
             "assignments": [given("g-admins"), *direct]},
            {"Name": "developers", "PermissionSetArn": "arn:set-d", "ManagedPolicies": [], "InlinePolicy": None,
             "assignments": [given("g-developers")]},
        ],
    }  # fmt: skip


def planned(
    found: dict[str, Any], wanted: Roster, *, arn: str = f"{SSO}somebody", now: datetime = NOW,
    confirmed: int | None = None,
) -> Ground:  # fmt: skip
    """Plan people on this directory."""
    ground = Ground(wanted, ACCOUNT, "aws", now, {IDENTITY: {"Arn": arn}}, lambda _: pytest.fail("looked"))
    centre = Centre(ground, MANAGEMENT, copy.deepcopy(found))
    see_off_there(centre, plan_people_there(centre), confirmed)
    return ground


STAFF = [user(f"p{n}", "developers") for n in range(12)]
NAMED = [person(f"p{n}") for n in range(12)]
