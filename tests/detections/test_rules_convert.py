"""Users can take every rule to their own system: it converts, and pySigma's own checks find nothing to say."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sigma.backends.elasticsearch import ESQLBackend, LuceneBackend
from sigma.backends.splunk import SplunkBackend
from sigma.collection import SigmaCollection
from sigma.plugins import InstalledSigmaPlugins
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import ValueListPlaceholderTransformation
from sigma.rule import SigmaRule
from sigma.validation import SigmaValidator

from rootwarden.model.golden import golden_records
from tests.detections.predicates import predicates
from tests.detections.query_languages import esql, splunk
from tests.detections.variations import less, rule_texts

RULES = rule_texts()
OWNED = ["arn:aws:sns:us-east-1:111122223333:root-alerts", "root-alerts"]
BACKENDS: tuple[Callable[..., Any], ...] = (SplunkBackend, ESQLBackend, LuceneBackend)
LEFT_OUT = {
    "attacktag",  # downloads MITRE's data
    "d3_fendtag",  # downloads MITRE's data
    "dangling_detection",  # `levels` uses searches that the condition does not
}


def with_owned_resources() -> ProcessingPipeline:
    """A pipeline that gives %owned_resources% its values, as a user would write it."""
    item = ProcessingItem(transformation=ValueListPlaceholderTransformation(include=["owned_resources"]))
    return ProcessingPipeline(items=[item], vars={"owned_resources": OWNED})


def converted(backend: Callable[..., Any], name: str) -> str:
    """The query that a backend makes of a rule."""
    (query,) = backend(with_owned_resources()).convert(SigmaCollection.from_yaml(RULES[name]))
    return str(query)


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: backend.__name__)
@pytest.mark.parametrize("name", RULES)
def test_a_rule_converts(name: str, backend: Callable[..., Any]) -> None:
    """Splunk, ES|QL and Lucene each get a query; owned resources are filled in where the rule speaks of them."""
    query = converted(backend, name)
    assert query.strip()
    assert "%" not in query
    assert ("root-alerts" in query.replace("\\", "")) == ("%owned_resources%" in RULES[name])


@pytest.mark.parametrize("name", RULES)
def test_a_converted_rule_means_the_same(name: str) -> None:
    """In Splunk and in ES|QL the query finds what the meaning says, also where a record leaves fields out.

    Left aside: records in which a list stands where the rule asks for one value, which ES|QL calls unknown, and records
    without an event type or name, which AWS always writes.
    """
    (rule,) = SigmaCollection.from_yaml(RULES[name])
    meaning = predicates(tuple(OWNED))[rule.custom_attributes["x-rootwarden"]["code"]]
    in_splunk, in_esql = splunk(converted(SplunkBackend, name)), esql(converted(ESQLBackend, name))
    for record in (other for golden in golden_records() for other in (golden.record, *less(golden.record))):
        assert bool(in_splunk(record)) == meaning(record)
        if isinstance(record.get("eventType"), str) and isinstance(record.get("eventName"), str):
            assert (in_esql(record) is True) == meaning(record)


def test_pysigma_has_nothing_to_say() -> None:
    """All validators of pySigma that need no network are content with all rules together."""
    known = InstalledSigmaPlugins.autodiscover().validators
    assert set(known) >= LEFT_OUT
    checks = {check for name, check in known.items() if name not in LEFT_OUT}
    collection = SigmaCollection.from_dicts([])
    collection = SigmaCollection.merge([collection, *map(SigmaCollection.from_yaml, RULES.values())])
    assert [str(issue) for issue in SigmaValidator(checks).validate_rules(iter(collection))] == []


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_complete(name: str) -> None:
    """Ids are random UUIDs, sources are AWS pages, and every field that people read is filled in."""
    (rule,) = SigmaCollection.from_yaml(RULES[name])
    assert isinstance(rule, SigmaRule)
    assert rule.id is not None
    assert rule.id.version == uuid.uuid4().version
    assert rule.errors == []
    assert rule.references
    assert all(page.startswith("https://docs.aws.amazon.com/") for page in rule.references)
    assert all((rule.title, rule.description, rule.author, rule.date, rule.level, rule.falsepositives, rule.tags))
    assert (rule.logsource.product, rule.logsource.service) == ("aws", "cloudtrail")


def test_ids_are_unique() -> None:
    """No two rules share an id."""
    ids = [rule.id for text in RULES.values() for rule in SigmaCollection.from_yaml(text)]
    assert len(ids) == len(set(ids)) == len(RULES)
