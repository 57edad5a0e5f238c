"""The list of detections: for people in 80 columns, for machines valid under its schema."""

from __future__ import annotations

import json
from pathlib import Path

from inline_snapshot import snapshot
from jsonschema import Draft202012Validator

from rootwarden.catalogue.detecting import everything
from rootwarden.report.detection_json import as_json, detections_schema
from rootwarden.report.detection_list import as_table

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "detections.schema.json"


def test_table_is_grouped_by_family() -> None:
    """Single records first, then those with memory; each on two lines, none longer than 80 columns."""
    lines = as_table(everything()).splitlines()
    assert lines[:5] == snapshot(
        [
            "Single record: a Sigma rule is asked of each record by itself.",
            "  RD-001       medium    root-acted-directly",
            "               Root user performed a direct action",
            "  RD-002       high      root-signed-in",
            "               Root console sign-in succeeded",
        ]
    )
    assert lines[lines.index("") + 1 :][:3] == snapshot(
        [
            "With memory: several records, the time between them, or what is usual decides.",
            "  RD-031       high      root-session-without-mfa",
            "               Root session without MFA made API calls",
        ]
    )
    assert lines[-1] == snapshot("49 detections, catalogue 2026.11.1. All about one: rootwarden explain CODE")
    assert max(map(len, lines)) <= 80


def test_json_fits_its_schema() -> None:
    """What is printed is valid; another version, an unknown severity or a missing part is not."""
    schema = json.loads(detections_schema())
    Draft202012Validator.check_schema(schema)
    check, printed = Draft202012Validator(schema), json.loads(as_json(everything()))
    assert list(check.iter_errors(printed)) == []
    assert not check.is_valid({**printed, "schema_version": "detections/2"})
    assert not check.is_valid({key: value for key, value in printed.items() if key != "schema_version"})
    first = printed["detections"][0]
    assert not check.is_valid({**printed, "detections": [{**first, "severity": "grave"}]})
    assert not check.is_valid({**printed, "detections": [{key: first[key] for key in ("code", "slug")}]})


def test_schema_in_the_documents_is_current() -> None:
    """The schema on disk is the one the program would write, with an id, and a note on every field."""
    made = detections_schema()
    assert SCHEMA.read_text(encoding="utf-8") == made
    parsed = json.loads(made)
    assert parsed["$id"] == "urn:rootwarden:schema:detections:1"
    for definition in parsed["$defs"].values():
        assert all(field["description"] for field in definition.get("properties", {}).values())


def test_json_tells_cases_and_escalations() -> None:
    """Cases come in the order in which they are tried, the detection's own last; detections with memory have one."""
    listed = {one["code"]: one for one in json.loads(as_json(everything()))["detections"]}
    assert listed["RD-012"]["cases"] == snapshot(
        [
            {
                "when": "not for_root or (by_serial_only and any_device and not root_device)",
                "severity": "low",
                "severity_in_window": "info",
                "title": "Root changed a user's MFA",
            },
            {"when": "", "severity": "critical", "severity_in_window": "high", "title": "MFA device removed from root"},
        ]
    )
    assert listed["RD-041"]["escalation"] == snapshot(
        {"severity": "critical", "count": 10, "within_s": 600, "new_region": False}
    )
    assert len(listed["RD-101"]["cases"]) == 1
    assert listed["RD-101"]["escalation"] is None
    for one in listed.values():
        assert bool(one["rule"]) == (one["kind"] == "single record") == (one["logic"] == "")
        assert {key: one["cases"][-1][key] for key in ("severity", "severity_in_window", "title")} == {
            key: one[key] for key in ("severity", "severity_in_window", "title")
        }
