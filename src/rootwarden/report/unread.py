"""Why judgements could not be made: the reasons, what each one hid, and the IAM actions that were missing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from msgspec import Struct

from rootwarden.model.findings import Finding, Status
from rootwarden.model.readings import Unknown

# AWS's refusals: AccessDenied, AccessDeniedException, UnauthorizedOperation, AuthorizationError, NotAuthorized...
_REFUSED = re.compile(r"denied|not ?authorized|unauthorized|authorization|forbidden", re.IGNORECASE)

# Reasons of Rootwarden's own are words joined by underscores; AWS's are CamelCase.
_OUR_CODE = re.compile(r"[a-z]+(_[a-z]+)*")


class Reason(Struct, frozen=True):
    """One reason and everything it hid: accounts, controls (codes), and the number of findings it made UNKNOWN."""

    unknown: Unknown
    findings: int
    accounts: tuple[str, ...]
    controls: tuple[str, ...]

    @property
    def refused(self) -> bool:
        """Whether AWS refused the call, so that granting the actions would help."""
        return _REFUSED.search(self.unknown.why) is not None

    @property
    def what(self) -> str:
        """The reason in a line: `AccessDenied on iam.ListUsers`."""
        return in_short(self.unknown)


def in_short(unknown: Unknown) -> str:
    """Return reason and call without permissions and hint: `AccessDenied on iam.ListUsers`, `not collected`."""
    if _OUR_CODE.fullmatch(unknown.why):
        why = unknown.why.replace("_", " ")
        return f"{why} ({unknown.call})" if unknown.call else why
    return f"{unknown.why} on {unknown.call}" if unknown.call else unknown.why


def reasons(findings: Iterable[Finding]) -> list[Reason]:
    """Return the reasons of all UNKNOWN findings, those that hid most first."""
    heaps: dict[Unknown, list[Finding]] = {}
    for finding in findings:
        if finding.status is Status.UNKNOWN:
            heaps.setdefault(finding.unknown_because or Unknown("unknown"), []).append(finding)
    found = [
        Reason(
            unknown,
            len(heap),
            tuple(dict.fromkeys(f.account for f in heap)),
            tuple(sorted({f.code for f in heap})),
        )
        for unknown, heap in heaps.items()
    ]
    return sorted(found, key=lambda reason: (-reason.findings, reason.what, reason.unknown.missing))


def missing_actions(found: Iterable[Reason]) -> tuple[str, ...]:
    """Return every IAM action that AWS refused, in alphabetical order."""
    return tuple(sorted({action for reason in found if reason.refused for action in reason.unknown.missing}))


def allow_statement(actions: Iterable[str]) -> str:
    """Return the IAM policy that grants exactly these actions, as indented JSON."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)
