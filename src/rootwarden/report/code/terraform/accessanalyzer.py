"""Analyzers of IAM Access Analyzer."""

from __future__ import annotations

from rootwarden.report.code.terraform.kind import Kind, argument, block, tags

_UNUSED = {"UnusedAccessAge": argument("unused_access_age")}

KINDS = {
    "AWS::AccessAnalyzer::Analyzer": Kind(
        type="aws_accessanalyzer_analyzer",
        says={
            "AnalyzerName": argument("analyzer_name"),
            "Type": argument("type"),
            "AnalyzerConfiguration": block(
                "configuration", {"UnusedAccessConfiguration": block("unused_access", _UNUSED)}
            ),
            "Tags": tags(),
        },
        ref="arn",
    ),
}
