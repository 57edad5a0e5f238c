"""A roster is read strictly: what is wrong is said by file and field, with what to do, and nothing is guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.errors import InputError
from rootwarden.people.reading import read_roster
from rootwarden.people.roster import Boundary
from tests.remedies.people_at_work import person, roster_text

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGxv8Z0m7nWl0nq1m1v8mX0y5c8Wn8b1b5H6f7xX2k3d dana@laptop"


def test_everything_it_can_say() -> None:
    """Each field is read as what it is; a date needs no quotes, not even the version of a policy."""
    line = f", groups: [support, support], until: 2027-01-31, key: {KEY}"
    top = "path: /staff/\ngrace_days: 14\nbreak_glass: [vault]\ncount: 1\nboundary: {document: {Version: 2012-10-17}}"
    found = read_roster(roster_text(person("dana", "finance", line), top=top), "r.yaml")
    dana = found.people[0]
    assert dana.member_of == ("finance", "support")
    assert (dana.until, dana.gone(date(2027, 1, 31)), dana.gone(date(2027, 2, 1))) == (date(2027, 1, 31), False, True)
    assert dana.key == KEY
    assert found.groups["support"].documents["app-logs"]["Version"] == "2012-10-17"
    assert found.boundary == Boundary(document={"Version": "2012-10-17"})
    assert (found.path, found.grace_days, found.break_glass, found.count) == ("/staff/", 14, ("vault",), 1)
    assert found.person("DANA") is dana


WRONG = [
    (roster_text(person("dana")).replace("email", "emial"), "people[0] (dana)", "did you mean email?"),
    (roster_text(person("dana")).replace("function: developers", "function: developer"), "people[0] (dana).function",
     "did you mean developers?"),
    (roster_text(person("dana", more=", groups: [nobody]")), "people[0] (dana).groups", "there are: developers"),
    (roster_text(person("dana", more=", until: soon")), "people[0] (dana).until", "docs/people.md"),
    (roster_text(person("dana", more=", key: my-key")), "people[0] (dana).key", "an age public key (age1...)"),
    (roster_text(person("dana"), person("DANA")), "people", "user of their own"),
    (roster_text(person("dana")).replace("@company.example", ""), "people[0] (dana).email", "own address"),
    (roster_text(person("dana")).replace("name: dana of Company", "name: FILL-IN"), "people[0] (dana).name", "whose"),
    (roster_text(person("dana")).replace('"222233334444"', "222233334444"), "account", "in quotes"),
    (roster_text(person("dana"), top="grace_days: 0"), "grace_days", "docs/people.md"),
    (roster_text(person("dana"), top="path: /service/x/"), "path", "/people/"),
    (roster_text(person("dana"), top="path: people"), "path", "begins and ends with a slash"),
    (roster_text(person("dana"), top="boundary: {}"), "boundary", "default"),
    (roster_text(person("dana"), top="boundary: other"), "boundary", "default, or"),
    (roster_text(person("dana"), top="pass_roles: ['*']"), "pass_roles", "not every role"),
    (roster_text(person("dana"), top='boundary: ""\npass_roles: [app-1]'), "pass_roles", "your own boundary"),
    (roster_text(person("dana"), top="break_glass: [dana]"), "people[0] (dana).user", "user of their own"),
    (roster_text(person("dana"), top="break_glass: [Dana]"), "people[0] (dana).user", "user of their own"),
    (roster_text(person("dana"), jobs={"developers": "{}"}), "groups.developers", "policies"),
    (roster_text(person("dana"), top="count: 3"), "count", "cut short"),
    (roster_text(person("dana"), top="roster: other"), "line 3", "keep one"),
    (roster_text(person("dana"), top="grace: 3"), "the roster", "did you mean grace_days?"),
    (roster_text(person("dana"), top="x: &a [1]\ny: *a"), "line 4", "write the value out"),
    (roster_text(person("dana"), top="x: !!python/object/apply:os.system [id]"), "line 3", "tag"),
    ("- a list\n", "r.yaml is no roster", "docs/people.md"),
    (roster_text(), "people", "empty roster disables nobody"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "field", "todo"), WRONG, ids=[row[1] + " " + row[2] for row in WRONG])
def test_what_is_wrong_is_named(text: str, field: str, todo: str) -> None:
    """Every mistake names the file, the field and the way out."""
    with pytest.raises(InputError) as error:
        read_roster(text, "r.yaml")
    said = str(error.value)
    assert "r.yaml" in said
    assert field in said
    assert todo in said
    assert error.value.exit_code == 2


@pytest.mark.parametrize(
    ("old", "new", "said", "todo"),
    [
        ("finance: {policies:", "finance: {policys:", "groups[finance]", "did you mean policies?"),
        ("function: developers}", "function: developers, until: 31.12.2026}", "it is no date", "2026-12-31"),
        ("[PowerUserAccess]}", "[PowerUserAccess], others: maybe}", "", "others: keep"),
    ],
)
def test_a_slip_is_answered_with_what_would_do(old: str, new: str, said: str, todo: str) -> None:
    """Which group it is in, how a date is written, which word there is."""
    with pytest.raises(InputError) as error:
        read_roster(roster_text(person("dana")).replace(old, new), "r.yaml")
    assert said in str(error.value)
    assert todo in error.value.todo


def test_what_is_to_be_filled_in_is_no_address_that_comes_twice() -> None:
    """A fresh export of two users without tags: what is told is to fill in."""
    with pytest.raises(InputError, match="still to be filled in"):
        read_roster(roster_text(*(person(one).replace(f"{one}@company.example", "FILL-IN") for one in "ab")), "r.yaml")


TWENTY = roster_text(*(person(f"p{n}") for n in range(20)), top="count: 20")


@given(st.integers(0, len(TWENTY)))
def test_a_file_cut_short_is_never_a_shorter_roster(at: int) -> None:
    """Cut at any byte, a roster that counts its people is whole or refused."""
    try:
        found = read_roster(TWENTY[:at], "r.yaml")
    except InputError:
        return
    assert len(found.people) == 20


@given(st.text(max_size=60), st.integers(0, len(TWENTY)), st.integers(0, 40))
def test_no_text_breaks_the_reader(text: str, at: int, gone: int) -> None:
    """Whatever stands in a file, it is read or refused by name: nothing else is raised."""
    for one in (text, TWENTY[:at] + text + TWENTY[at + gone :]):
        try:
            read_roster(one, "r.yaml")
        except InputError as error:
            assert error.exit_code == 2
