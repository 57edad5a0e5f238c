"""Analyzers of IAM Access Analyzer, made together with the role that the service works as."""

from __future__ import annotations

from rootwarden.model.write import Write

ROWS = (
    Write(
        call="accessanalyzer.CreateAnalyzer",
        action="access-analyzer:CreateAnalyzer",
        also=("iam:CreateServiceLinkedRole",),
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
