"""The table of writes says what AWS says: operations that exist, actions that are spelt as AWS spells them."""

from __future__ import annotations

import re

import botocore.session
import pytest

from rootwarden.model.writes import LOOKS, WRITES

_SESSION = botocore.session.Session()


@pytest.mark.parametrize("call", [*WRITES, *LOOKS])
def test_the_operation_exists(call: str):
    """In botocore's model of the service, under that very name."""
    service, operation = call.split(".")
    assert operation in _SESSION.get_service_model(service).operation_names


@pytest.mark.parametrize("call", WRITES)
def test_the_row_is_sound(call: str):
    """A write does not look, its actions are written `service:Action`, and its errors are the service's own."""
    row = WRITES[call]
    service, operation = call.split(".")
    assert not operation.startswith(("Get", "List", "Describe", "Head")) or call in LOOKS  # a step may learn an id
    assert all(re.fullmatch(r"[a-z0-9-]+:[A-Za-z]+", action) for action in row.actions)
    known = set(_SESSION.get_service_model(service).shape_names)
    # S3 documents its errors in one list for all operations (API reference, "Error responses").
    documented = known | {code + "Exception" for code in ()} | {"NoSuchBucket"}
    for error in (*row.gone, *row.there):
        code = error.partition(": ")[0]
        assert code in documented or f"{code}Exception" in documented, code


@pytest.mark.parametrize("call", [one for one, row in WRITES.items() if row.same or row.there])
def test_the_very_thing_is_asked_for_with_the_same_parameters(call: str):
    """By a call that only reads; where it takes others, each is one of the call's, and all that it must have."""
    row = WRITES[call]
    service, operation = call.split(".")
    assert row.there
    assert row.same in LOOKS
    model, other = _SESSION.get_service_model(service), row.same.partition(".")[2]
    one, same = (model.operation_model(name).input_shape for name in (operation, other))
    if row.asked:
        assert set(same.required_members) <= set(row.asked) <= set(same.members)
        named = {*row.asked.values(), *re.findall(r"\$\{(\w+)\}", row.shown)}
        assert set(one.required_members) <= named | {"TargetType"} and named <= set(one.members)
    else:
        assert set(one.members) == set(same.members)


@pytest.mark.parametrize("call", LOOKS)
def test_a_look_only_reads(call: str):
    """Whatever it needs begins so."""
    assert call.split(".")[1].startswith(("Get", "List", "Describe", "Head", "Lookup"))
