"""What each field of the JSON output means, for its schema; a field without a note cannot be published."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NOTES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "Audit": {
            "schema_version": "Version of this format; the number rises when a reader has to change.",
            "tool_version": "Version of Rootwarden that judged.",
            "catalogue_version": "Version of the controls that judged.",
            "snapshot_at": "When AWS was read.",
            "judged_at": "The instant by which ages were measured; the same as snapshot_at unless it was set.",
            "partition": "aws, aws-us-gov or aws-cn.",
            "organization": "Id of the organization; empty for a standalone account.",
            "accounts": "The accounts in scope, read or not.",
            "coverage": "How much was read of what was expected.",
            "findings": "One per control and subject.",
        },
        "AccountSeen": {
            "id": "Twelve digits.",
            "name": "Name in the organization; empty when not read.",
            "role": "standalone, management, delegated or member.",
            "state": "State in the organization, such as ACTIVE or SUSPENDED; empty when not read.",
            "unit": "Name of the organizational unit; empty when not read or at the root.",
        },
        "Coverage": {
            "what": "What is counted: accounts, Regions or facts.",
            "read": "How many were read.",
            "expected": "How many should have been: the denominator.",
            "unread": "What is missing, with the reason.",
        },
        "Finding": {
            "code": "Stable id of the control, such as RW-ROOT-04.",
            "control": "Slug of the control, such as root-access-keys-absent.",
            "aspect": "Part of the control that is judged by itself; empty for most.",
            "severity": "How much this case matters.",
            "practice": "1 to 8: which of the eight practices the control belongs to.",
            "status": "Only PASS says that a property was proven.",
            "account": "Account the finding is about; findings on the organization stand under its management account.",
            "region": "Region, where the subject has one.",
            "resource": "Name or ARN of the resource, where the subject is one.",
            "title": "The good state, in words.",
            "message": "What was found.",
            "reason": "Short machine-readable reason, where there is one.",
            "notes": "What else a reader should know.",
            "evidence": "What was read to come to this verdict.",
            "unknown_because": "For UNKNOWN: why a needed value could not be read. Else null.",
            "misses": "What this control cannot see.",
            "remedy": "Slug of the remedy.",
            "frameworks": "Requirement ids by framework; no mapping is claimed where there is none.",
            "catalogue_version": "Version of the controls that judged.",
            "fingerprint": "SHA-256 over code, aspect, partition, account, region and resource: the lasting identity.",
        },
        "Evidence": {
            "fact": "Path in the snapshot, beginning with the name of the fact.",
            "value": "The value found there; long collections as their size.",
        },
        "Unknown": {
            "why": "AWS's error code or a reason of Rootwarden's own, such as not_collected.",
            "call": "The call that would have told, as service.Operation.",
            "missing": "IAM actions the call needs.",
            "hint": "What may help.",
        },
        "ControlList": {
            "schema_version": "Version of this format.",
            "catalogue_version": "Version of the controls.",
            "controls": "All controls by code.",
        },
        "ControlEntry": {
            "code": "Stable id of the control.",
            "slug": "Name for people; also the name of its page.",
            "title": "The good state, in words.",
            "question": "What it asks.",
            "why": "Why it matters.",
            "severity": "How much it matters when it fails.",
            "practice": "1 to 8: which of the eight practices it belongs to.",
            "scope": "What one finding is about.",
            "measured": "How it is measured.",
            "misses": "What it cannot see.",
            "facts": "The facts it reads; required groups first, of a group one is enough.",
            "permissions": "The IAM actions those facts need.",
            "settings": "Its settings with their defaults.",
            "remedy": "Slug of the remedy.",
            "automation": "auto, assisted or manual.",
            "frameworks": "Requirement ids by framework.",
            "verified": "When it was last checked against real AWS; no: only against the lab.",
        },
    }
)
