"""One owner per user: no tag, a shared name, two users of one owner, a workload with a password, and open questions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.controls.iam_facts import account, row, user
from tests.controls.judged import ACCOUNT, decisive, judge, only, unread

SLUG = "user-has-owner"
UNREAD = unread("iam.authorization")
TAGS = "iam.authorization.users[bob].Tags"


def verdict(bob: Any, *rows: Any, **settings: Any) -> Any:
    return only(SLUG, account(*(rows or (row("bob"),)), users=[bob]), settings=settings)


def tags(**pairs: Any) -> list[dict[str, Any]]:
    """Return tags."""
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


@pytest.mark.parametrize(
    ("bob", "credentials", "status", "reason"),
    [
        (user("bob"), row("bob"), "PASS", ""),
        (user("bob"), row("bob", password="true", keys=1), "PASS", ""),
        (user("bob"), row("bob", keys=2), "PASS", ""),
        (user("bob", owner=None), row("bob"), "FAIL", "no_owner"),
        (user("bob", Tags=None), row("bob"), "FAIL", "no_owner"),
        (user("bob", owner="  "), row("bob"), "FAIL", "no_owner"),
        (user("bob", Tags=tags(team="a")), row("bob"), "FAIL", "no_owner"),
        (user("bob", Tags=tags(Owner="alice")), row("bob"), "PASS", ""),
        (user("bob"), row("bob", password="true", keys=2), "FAIL", "password_and_two_keys"),
        (user("bob", path="/service/"), row("bob", keys=1), "PASS", ""),
        (user("bob", path="/service/"), row("bob", password="true"), "FAIL", "workload_with_password"),
        (user("bob", path="/service/ci/"), row("bob", password="true"), "FAIL", "workload_with_password"),
        (user("bob", path="/services/"), row("bob", password="true"), "PASS", ""),
        (user("bob", Tags=tags(owner="ci", Kind="Workload")), row("bob", password="true"), "FAIL",
         "workload_with_password"),
        (user("bob", Tags=tags(owner="ci", kind="person")), row("bob", password="true"), "PASS", ""),
        (user("bob", owner=None), unread("iam.credential_report"), "FAIL", "no_owner"),
        (user("bob"), row("bob", password="not_supported", keys=2), "UNKNOWN", "report_says_not_supported"),
        (user("bob"), row("ann"), "UNKNOWN", "not_in_report"),
        (user("bob"), unread("iam.credential_report"), "UNKNOWN", "AccessDenied"),
        (user("bob", Tags=UNREAD), row("bob"), "UNKNOWN", "AccessDenied"),
        (user("bob", Tags=[UNREAD]), row("bob"), "UNKNOWN", "AccessDenied"),
        (user("bob", Tags=[{"Key": UNREAD, "Value": "x"}]), row("bob"), "UNKNOWN", "AccessDenied"),
        (user("bob", Tags=[{"Key": UNREAD, "Value": "x"}, *tags(owner="alice")]), row("bob"), "PASS", ""),
        (user("bob", Tags=tags(owner=UNREAD)), row("bob"), "UNKNOWN", "AccessDenied"),
        (user("bob", Tags=tags(owner="a", kind=UNREAD)), row("bob", password="true"), "UNKNOWN", "AccessDenied"),
        (user("bob", Tags=tags(owner="a", kind=UNREAD)), row("bob"), "PASS", ""),
        (user("bob", Path=UNREAD), row("bob", password="true"), "UNKNOWN", "AccessDenied"),
        (user("bob", Path=None), row("bob", password="true"), "UNKNOWN", "field_missing"),
        (user("bob", Tags="x"), row("bob"), "UNKNOWN", None),
        (user("bob", Tags=[7]), row("bob"), "UNKNOWN", None),
    ],
)  # fmt: skip
def test_one_user(bob: Any, credentials: Any, status: str, reason: str | None) -> None:
    """Each row: a user, its row of the report, and what is said."""
    finding = verdict(bob, credentials)
    assert finding.status == status
    assert reason is None or finding.reason == reason


@pytest.mark.parametrize("name", ["admin", "Administrator", "our-shared", "team-blue", "test1", "generic", "root-2"])
def test_names_for_several_people(name: str) -> None:
    """Such a name fails with a console password only."""
    named = user(name)
    assert verdict(named, row(name, password="true")).reason == "shared_name"
    assert verdict(named, row(name, keys=1)).status == "PASS"


@pytest.mark.parametrize("name", ["bob", "admin-bob", "contest", "latest"])
def test_names_for_one_person(name: str) -> None:
    """Patterns are anchored where they say so."""
    assert verdict(user(name), row(name, password="true")).status == "PASS"


def test_names_and_tag_are_settings() -> None:
    """Patterns replace the default ones; one that is no regular expression is taken as text; the tag can differ."""
    assert verdict(user("admin"), row("admin", password="true"), shared_name_patterns=("^ops$",)).status == "PASS"
    odd = user("a(b")
    assert verdict(odd, row("a(b", password="true"), shared_name_patterns=("a(",)).reason == "shared_name"
    assert verdict(user("bob", Tags=tags(contact="x")), owner_tag="contact").status == "PASS"
    assert verdict(user("bob"), owner_tag="contact").reason == "no_owner"


def pair(first: Any, second: Any, *rows: Any) -> dict[str, tuple[str, str]]:
    """Judge two users and return {name: (status, reason)}."""
    findings = judge(SLUG, account(*rows, users=[first, second]))
    return {finding.resource.rpartition("/")[2]: (finding.status, finding.reason) for finding in findings}


def test_two_users_of_one_owner() -> None:
    """Two passwords of one owner fail both; an owner may have a second user without a password."""
    ann, bob = user("ann", owner="Alice"), user("bob", owner="alice ")
    password = {name: row(name, password="true") for name in ("ann", "bob")}
    shared = ("FAIL", "shared_owner")
    assert pair(ann, bob, *password.values()) == {"ann": shared, "bob": shared}
    assert pair(ann, bob, password["ann"], row("bob", keys=1)) == {"ann": ("PASS", ""), "bob": ("PASS", "")}
    others = pair(ann, user("bob", owner="bob"), *password.values())
    assert others == {"ann": ("PASS", ""), "bob": ("PASS", "")}


def test_an_unread_neighbour_may_have_the_same_owner() -> None:
    """While another user's owner or password is unread, a user with a password is not cleared."""
    ann, mine = user("ann"), row("ann", password="true")
    hidden = ("UNKNOWN", "AccessDenied")
    assert pair(ann, user("bob", Tags=UNREAD), mine, row("bob", password="true"))["ann"] == hidden
    assert pair(ann, user("bob", Tags=UNREAD), mine, row("bob"))["ann"] == ("PASS", "")
    assert pair(ann, user("bob"), mine, unread("iam.credential_report"))["ann"] == hidden
    assert pair(ann, UNREAD, mine) == {"ann": ("UNKNOWN", "not_in_report"), "": hidden}
    assert pair(ann, UNREAD, row("ann")) == {"ann": ("PASS", ""), "": hidden}


def test_evidence() -> None:
    """A PASS cites the tag, and a credential only where one more would be too many."""
    owner = {f"{TAGS}[owner].Value": "alice"}
    cells = "iam.credential_report.rows[bob]"
    assert decisive(verdict(user("bob"))) == owner
    almost = decisive(verdict(user("bob"), row("bob", password="true", keys=1)))
    assert almost == owner | {
        "iam.authorization.users[bob].Path": "/",
        "iam.authorization.users[bob].UserName": "bob",
        f"{cells}.access_key_2_active": "false",
    }
    workload = decisive(verdict(user("bob", path="/service/")))
    assert workload == owner | {f"{cells}.password_enabled": "false"}


def test_a_fail_says_all_signs() -> None:
    """The first sign is the reason, the others are notes."""
    finding = verdict(user("team", path="/service/", owner=None), row("team", password="true", keys=2))
    assert finding.reason == "no_owner"
    assert [note.partition(":")[0] for note in finding.notes] == [
        "workload_with_password", "shared_name", "password_and_two_keys",
    ]  # fmt: skip
    assert finding.resource == f"arn:aws:iam::{ACCOUNT}:user/service/team"


def test_no_users() -> None:
    """Nothing to own, whatever the report is."""
    facts = account(users=[]) | {"iam.credential_report": unread("iam.credential_report")}
    assert (only(SLUG, facts).status, only(SLUG, facts).reason) == ("NOT_APPLICABLE", "no_iam_users")


def test_a_user_listed_twice_is_judged_by_the_worse() -> None:
    """Pages may overlap."""
    twice = account(row("bob"), users=[user("bob"), user("bob", owner=None)])
    assert only(SLUG, twice).reason == "no_owner"
    same = account(row("bob", password="true"), users=[user("bob"), user("bob")])
    assert only(SLUG, same).status == "PASS"


@pytest.mark.parametrize("fact", [UNREAD, {}, {"users": UNREAD}, {"users": 7}, None, "x"])
def test_unread_authorization(fact: Any) -> None:
    """Without the list of users nothing can be said."""
    assert only(SLUG, account(row("bob")) | {"iam.authorization": fact}).status == "UNKNOWN"
