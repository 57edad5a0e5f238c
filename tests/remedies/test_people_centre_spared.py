"""Who is spared in Identity Center: break-glass users, whoever asks, and all users that the roster did not make."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from msgspec.structs import replace

from rootwarden.flows.applying.guards.break_glass_by_centre import GUARD as LEFT_ALONE
from rootwarden.flows.applying.guards.guard import Guard, Guarded
from rootwarden.flows.applying.looking import Looked
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.flows.collect import CollectRequest
from rootwarden.model.plan import Call, Change, Step
from rootwarden.model.readings import Unknown
from rootwarden.proofs.centre_people import FACT
from tests.remedies.centre_at_hand import MARK, NAMED, NOW, SSO, STAFF, directory, given, planned, user
from tests.remedies.people_at_work import MANAGEMENT, person, roster


@pytest.mark.parametrize("written", ["vault-key", "Vault-Key"])
def test_a_break_glass_user_is_neither_shut_out_nor_deleted(written: str) -> None:
    """In whatever case the roster writes it, and also where somebody marked it as one who left long ago."""
    wanted = roster(*NAMED, top=f"break_glass: [{written}]")
    for found, why in (
        (user("vault-key", "developers"), "it is not disabled: it is a break-glass user"),
        (user("vault-key", kind=f"{MARK}:left:2026-01-01"), "it is not deleted: it is a break-glass user"),
    ):
        ground = planned(directory(*STAFF, found), wanted)
        assert (ground.changes, [(one.title, one.why) for one in ground.left]) == ([], [("leaver vault-key", why)])
    recent = planned(directory(*STAFF, user("vault-key", kind=f"{MARK}:left:2026-11-20")), wanted)
    assert (recent.changes, recent.left) == ([], [])


def test_who_asks_is_not_deleted() -> None:
    """Marked long ago, and signed in all the same."""
    found = directory(*STAFF, user("dana", kind=f"{MARK}:left:2026-01-01"))
    ground = planned(found, roster(*NAMED), arn=f"{SSO}dana")
    assert (ground.changes, ground.left[0].why) == ([], "it is not deleted: it is who asks")


def test_who_is_called_break_glass_loses_no_group() -> None:
    """A roster that names such a user as a person moves it in, not out; the guard would stop all of the plan."""
    found = directory(*STAFF, user("emergency-desk", "developers"))
    ground = planned(found, roster(*NAMED, person("emergency-desk", "support")))
    assert (ground.changes, [one.title for one in ground.left]) == ([], ["user emergency-desk"])
    assert "it is a break-glass user, and would lose developers" in ground.left[0].why


def refused_by(guard: Guard, changes: tuple[Change, ...], now: Any, **named: tuple[str, ...]) -> list[str]:
    """Return what a guard has against changes where Identity Center reads so now."""
    remedies = {slug.replace("_", "-"): {"break_glass": names} for slug, names in named.items()}
    request = ApplyRequest(reading=CollectRequest(), store="", remedies=remedies)
    seen = Looked({MANAGEMENT: {FACT: now}}, {})
    return [
        f"{one.what}: {one.why}"
        for one in guard.check(
            Guarded(changes=changes, seen=seen, request=request, enter=lambda *_: pytest.fail("entered"), now=NOW)
        )
    ]


def test_the_guard_knows_break_glass_users_by_what_is_read_now() -> None:
    """The roster's, the configuration's and those called so, by id: a user that is called otherwise since counts."""
    found = directory(
        *STAFF, user("dana", "developers"), user("erik", kind=f"{MARK}:left:2026-01-01"),
        user("boss", "admins", kind="x"), direct=(given("u-dana", "USER"),),
    )  # fmt: skip
    changes = tuple(planned(found, roster(*NAMED, top="break_glass: [Vault]"), confirmed=2).changes)
    assert [one.title for one in changes] == ["Take all access from dana", "Delete the user erik"]
    assert all(one.spares == ("Vault",) for one in changes)
    assert all(map(LEFT_ALONE.about, changes))
    assert LEFT_ALONE.facts == (FACT,)
    assert refused_by(LEFT_ALONE, changes, found) == []
    for change in changes:
        now = copy.deepcopy(found)
        (one,) = (one for one in now["users"] if one["UserId"] == f"u-{change.resource}")
        one["UserName"] = "VAULT"
        (why,) = refused_by(LEFT_ALONE, (change,), now)
        assert "VAULT is a break-glass user: the roster names it so" in why
        one["UserName"] = "break-glass-2"
        assert "its name says so" in refused_by(LEFT_ALONE, (change,), now)[0]
    by_configuration = refused_by(LEFT_ALONE, changes, found, require_user_mfa=("ERIK",))
    assert ["erik is a break-glass user: the configuration names it so" in one for one in by_configuration] == [True]
    for unread in (Unknown("AccessDenied").mark(), {**found, "users": Unknown("AccessDenied").mark()}, None):
        assert "nobody can tell" in refused_by(LEFT_ALONE, changes, unread)[0]


def test_a_membership_is_known_by_its_id() -> None:
    """A plan that names the membership and not the user is looked at as well; one of nobody takes from nobody."""
    found = directory(*STAFF, user("vault", "admins"))
    found["users"][-1]["Memberships"] = {"admins": "m-1"}
    (change,) = planned(directory(*STAFF, user("dana", "developers")), roster(*NAMED), confirmed=1).changes
    for membership, refusals in (("m-1", 1), ("m-2", 0)):
        call = Call(service="identitystore", operation="DeleteGroupMembership", parameters={"MembershipId": membership})
        step = Step(id="one", does="Take it out", call=call)
        assert len(refused_by(LEFT_ALONE, (replace(change, steps=(step,), spares=("vault",)),), found)) == refusals


@pytest.mark.parametrize(
    "kind", [None, "", "Employee", "rootwarden:other", f"{MARK}x", f"{MARK}:left:", "rootwarden:other:left:2026-01-01"]
)
def test_who_was_not_made_by_the_roster_is_never_changed(kind: str | None) -> None:
    """Nor one whose mark an outside identity provider wrote over: named or not, with access or without."""
    theirs = user("dana", "developers") | {"UserType": kind}
    idle = user("erik") | {"UserType": kind}
    found = directory(*STAFF, theirs, idle, direct=(given("u-dana", "USER"),))
    assert planned(found, roster(*NAMED)).changes == []
    ground = planned(found, roster(*NAMED, person("dana", "support"), person("erik")))
    assert (ground.changes, [one.title for one in ground.left]) == ([], ["user dana", "user erik"])
    assert all("before the roster" in one.why for one in ground.left)
