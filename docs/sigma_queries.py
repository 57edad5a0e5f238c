"""Converts the Sigma rules to the query languages of Splunk and Elasticsearch, for the pages of detections."""

from __future__ import annotations

from types import MappingProxyType

from sigma.backends.elasticsearch import ESQLBackend
from sigma.backends.splunk import SplunkBackend
from sigma.collection import SigmaCollection
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import ValueListPlaceholderTransformation

from rootwarden.catalogue.detecting import OWNED
from rootwarden.model.detection import SingleRecord, Stateful

# What a reader replaces by the resources of their own.
EXAMPLES = ("arn:aws:sns:us-east-1:111122223333:root-alerts", "root-alerts")
BACKENDS = MappingProxyType({"Splunk (SPL)": SplunkBackend, "Elasticsearch (ES|QL)": ESQLBackend})


def queries(one: SingleRecord | Stateful) -> dict[str, str]:
    """Return the query of each language by its name; none for a detection with memory."""
    if isinstance(one, Stateful):
        return {}
    return {name: _converted(backend, one.text) for name, backend in BACKENDS.items()}


def _converted(backend: type[SplunkBackend] | type[ESQLBackend], text: str) -> str:
    item = ProcessingItem(transformation=ValueListPlaceholderTransformation(include=[OWNED]))
    pipeline = ProcessingPipeline(items=[item], vars={OWNED: list(EXAMPLES)})
    (query,) = backend(pipeline).convert(SigmaCollection.from_yaml(text))
    return str(query)
