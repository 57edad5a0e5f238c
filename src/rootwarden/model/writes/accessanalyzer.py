"""Analyzers of IAM Access Analyzer, made together with the role that the service works as."""

from __future__ import annotations

from rootwarden.model.write import Write, linked_role

ROWS = (
    Write(
        call="accessanalyzer.CreateAnalyzer",
        action="access-analyzer:CreateAnalyzer",
        also=(linked_role("access-analyzer.amazonaws.com"),),
        again=False,
    ),
    Write(
        call="accessanalyzer.DeleteAnalyzer",
        action="access-analyzer:DeleteAnalyzer",
        gone=("ResourceNotFoundException",),
    ),
)
LOOKS = {
    "accessanalyzer.GetAnalyzer": ("access-analyzer:GetAnalyzer",),
    "accessanalyzer.ListArchiveRules": ("access-analyzer:ListArchiveRules",),
}
_ANALYZER = ("arn:*:access-analyzer:{region}:{account}:analyzer/{analyzerName}",)
ON = {
    f"access-analyzer:{name}": _ANALYZER
    for name in ("CreateAnalyzer", "DeleteAnalyzer", "GetAnalyzer", "ListArchiveRules")
}
