"""Which keys may be switched off: unused for long, and nobody's whom it would hurt."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.readings import UnseenError
from rootwarden.model.shared import Shared
from rootwarden.model.snapshot import Facts
from rootwarden.model.view import Subject, View
from rootwarden.proofs.unused_credentials import Limits, Spared, Unused, unused_credentials
from tests.controls.iam_facts import ADMINISTRATOR, account, role, row, user
from tests.controls.judged import ACCOUNT, NOW, unread

CALLER = f"arn:aws:sts::{ACCOUNT}:assumed-role/RootwardenAudit/somebody"
FROM_OUTSIDE = role("admins", {"AWS": "arn:aws:iam::999988887777:root"}, ADMINISTRATOR)


def ago(days: float) -> str:
    """Return an instant as the report writes it."""
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def key(used: float | None, made: float = 400, number: int = 1, **more: Any) -> dict[str, Any]:
    """Return the cells of an active key; `used` and `made` in days ago."""
    name = f"access_key_{number}"
    return {
        f"{name}_active": "true",
        f"{name}_last_rotated": ago(made),
        f"{name}_last_used_date": "N/A" if used is None else ago(used),
    } | more


def found(
    *rows: Any, users: Any = (), roles: Any = (FROM_OUTSIDE,), caller: str = CALLER, limits: Limits | None = None,
    **facts: Any,
) -> tuple[list[Unused], list[Spared]]:  # fmt: skip
    """Look at an account made of these."""
    own = account(*rows, users=users, roles=roles) | {"account.identity": {"Account": ACCOUNT, "Arn": caller}}
    own |= {name.replace("__", "."): value for name, value in facts.items()}
    seen = View(Subject(account=ACCOUNT, partition="aws"), Facts(own), Facts({"org.organization": None}), Shared())
    return unused_credentials(seen, limits or Limits(), NOW)


def names(found: tuple[list[Unused], list[Spared]]) -> list[tuple[str, int]]:
    """Return whose which key may be switched off."""
    return [(one.user, one.key) for one in found[0]]


@given(used=st.one_of(st.none(), st.integers(0, 500)), made=st.integers(0, 500), days=st.integers(1, 400))
def test_unused_is_what_the_days_say(used: int | None, made: int, days: int) -> None:
    """By the last use, else by the day it was made; a key younger than its grace never."""
    limits = Limits(days=days, grace=7)
    latest = made if used is None else used
    wanted = made > 7 and latest > days
    assert names(found(row("bob", **key(used, made)), users=[user("bob")], limits=limits)) == (
        [("bob", 1)] if wanted else []
    )


@pytest.mark.parametrize(
    ("made", "beside", "wanted"), [(8, "true", 1), (7, "true", 0), (8, "false", 0), (46, "false", 1)]
)
def test_a_key_never_used_beside_a_password(made: int, beside: str, wanted: int) -> None:
    """It was made with the user and never needed: after its grace it is unused. Without a password it has its days."""
    rows = row("bob", password=beside, password_last_used=ago(1), **key(None, made))
    assert len(found(rows, users=[user("bob")])[0]) == wanted


def test_each_key_for_itself() -> None:
    """One of two may be at work."""
    rows = row("bob", **key(3), **key(100, number=2))
    assert names(found(rows, users=[user("bob")])) == [("bob", 2)]


@pytest.mark.parametrize("cells", [{"access_key_1_last_used_date": "soon"}, {"access_key_1_last_rotated": "N/A"},
                                   {"access_key_1_active": "perhaps"}])  # fmt: skip
def test_what_nobody_can_read_is_not_unused(cells: dict[str, str]) -> None:
    """A cell that is neither a date nor a known silence."""
    assert found(row("bob", **key(100) | cells), users=[user("bob")])[0] == []


@pytest.mark.parametrize(
    ("name", "limits"),
    [("break-glass-1", Limits()), ("Emergency_Admin", Limits()), ("ines", Limits(break_glass=("Ines",)))],
)
def test_break_glass_users_rest_on_purpose(name: str, limits: Limits) -> None:
    """By the setting, and by what they are called."""
    may, spared = found(row(name, **key(300)), users=[user(name)], limits=limits)
    assert may == []
    assert [one.why for one in spared] == ["it is a break-glass user's, which rests on purpose"]


def test_whoever_asks_is_left_alone() -> None:
    """By the ARN that AWS knows the caller by."""
    caller = f"arn:aws:iam::{ACCOUNT}:user/bob"
    may, spared = found(row("bob", **key(300)), users=[user("bob")], caller=caller)
    assert (may, [one.why for one in spared]) == ([], ["it is the user's who asks"])


def test_passwords_are_told_and_not_touched() -> None:
    """They could only be deleted."""
    rows = row("bob", password="true", password_last_used=ago(200), password_last_changed=ago(300))
    may, spared = found(rows, users=[user("bob")])
    assert (may, [(one.unused.key, one.unused.since[:9]) for one in spared]) == ([], [(0, "last used")])


# -- the last way in ---------------------------------------------------------------------------------------------------
ADMIN = user("root-of-all", ADMINISTRATOR)


def test_the_last_administrator_keeps_the_key() -> None:
    """Nobody else comes in: it stays, and the keys of others go."""
    rows = (row("root-of-all", **key(300)), row("bob", **key(300)))
    may, spared = found(*rows, users=[ADMIN, user("bob")], roles=())
    assert [one.user for one in may] == ["bob"]
    assert [(one.unused.user, one.why) for one in spared] == [
        ("root-of-all", "nobody else is known to come in as an administrator")
    ]


def test_a_role_that_is_entered_by_such_a_key_is_no_other_way() -> None:
    """bob is no administrator, but the only one who may become one: his key stays."""
    bob = f"arn:aws:iam::{ACCOUNT}:user/bob"
    inner = role("admins", {"AWS": bob}, ADMINISTRATOR)
    may, spared = found(row("bob", **key(300)), users=[user("bob")], roles=(inner,))
    assert (may, [one.unused.user for one in spared]) == ([], ["bob"])


def test_two_last_administrators_keep_theirs() -> None:
    """Each would be another's way in: switched off together nobody would be left."""
    rows = (row("root-of-all", **key(300)), row("second", **key(300)))
    may, spared = found(*rows, users=[ADMIN, user("second", ADMINISTRATOR)], roles=())
    assert may == []
    assert {one.unused.user for one in spared} == {"root-of-all", "second"}


@pytest.mark.parametrize(
    ("rows", "users", "roles"),
    [
        ((), (), (FROM_OUTSIDE,)),
        ((row("ada", password="true", mfa="true", password_last_used=ago(1)),), (user("ada", ADMINISTRATOR),), ()),
        ((row("ada", **key(1)),), (user("ada", ADMINISTRATOR),), ()),
    ],
)
def test_with_another_way_in_the_key_goes(rows: Any, users: Any, roles: Any) -> None:
    """A role from outside, a password with MFA, or a key that is in use."""
    may, _ = found(row("root-of-all", **key(300)), *rows, users=[ADMIN, *users], roles=roles)
    assert [one.user for one in may] == ["root-of-all"]


@pytest.mark.parametrize("fact", ["iam.credential_report", "iam.authorization", "account.identity"])
def test_what_could_not_be_read_proves_nothing(fact: str) -> None:
    """Without the report, the users' rights or who asks, nothing may be switched off."""
    facts: dict[str, Any] = {fact.replace(".", "__"): unread(fact)}
    with pytest.raises(UnseenError):
        found(row("bob", **key(300)), users=[user("bob")], **facts)


@given(data=st.data())
def test_more_knowledge_of_use_never_adds_a_key(data: st.DataObject) -> None:
    """Whatever was used more lately is switched off no sooner."""
    used, later = sorted((data.draw(st.integers(0, 400)), data.draw(st.integers(0, 400))))
    more, less = (found(row("bob", **key(days)), users=[user("bob")])[0] for days in (later, used))
    assert len(less) <= len(more)
    assert isinstance(NOW, datetime)
