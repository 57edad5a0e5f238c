"""What selectors let through, checked against asking them about one event after another."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.readings import UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.proofs.trail_selectors import NOISY_SOURCES, Recorded, management_events

SOURCES = ["iam.amazonaws.com", "sts.amazonaws.com", "kms.amazonaws.com", "ec2.amazonaws.com", "s3.amazonaws.com"]
PARTS = [*SOURCES, "iam", "k", ".amazonaws.com", "ms.amazonaws.com", "e", ""]
OPERATORS = {
    "Equals": lambda value, wanted: value == wanted,
    "StartsWith": lambda value, wanted: value.startswith(wanted),
    "EndsWith": lambda value, wanted: value.endswith(wanted),
}
OPERATORS |= {f"Not{name}": test for name, test in OPERATORS.items()}

classic = st.fixed_dictionaries(
    {"ReadWriteType": st.sampled_from(["All", "ReadOnly", "WriteOnly"]), "IncludeManagementEvents": st.booleans()},
    optional={"ExcludeManagementEventSources": st.lists(st.sampled_from(SOURCES), max_size=2)},
)
source_field = st.dictionaries(
    st.sampled_from(list(OPERATORS)), st.lists(st.sampled_from(PARTS), min_size=1, max_size=2), min_size=1, max_size=2
).map(lambda conditions: {"Field": "eventSource", **conditions})
read_only_field = st.sampled_from(["true", "false"]).map(lambda value: {"Field": "readOnly", "Equals": [value]})
category_field = st.sampled_from(["Management", "Management", "Data"]).map(
    lambda value: {"Field": "eventCategory", "Equals": [value]}
)
advanced = st.tuples(category_field, st.lists(st.one_of(source_field, read_only_field), max_size=2)).map(
    lambda parts: {"Name": "any", "FieldSelectors": [parts[0], *parts[1]]}
)
selectors = st.one_of(
    st.lists(classic, min_size=1, max_size=3).map(lambda rows: {"EventSelectors": rows}),
    st.lists(advanced, min_size=1, max_size=3).map(lambda rows: {"AdvancedEventSelectors": rows}),
)


def recorded(value: Any) -> Recorded:
    """Return what selectors in JSON record."""
    return management_events(Sight("selectors", value, Log()))


def field_passes(field: dict[str, Any], value: str) -> bool:
    """Return whether one field selector lets a value through, straight from CloudTrail's documentation."""
    chosen = [OPERATORS[op](value, one) for op in ("Equals", "StartsWith", "EndsWith") for one in field.get(op, ())]
    barred = [OPERATORS[op](value, one) for op in OPERATORS if op.startswith("Not") for one in field.get(op, ())]
    return (not chosen or any(chosen)) and not any(barred)


def is_recorded(value: dict[str, Any], source: str, read_only: bool) -> bool:
    """Return whether one management event matches any selector."""
    for row in value.get("EventSelectors", ()):
        kinds = {"All": (True, False), "ReadOnly": (True,), "WriteOnly": (False,)}[row["ReadWriteType"]]
        excluded = row.get("ExcludeManagementEventSources", ())
        if row["IncludeManagementEvents"] and read_only in kinds and source not in excluded:
            return True
    event = {"eventCategory": "Management", "eventSource": source, "readOnly": "true" if read_only else "false"}
    return any(
        all(field_passes(field, event[field["Field"]]) for field in row["FieldSelectors"])
        for row in value.get("AdvancedEventSelectors", ())
    )


@given(selectors)
def test_everything_about_root_means_every_event(value: dict[str, Any]):
    """Where nothing is said to be missing, no event of any service is; noisy services apart."""
    found = recorded(value)
    for source in (*SOURCES, *(f"{name}.amazonaws.com" for name in ("signin", "lambda", "x", "iamx", "eiam", "kx"))):
        if source not in NOISY_SOURCES and found.everything_about_root:
            assert is_recorded(value, source, True) and is_recorded(value, source, False), source


@given(selectors)
def test_what_is_said_to_be_missing_is(value: dict[str, Any]):
    """Each named service lacks an event, and kinds that are said to be lost are lost for ordinary services."""
    found = recorded(value)
    for source in found.excluded:
        assert not (is_recorded(value, source, True) and is_recorded(value, source, False)), source
    if not found.reads:
        assert not is_recorded(value, "unnamed.amazonaws.com", True)
    if not found.writes:
        assert not is_recorded(value, "unnamed.amazonaws.com", False)


@given(st.lists(classic, min_size=1, max_size=2), classic)
def test_another_selector_never_records_less(rows: list[Any], more: Any):
    """Selectors add up."""
    before, after = recorded({"EventSelectors": rows}), recorded({"EventSelectors": [*rows, more]})
    assert after.reads >= before.reads and after.writes >= before.writes
    assert not before.everything_about_root or after.everything_about_root


junk = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["EventSelectors", "AdvancedEventSelectors", "FieldSelectors", "Field", "Equals", "x"]),
            inner,
        ),
    ),
    max_leaves=8,
)


@given(junk)
def test_junk_never_crashes(value: Any):
    """Whatever stands there is read, or it is unread."""
    try:
        found = recorded(value)
    except UnseenError:
        return
    assert isinstance(found, Recorded)
