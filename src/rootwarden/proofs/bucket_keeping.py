"""What keeps the files of a bucket from being deleted before their time, and what deletes them too early.

Sources: S3 User Guide, "Locking objects with Object Lock", "Configuring MFA delete" and "Managing the lifecycle of
objects".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.proofs.answers import Answer
from rootwarden.proofs.doubt import first_doubt
from rootwarden.proofs.public_policy import is_denied_to_everyone
from rootwarden.proofs.wildcards import ANYTHING

_DELETIONS = ("s3:DeleteObject", "s3:DeleteObjectVersion")


def lock_days(bucket: Sight) -> tuple[int, str]:
    """Return for how many days Object Lock keeps every new object by default, and its mode; (0, "") without a default.

    Raises:
        UnseenError: the configuration is unread or malformed.
    """
    lock = bucket["object_lock"]
    if lock.is_null or lock["ObjectLockEnabled"].text() != "Enabled":
        return 0, ""
    retention = lock["Rule"]["DefaultRetention"]
    if _left_out(lock["Rule"]) or _left_out(retention):
        return 0, ""
    mode = retention["Mode"].text()
    if mode not in ("COMPLIANCE", "GOVERNANCE"):
        raise UnseenError(Unknown(f"malformed: Mode {mode[:40]!r}"), retention.path)
    if _left_out(retention["Years"]):
        return int(retention["Days"].number()), mode
    return 365 * int(retention["Years"].number()), mode


def is_versioned(bucket: Sight) -> bool:
    """Return whether overwritten and deleted objects are kept as versions; `{}` means it was never switched on."""
    versioning = bucket["versioning"]
    if versioning.recorded_in(Log()).is_null:
        return False
    return versioning["Status"].text(default="") == "Enabled"


def needs_mfa_to_delete(bucket: Sight) -> bool:
    """Return whether deleting a version takes the MFA device of the bucket owner's root user."""
    return bucket["versioning"]["MFADelete"].text(default="") == "Enabled"


def denies_deletion(bucket: Sight, bucket_arn: str) -> bool:
    """Return whether the bucket policy denies everybody the deletion of objects and of their versions.

    Raises:
        UnseenError: the policy is unread, or its meaning cannot be told.
    """
    policy = bucket["policy"].plain()
    answers = [is_denied_to_everyone(policy, action, f"{bucket_arn}/{ANYTHING}") for action in _DELETIONS]
    if any(answer.value is False for answer in answers):
        return False
    unsure: Answer | None = next((answer for answer in answers if answer.value is None), None)
    if unsure is not None:
        raise UnseenError(Unknown(f"policy_not_understood: {unsure.why}"), bucket["policy"].path)
    return True


def expires_early(bucket: Sight, prefixes: Iterable[str], days: float) -> str:
    """Return what deletes objects under one of these key prefixes before `days` have passed, "" if nothing does.

    In a versioned bucket the end of the current version is only a delete marker: the object goes when its noncurrent
    version does. Source: S3 User Guide, "Lifecycle configuration elements".

    Raises:
        UnseenError: the lifecycle rules, or whether the bucket is versioned, are unread or malformed.
    """
    ends, doubt = _all_ends(bucket, prefixes)
    early = _too_early(bucket, ends, days)
    if not early and doubt is not None:
        raise doubt
    return early


def hides_early(bucket: Sight, prefixes: Iterable[str], days: float) -> str:
    """Return which rule puts delete markers on log files before `days` have passed, "" if none is known to.

    Raises:
        UnseenError: the lifecycle rules are unread or malformed.
    """
    ends, _ = _all_ends(bucket, prefixes)
    return next((end.words for end in sorted(ends, key=_order) if end.current and end.days < days), "")


def _all_ends(bucket: Sight, prefixes: Iterable[str]) -> tuple[list[End], UnseenError | None]:
    """Return what all rules do to log files, and why one of them could not be told."""
    lifecycle = bucket["lifecycle"]
    rules = [] if lifecycle.is_null else lifecycle.plain()
    if not isinstance(rules, list):
        raise UnseenError(Unknown("malformed: expected a list of rules"), lifecycle.path)
    ends: list[End] = []
    doubts: list[UnseenError] = []
    for rule in rules:
        try:
            ends.extend(_ends(rule, tuple(prefixes), lifecycle.path))
        except UnseenError as error:
            doubts.append(error)
    return ends, first_doubt(doubts)


class End(Struct, frozen=True):
    """When a rule ends the current or the noncurrent version of log files: after days, 0 for on a date."""

    current: bool
    days: int
    words: str


def _too_early(bucket: Sight, ends: list[End], days: float) -> str:
    """Return the words for the first end of log files that comes before `days`, "" if none does."""
    current = min((end for end in ends if end.current), key=_order, default=None)
    noncurrent = min((end.days for end in ends if not end.current), default=None)
    plain = current is not None and current.days < days
    kept = None if noncurrent is None else noncurrent + (current.days if current is not None else 0)
    if not plain and (kept is None or kept >= days):
        return ""
    if current is not None and plain and not is_versioned(bucket):
        return current.words
    if kept is not None and kept < days and is_versioned(bucket):
        return f"for good after {kept} days"
    return ""


def _order(end: End) -> tuple[int, str]:
    return end.days, end.words


def _ends(rule: Any, prefixes: tuple[str, ...], path: str) -> Iterator[End]:
    """Go through what one rule does to log files."""
    if not isinstance(rule, Mapping) or rule.get("Status") not in ("Enabled", "Disabled"):
        raise UnseenError(Unknown("malformed: a lifecycle rule without Status"), path)
    current, noncurrent = rule.get("Expiration"), rule.get("NoncurrentVersionExpiration")
    if rule["Status"] == "Disabled" or (current is None and noncurrent is None) or not _touches(rule, prefixes, path):
        return
    if isinstance(current, Mapping) and current.get("Date") is not None:
        yield End(True, 0, f"on {str(current['Date'])[:10]}, whatever their age")
    # Where only markers of deleted objects are tidied up, no object ends.
    elif current is not None and not (
        isinstance(current, Mapping) and "Days" not in current and "ExpiredObjectDeleteMarker" in current
    ):
        after = _days(current, "Days", path)
        yield End(True, after, f"after {after} days")
    if noncurrent is not None:
        yield End(False, _days(noncurrent, "NoncurrentDays", path), "")


def _days(action: Any, field: str, path: str) -> int:
    after = action.get(field) if isinstance(action, Mapping) else None
    if isinstance(after, bool) or not isinstance(after, int):
        raise UnseenError(Unknown(f"malformed: {field} of a lifecycle rule is not a number"), path)
    return after


def _touches(rule: Mapping[str, Any], prefixes: Iterable[str], path: str) -> bool:
    """Return whether a rule may apply to log files: they lie under a prefix and carry no tags."""
    scope = rule.get("Filter", {})
    if not isinstance(scope, Mapping):
        raise UnseenError(Unknown("malformed: Filter is not an object"), path)
    both = scope.get("And", {})
    parts = {**scope, **both} if isinstance(both, Mapping) else scope
    if "Tag" in parts or "Tags" in parts:
        return False
    start = parts.get("Prefix", rule.get("Prefix", "")) or ""
    if not isinstance(start, str):
        raise UnseenError(Unknown("malformed: Prefix is not text"), path)
    return any(prefix.startswith(start) or _reaches(start, prefix) for prefix in prefixes)


def _reaches(start: str, prefix: str) -> bool:
    """Return whether a longer rule prefix still meets CloudTrail's own folder.

    Keys are PREFIX/AWSLogs/[ORGANIZATION/]ACCOUNT/CloudTrail.../ (CloudTrail User Guide, "Finding your log files").
    """
    if not start.startswith(prefix):
        return False
    folders = [part for part in start[len(prefix) :].split("/") if not (part.startswith("o-") or part.isdigit())]
    service = next((part for part in folders if part), "")
    return service.startswith("CloudTrail") or "CloudTrail".startswith(service)


def _left_out(sight: Sight) -> bool:
    """Return whether AWS left a field out; looked at without recording, because that decides nothing by itself."""
    return sight.recorded_in(Log()).is_none
