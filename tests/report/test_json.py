"""The JSON output and its schema: what is printed is what is described."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from rootwarden import catalogue
from rootwarden.report.control_list import as_json
from rootwarden.report.formats import find
from rootwarden.report.masking import masked
from rootwarden.report.schema import audit_schema, controls_schema
from tests.report.audits import OPTIONS, audit, large, small
from tests.report.sample_controls import SAMPLES

SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"


def validator(schema: str) -> Draft202012Validator:
    """Return a validator for a schema that is itself valid."""
    parsed = json.loads(schema)
    Draft202012Validator.check_schema(parsed)
    return Draft202012Validator(parsed, format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("make", [small, large, lambda: audit([], [])])
def test_output_fits_its_schema(make) -> None:
    """Every audit that is printed is valid under the published schema, and an altered one is not."""
    printed = json.loads(find("json").render(masked(make()), OPTIONS))
    check = validator(audit_schema())
    assert list(check.iter_errors(printed)) == []
    assert not check.is_valid({**printed, "schema_version": "audit/2"})
    assert not check.is_valid({**printed, "findings": [{"code": "RW-ROOT-01"}]})
    assert not check.is_valid({key: value for key, value in printed.items() if key != "coverage"})


def test_list_of_controls_fits_its_schema() -> None:
    """The list of controls is valid under its schema."""
    assert list(validator(controls_schema()).iter_errors(json.loads(as_json(SAMPLES)))) == []
    assert list(validator(controls_schema()).iter_errors(json.loads(as_json(catalogue.controls())))) == []


@pytest.mark.parametrize(("name", "made"), [("audit", audit_schema()), ("controls", controls_schema())])
def test_schema_in_the_documents_is_current(name: str, made: str) -> None:
    """The schema on disk is the one the program would write, with an id, and a note on every field."""
    assert (SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8") == made
    parsed = json.loads(made)
    assert parsed["$id"] == f"urn:rootwarden:schema:{name}:1"
    for definition in parsed["$defs"].values():
        assert all(field["description"] for field in definition.get("properties", {}).values())


def test_finding_has_the_promised_keys() -> None:
    """The keys that others rely on are there, and evidence is a list of fact and value."""
    printed = json.loads(find("json").render(masked(large()), OPTIONS))
    assert {"schema_version", "tool_version", "snapshot_at", "judged_at", "coverage", "findings"} <= printed.keys()
    promised = {
        "code", "control", "aspect", "severity", "practice", "status", "account", "region", "resource", "title",
        "message", "evidence", "unknown_because", "misses", "remedy", "frameworks", "fingerprint",
    }  # fmt: skip
    for found in printed["findings"]:
        assert promised <= found.keys()
        assert all(item.keys() == {"fact", "value"} for item in found["evidence"])
        assert (found["unknown_because"] is not None) == (found["status"] == "UNKNOWN")
