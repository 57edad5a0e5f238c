"""The pages of detections: one each, with records that really show it, and a guide that can be followed."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from rootwarden import catalogue
from rootwarden.catalogue import rule_terms
from rootwarden.catalogue.detecting import everything, rules_of, single_records
from rootwarden.model.detection import SingleRecord
from rootwarden.model.findings import Severity
from rootwarden.model.golden import golden_records
from rootwarden.proofs.sigma_rule import RuleError
from rootwarden.report.detection_guide import CASE_FIELDS, ESCALATION_FIELDS, EXAMPLE, FIELDS, guide
from rootwarden.report.detection_index import index
from rootwarden.report.detection_markdown import linked, table
from rootwarden.report.detection_page import names, page
from rootwarden.report.detection_sample import samples

DOCS = Path(__file__).parents[2] / "docs"
ALL = everything()
PAGES = names(catalogue.controls(), ALL)
QUERIES = {"Some language": "search"}


def shown(one):
    """The samples of a detection."""
    return samples(one, single_records(), golden_records())


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.slug)
def test_page_says_everything(one) -> None:
    """Every part of a detection stands on its page, which is in the documents; no link leads nowhere."""
    text = page(one, shown(one), QUERIES, {})
    detection = one.detection
    assert text.startswith(f"# {detection.code}: {detection.title}\n")
    parts = (detection.description, detection.logic, detection.misses, *detection.false_positives, *detection.response)
    assert all(part in text for part in parts)
    assert (f"```yaml\n{one.text}```" in text) if isinstance(one, SingleRecord) else ("search" not in text)
    assert text.endswith("[all detections](README.md).\n")
    written = (DOCS / "detections" / f"{one.slug}.md").read_text(encoding="utf-8")
    assert written.startswith(f"# {detection.code}: ")
    for link in re.findall(r"\]\(([^)#]+\.md)\)", written):
        assert (DOCS / "detections" / link).is_file(), link


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.slug)
def test_samples_show_the_detection(one) -> None:
    """A sample of a rule fires it by its own case; a detection with memory has one for each thing it remembers."""
    found = shown(one)
    assert found
    if isinstance(one, SingleRecord):
        (only,) = found
        assert one.detection.code in only.golden.fires
        assert one.judge(only.golden.record).case == 0
    else:
        assert len({sample.step for sample in found}) == len(found)
        assert all((sample.golden is None) == bool(sample.notice) and sample.step for sample in found)


def test_samples_prefer_what_was_published() -> None:
    """A constructed record is shown only where no published one fires the detection by its own case."""
    for one in single_records():
        (only,) = shown(one)
        published = [
            golden
            for golden in golden_records()
            if golden.source.status == "published" and (hit := one.judge(golden.record)) is not None and hit.case == 0
        ]
        assert (only.golden.source.status == "published") == bool(published)


def test_steps_are_told_in_the_order_of_the_logic() -> None:
    """What comes first in words comes first in records; what is no record is said to be none."""
    steps = {one.detection.code: [sample.step for sample in shown(one)] for one in ALL}
    assert steps["RD-103"] == ["failed", "succeeded"]
    assert steps["RD-111"] == ["reset", "device"]
    assert steps["RD-112"] == ["removed", "registered"]
    assert [sample.golden for sample in shown(next(one for one in ALL if one.detection.code == "RD-119"))] == [None]


def test_index_lists_all_by_family_and_by_harm() -> None:
    """Every detection is there twice: under its family and under its harm."""
    text = index(ALL)
    assert all(text.count(f"]({one.slug}.md)") == 2 for one in ALL)
    assert "## Single record" in text
    assert "- **Money**: " in text


def test_guide_names_every_field_of_our_section() -> None:
    """The tables hold the fields that are read, no more and no less."""
    for rows, written in (
        (FIELDS, rule_terms._Written),
        (CASE_FIELDS, rule_terms._WrittenCase),
        (ESCALATION_FIELDS, rule_terms._WrittenEscalation),
    ):
        assert {name for name, _, _ in rows} == {field.name for field in msgspec.structs.fields(written)}
    assert all(f"\n  {name}:" in EXAMPLE for name, _, _ in FIELDS)


def test_guide_names_every_modifier() -> None:
    """Each modifier that is known stands in the guide."""
    with pytest.raises(RuleError) as caught:
        rules_of({"a.yml": EXAMPLE.replace("|hour|", "|unheard_of|")})
    known = caught.value.todo.removeprefix("use one of ").split(", ")
    assert len(known) > 25
    assert [name for name in known if f"`{name}`" not in guide()] == []


def test_the_example_of_the_guide_is_a_rule() -> None:
    """It reads, fires at night and not by day, and its case for a failure weighs less."""
    (one,) = rules_of({"night.yml": EXAMPLE})
    assert (one.slug, one.detection.code, one.detection.refines) == ("night", "ACME-001", ("RD-020",))
    call = {"userIdentity": {"type": "Root"}, "eventSource": "iam.amazonaws.com", "eventName": "CreateUser"}
    night, day = ({**call, "eventTime": f"2026-11-24T{hour}:10:00Z"} for hour in ("23", "11"))
    assert one.judge(night).severity is Severity.HIGH
    assert one.judge({**night, "errorCode": "AccessDenied"}).severity is Severity.MEDIUM
    assert one.judge(day) is None


def test_names_become_links() -> None:
    """Codes and slugs lead to their page, the longest name wins, and parts of other words are left alone."""
    assert linked("see RD-002 and RW-ROOT-01.", PAGES) == (
        "see [RD-002](root-signed-in.md) and [RW-ROOT-01](../controls/root-mfa-enabled.md)."
    )
    assert linked("root-signed-in-without-mfa", PAGES) == "[root-signed-in-without-mfa](root-signed-in-without-mfa.md)"
    assert linked("XRD-002 RD-0021 `RD-002`", PAGES) == "XRD-002 RD-0021 `RD-002`"
    assert linked("RD-002", {}) == "RD-002"


def test_bars_in_tables_are_escaped() -> None:
    """A bar in a cell does not end it."""
    assert table(("a",), [("x | y",)]).splitlines()[-1] == r"| x \| y |"
