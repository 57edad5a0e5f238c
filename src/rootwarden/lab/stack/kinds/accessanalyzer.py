"""Analyzers of IAM Access Analyzer."""

from __future__ import annotations

from rootwarden.lab.stack.kind import Kind, Properties
from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.values import Made


def _analyzer(site: Site, properties: Properties) -> Made:
    asked: Properties = {"analyzerName": properties["AnalyzerName"], "type": properties["Type"]}
    if "Tags" in properties:
        asked["tags"] = {one["Key"]: one["Value"] for one in properties["Tags"]}
    if "AnalyzerConfiguration" in properties:
        asked["configuration"] = _unused(properties["AnalyzerConfiguration"])
    arn = site.call("accessanalyzer", "CreateAnalyzer", asked)["arn"]
    return Made(arn, {"Arn": arn})


def _unused(configuration: Properties) -> Properties:
    """Return after how many days access counts as unused, in the names of the API."""
    return {
        _small(name.removesuffix("Configuration")): {_small(key): one for key, one in value.items()}
        for name, value in configuration.items()
    }


def _small(name: str) -> str:
    return name[0].lower() + name[1:]


KINDS = {
    "AWS::AccessAnalyzer::Analyzer": Kind(
        _analyzer, frozenset({"AnalyzerName", "Type"}), frozenset({"AnalyzerConfiguration", "Tags"})
    )
}
