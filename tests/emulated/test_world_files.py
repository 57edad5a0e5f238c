"""Worlds as files of one's own: what is wrong in one is said by file and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from rootwarden.errors import InputError, UsageError
from rootwarden.lab.world import parse_world, read_world

MINE = """
name: mine
story: a world of my own
accounts:
  - id: "123412341234"
    name: only
    email: root@mine.example
    users: [{name: a, groups: [staff]}]
    groups: [{name: staff}]
"""

WRONG = {
    "number as id": (
        MINE.replace('"123412341234"', "123412341234"),
        'mine.yaml: accounts[0].id: Expected `str`, got `int` (write account ids in quotes: "111122223333")',
    ),
    "short id": (
        MINE.replace("123412341234", "1234"),
        "mine.yaml: accounts[0].id: Expected `str` matching regex '^[0-9]{12}$'",
    ),
    "unknown field": (
        MINE.replace("email:", "e-mail:"),
        "mine.yaml: accounts[0]: Object contains unknown field `e-mail`",
    ),
    "unknown kind of MFA": (
        MINE.replace("email:", "root: {mfa: [sms]}\n    email:"),
        "mine.yaml: accounts[0].root.mfa[0]: Invalid enum value 'sms'",
    ),
    "unknown group": (
        MINE.replace("groups: [staff]", "groups: [stuff]"),
        "mine.yaml: accounts[0].users.groups: no group called stuff; staff?",
    ),
    "no accounts": ("name: mine\nstory: x\naccounts: []\n", "mine.yaml: accounts: Expected `array` of length >= 1"),
    "two accounts": (
        MINE + '  - {id: "123412341235", name: other, email: b@mine.example}\n',
        "mine.yaml: accounts: more than one account needs an organization",
    ),
    "two of one id": (
        MINE + '  - {id: "123412341234", name: other, email: b@mine.example}\n',
        "mine.yaml: accounts: the account id 123412341234 is there twice",
    ),
    "no YAML": (
        "name: [",
        "mine.yaml is not YAML: while parsing a flow node did not find expected node content in",
    ),
    "a list": ("- a\n", "mine.yaml: the world: Expected `object`, got `array`"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_world_is_refused_by_file_and_field(case: str):
    """One line names the file, the field and what is wrong with it."""
    text, expected = WRONG[case]
    with pytest.raises(InputError) as caught:
        parse_world(text, "mine.yaml")
    assert str(caught.value).startswith(expected)
    assert "Next: " in str(caught.value)


def test_a_world_of_ones_own(tmp_path):
    """A YAML file is a world; a name that is neither a world nor a file is refused with the closest one."""
    file = tmp_path / "mine.yaml"
    file.write_text(MINE)
    assert read_world(str(file)).management.id == "123412341234"
    with pytest.raises(InputError, match="cannot read the world"):
        read_world(str(tmp_path / "none.yaml"))
    with pytest.raises(UsageError, match="did you mean `enterprise`"):
        read_world("enterprize")


def test_the_world_of_the_documents_is_a_world() -> None:
    """The example in docs/worlds.md can be served as it stands."""
    page = (Path(__file__).parents[2] / "docs" / "worlds.md").read_text(encoding="utf-8")
    world = parse_world(page.split("```yaml\n")[1].split("```")[0], "docs/worlds.md")
    assert [account.name for account in world.accounts] == ["payer"]
