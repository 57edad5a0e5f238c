"""What the policy of a trail bucket must say, and how one that falls short is put right, others' statements kept.

CloudTrail may write for the trails named and for no other, everybody must come over TLS, and nobody may delete what was
written. Source: CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail"; S3 User Guide, "Security best
practices for Amazon S3".
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any

from rootwarden.proofs.answers import Answer, all_of, cannot_tell, sure
from rootwarden.proofs.bucket_exposure import writing_statements
from rootwarden.proofs.policy_decision import Request, decide
from rootwarden.proofs.policy_document import read_document
from rootwarden.proofs.policy_principals import service
from rootwarden.proofs.trail_writers import Writer
from rootwarden.proofs.wildcards import ANYTHING

SERVICE = "cloudtrail.amazonaws.com"
VERSION = "2012-10-17"
_OWN_ACTIONS = frozenset(("s3:getbucketacl", "s3:putobject", "s3:getbucketlocation"))
_ACL = "bucket-owner-full-control"
_ACCOUNT = re.compile(r"AWSLogs/(\d{12})/")
Policy = dict[str, Any]


def new_policy(bucket_arn: str, writers: Iterable[Writer]) -> Policy:
    """Return the policy of a bucket that is made for these trails."""
    return {
        "Version": VERSION,
        "Statement": [*_let_in(bucket_arn, tuple(writers)), only_tls(bucket_arn), _no_deletion(bucket_arn)],
    }


def with_writers(policy: Any, bucket_arn: str, writers: Iterable[Writer]) -> Policy:
    """Return a policy to which statements were added that let these trails write; all others stay as they are."""
    found = _copy(policy)
    names = {one.get("Sid") for one in found["Statement"] if isinstance(one, dict)}
    added = _let_in(bucket_arn, tuple(writers))
    for one in added:
        one["Sid"] = next(name for name in _numbered(one["Sid"]) if name not in names)
    return {**found, "Statement": [*found["Statement"], *added]}


def tied_to(policy: Any, partition: str, bucket: str, writers: Iterable[Writer]) -> Policy | str:
    """Return a policy whose statements for CloudTrail hold for these trails only; a text says why that cannot be.

    Only the statements that let CloudTrail write for anybody are changed, and those beside them that are CloudTrail's
    alone.
    """
    writers = tuple(writers)
    if not writers:
        return "no trail is known that writes to it"
    document, found = read_document(policy), _copy(policy)
    open_to_all = [at for at, answer in writing_statements(document, partition, bucket) if answer.allowed is not False]
    known = {one.account for one in writers}
    source = _one_or_all([one.trail for one in writers])
    changed: list[Any] = []
    for at, statement in enumerate(found["Statement"]):
        if at not in open_to_all and not _is_own(statement):
            changed.append(statement)
            continue
        others = {number for text in _texts(statement, "Resource") for number in _ACCOUNT.findall(text)} - known
        if others and at in open_to_all:
            return f"it also lets in trails of account {min(others)}, of which none was read"
        parts = _split(statement)
        if parts is None:
            return f"its statement {statement.get('Sid') or at + 1} speaks of everybody, not of CloudTrail alone"
        rest, own = parts
        changed.extend([*rest, _with_source(own, source)])
    return {**found, "Statement": changed}


def lets_write(policy: Any, bucket_arn: str, writer: Writer) -> Answer:
    """Return whether a policy lets a trail look at the bucket's access list and write into all its folders."""
    context = {
        "aws:SourceArn": writer.trail,
        "aws:SourceAccount": writer.account,
        "s3:x-amz-acl": _ACL,
    }
    if writer.organization:
        context["aws:SourceOrgID"] = writer.organization
    requests = [Request("s3:GetBucketAcl", bucket_arn, service(SERVICE), context)] + [
        Request("s3:PutObject", f"{bucket_arn}/{folder}{ANYTHING}", service(SERVICE), context)
        for folder in writer.folders
    ]
    decisions = [decide(policy, request) for request in requests]
    return all_of(cannot_tell(one.why) if one.allowed is None else sure(one.allowed) for one in decisions)


def only_tls(bucket_arn: str) -> Policy:
    """Return the statement that keeps out whoever does not come over TLS."""
    return {
        "Sid": "OnlyOverTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _no_deletion(bucket_arn: str) -> Policy:
    """Return the statement by which nobody deletes a log file; lifecycle rules are not bound by it."""
    return {
        "Sid": "NobodyDeletesLogFiles",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
        "Resource": f"{bucket_arn}/*",
    }


def _let_in(bucket_arn: str, writers: tuple[Writer, ...]) -> list[Policy]:
    principal, source = {"Service": SERVICE}, {"aws:SourceArn": _one_or_all([one.trail for one in writers])}
    folders = _one_or_all([f"{bucket_arn}/{folder}*" for one in writers for folder in one.folders])
    look = {
        "Sid": "TrailLooksAtAccessList", "Effect": "Allow", "Principal": principal, "Action": "s3:GetBucketAcl",
        "Resource": bucket_arn, "Condition": {"StringEquals": source},
    }  # fmt: skip
    write = {
        "Sid": "TrailWritesLogFiles", "Effect": "Allow", "Principal": principal, "Action": "s3:PutObject",
        "Resource": folders, "Condition": {"StringEquals": {"s3:x-amz-acl": _ACL, **source}},
    }  # fmt: skip
    return [look, write]


def _with_source(statement: Policy, source: Any) -> Policy:
    """Return a statement that holds for these trails only; a condition it had is kept beside it."""
    conditions: dict[str, Any] = copy.deepcopy(statement.get("Condition") or {})
    keys = {key.lower() for key in conditions.get("StringEquals", {})}
    operator = "ArnEquals" if "aws:sourcearn" in keys else "StringEquals"
    conditions.setdefault(operator, {})["aws:SourceArn"] = source
    return {**statement, "Condition": conditions}


def _split(statement: Any) -> tuple[list[Policy], Policy] | None:
    """Return what a statement says to others, and what to CloudTrail; None where it speaks of everybody."""
    principal = statement.get("Principal") if isinstance(statement, dict) else None
    if not isinstance(principal, dict):
        return None
    services = _listed(principal.get("Service", []))
    if SERVICE not in services:
        return None
    others = {**principal, "Service": _one_or_all([one for one in services if one != SERVICE])}
    others = {kind: names for kind, names in others.items() if names}
    own = {**statement, "Principal": {"Service": SERVICE}}
    if not others:
        return [], own
    if "Sid" in own:
        own["Sid"] = f"{own['Sid']}CloudTrail"
    return [{**statement, "Principal": others}], own


def _is_own(statement: Any) -> bool:
    """Return whether a statement lets CloudTrail alone do what a trail needs, whoever's trail it is."""
    if not isinstance(statement, dict) or statement.get("Effect") != "Allow":
        return False
    if statement.get("Principal") not in ({"Service": SERVICE}, {"Service": [SERVICE]}) or statement.get("Condition"):
        return False
    return _OWN_ACTIONS.issuperset(text.lower() for text in _texts(statement, "Action"))


def _copy(policy: Any) -> Policy:
    """Return a policy as an object with a list of statements; an empty one for none."""
    found: Policy = copy.deepcopy(policy) if isinstance(policy, dict) else {"Version": VERSION, "Statement": []}
    return {**found, "Statement": _listed(found.get("Statement", []))}


def _texts(statement: Mapping[str, Any], element: str) -> list[str]:
    return [text for text in _listed(statement.get(element, [])) if isinstance(text, str)]


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _one_or_all(values: list[str]) -> Any:
    """Return a single value alone, as AWS gives it back, and several as a list."""
    unique = list(dict.fromkeys(values))
    return unique[0] if len(unique) == 1 else unique


def _numbered(name: str) -> Iterable[str]:
    yield name
    yield from (f"{name}{n}" for n in range(2, 1000))
