"""What a fact must read, where it is a list of texts or of objects, or could not be read before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.expect import Expect, Item, as_if, broken
from rootwarden.model.readings import Unknown

FACT = "org.service_access"
names = st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=5)


@given(held=names, wanted=st.text(min_size=1, max_size=8))
def test_a_text_is_put_into_a_list_and_taken_out(held: list[str], wanted: str) -> None:
    """As if it were there: it is, once, and nothing else is touched; as if it were not: it is gone."""
    at = (Item("", wanted),)
    there, gone = Expect(fact=FACT, at=at, value=wanted), Expect(fact=FACT, at=at, value=None)
    with_it = as_if({FACT: held}, [there])
    assert broken([there], with_it) == [] and len(broken([gone], with_it)) == 1
    assert with_it[FACT].count(wanted) == 1 and [one for one in with_it[FACT] if one != wanted] == [
        one for one in held if one != wanted
    ]
    without = as_if(with_it, [gone])
    assert broken([gone], without) == [] and wanted not in without[FACT]


@pytest.mark.parametrize(
    ("found", "holds"),
    [
        ([{"AccessKeyId": "A", "LastUsedDate": "2026"}], True),
        ([{"AccessKeyId": "B"}], False),
        ([], False),
        ([{"AccessKeyId": "A"}, {"AccessKeyId": "B"}], False),
        ("A", False),
        (None, False),
    ],
)
def test_of_objects_in_a_list_the_named_fields_count(found: object, holds: bool) -> None:
    """As many, in this order; a field that is not named does not matter."""
    expect = Expect(fact="root.privileged_audit", at=("access_keys",), value=[{"AccessKeyId": "A"}])
    assert (broken([expect], {"root.privileged_audit": {"access_keys": found}}) == []) is holds


def test_what_was_unread_is_as_if_read() -> None:
    """A fact that could not be read before a change reads afterwards, and no mark stays in it."""
    at = ("EnabledFeatures", Item("", "RootSessions"))
    expect = Expect(fact="iam.org_features", at=at, value="RootSessions")
    facts = {"iam.org_features": Unknown("ServiceAccessNotEnabledException").mark()}
    assert broken([expect], facts)[0].unread is not None
    assert as_if(facts, [expect]) == {"iam.org_features": {"EnabledFeatures": ["RootSessions"]}}
    whole = Expect(fact="iam.org_features", value={"EnabledFeatures": []})
    assert as_if(facts, [whole]) == {"iam.org_features": {"EnabledFeatures": []}}
