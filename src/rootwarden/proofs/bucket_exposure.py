"""Whether a bucket is open to the world, and whether its policy lets in the trails of strangers.

Sources: S3 User Guide, "Blocking public access to your Amazon S3 storage" and "Controlling ownership of objects";
CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail" (the condition against confused deputies).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.proofs.condition_values import Context
from rootwarden.proofs.policy_coverage import covers_action
from rootwarden.proofs.policy_decision import Decision, Request, decide
from rootwarden.proofs.policy_document import Document, Statement, read_document
from rootwarden.proofs.policy_principals import service, speaks_of
from rootwarden.proofs.public_policy import is_public
from rootwarden.proofs.truth import Truth, any_true, ask
from rootwarden.proofs.wildcards import ANYTHING

_EVERYBODY = (
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
)
_CLOUDTRAIL = service("cloudtrail.amazonaws.com")
_WRITE = "s3:PutObject"
_STRANGER = "999999999999"
Question = Callable[[Sight], bool]


class Exposure(Struct, frozen=True):
    """Whether something lets the public in, and the setting that makes it harmless ("" if none does, or none must)."""

    open: Truth
    made_harmless_by: str = ""


def open_by_acl(bucket: Sight) -> Exposure:
    """Return whether the access list lets everybody in: a grant to everybody that nothing neutralises."""
    return _unless(
        bucket,
        (_grants_everybody,),
        {
            "the public access block of the bucket": _blocks("public_access_block", "IgnorePublicAcls"),
            "the public access block of the account": _blocks("account_public_access_block", "IgnorePublicAcls"),
            "the bucket owner, who owns all objects": _owner_enforced,
        },
    )


def open_by_policy(bucket: Sight) -> Exposure:
    """Return whether the policy is public, by S3's word or by reading it, and public policies are not restricted."""
    return _unless(
        bucket,
        (_s3_says_public, _reads_public),
        {
            "the public access block of the bucket": _blocks("public_access_block", "RestrictPublicBuckets"),
            "the public access block of the account": _blocks("account_public_access_block", "RestrictPublicBuckets"),
        },
    )


def lets_in_strangers(policy: Sight, partition: str, bucket: str) -> bool | None:
    """Return whether a statement of a bucket policy lets CloudTrail write for a trail of any account.

    None: no statement lets CloudTrail write. The resource of a statement does not count: one without a condition is
    open even where its path happens to name one account.

    Raises:
        UnseenError: the policy is unread, malformed, or holds a condition that is not understood.
    """
    document = read_document(policy.plain())
    if document.flaw:
        raise UnseenError(Unknown(f"policy_not_understood: {document.flaw}"), policy.path)
    answers = [answer for _, answer in writing_statements(document, partition, bucket)]
    if any(answer.allowed for answer in answers):
        return True
    unsure = sorted(answer.why for answer in answers if answer.allowed is None)
    if unsure:
        raise UnseenError(Unknown(f"policy_not_understood: {unsure[0]}"), policy.path)
    return False if answers else None


def writing_statements(document: Document, partition: str, bucket: str) -> list[tuple[int, Decision]]:
    """Return the statements that let CloudTrail write, by their place, and whether each lets in a stranger's trail."""
    denials = tuple(statement for statement in document.statements if statement.allows is False)
    target = f"arn:{partition}:s3:::{bucket}/AWSLogs/{_STRANGER}/{ANYTHING}"
    request = Request(_WRITE, target, _CLOUDTRAIL, _foreign_trail(partition))
    return [
        (at, decide(Document((replace(statement, resources=None), *denials)), request))
        for at, statement in enumerate(document.statements)
        if statement.allows is not False and _lets_cloudtrail_write(statement)
    ]


def _foreign_trail(partition: str) -> Context:
    """Return the condition keys with which a stranger's trail comes to the bucket."""
    return {
        "aws:SourceArn": f"arn:{partition}:cloudtrail:us-east-1:{_STRANGER}:trail/{ANYTHING}",
        "aws:SourceAccount": _STRANGER,
        "aws:SourceOrgID": "o-zzzzzzzzzz",
        "aws:SourceOrgPaths": ("o-zzzzzzzzzz/r-zzzz/",),
        "s3:x-amz-acl": "bucket-owner-full-control",
    }


def _lets_cloudtrail_write(statement: Statement) -> bool:
    """Return whether a statement may be one that lets CloudTrail write; one that is malformed may be."""
    if statement.flaw:
        return True
    action = covers_action(statement.actions, _WRITE).value is not False
    return action and speaks_of(statement.principals, _CLOUDTRAIL, allows=True).value is not False


def _unless(bucket: Sight, dangers: tuple[Question, ...], safeguards: Mapping[str, Question]) -> Exposure:
    """Return whether a danger is real and no safeguard is; records the dangers, and the safeguard that holds.

    A danger that cannot be told stays open even behind a safeguard: the access list and the policy must be readable.
    """
    danger = Truth(False)
    for question in dangers:
        danger = any_true((danger, ask(partial(question, bucket))))
        if danger.value:
            break
    else:
        return Exposure(danger)
    aside = bucket.recorded_in(Log())
    answers = {name: ask(partial(question, aside)) for name, question in safeguards.items()}
    for name, answer in answers.items():
        if answer.value:
            safeguards[name](bucket)
            return Exposure(Truth(False), name)
    doubt = any_true(answers.values())
    if doubt.value is None:
        return Exposure(doubt)
    for question in safeguards.values():
        question(bucket)
    return Exposure(danger)


def _grants_everybody(bucket: Sight) -> bool:
    grants = bucket["acl_grants"]
    found = grants.plain()
    if not isinstance(found, list) or not all(_is_grant(one) for one in found):
        raise UnseenError(Unknown("malformed: expected a list of grants"), grants.path)
    return any(one["Grantee"].get("URI") in _EVERYBODY for one in found)


def _is_grant(grant: Any) -> bool:
    """Return whether a grant says to whom it is: to a group by its URI, to others by id or address."""
    grantee = grant.get("Grantee") if isinstance(grant, Mapping) else None
    if not isinstance(grantee, Mapping):
        return False
    named = ("URI",) if grantee.get("Type") == "Group" else ("URI", "ID", "EmailAddress")
    return any(isinstance(grantee.get(field), str) for field in named)


def _blocks(block: str, setting: str) -> Question:
    """Return the question whether a public access block has a setting on."""
    return lambda bucket: not bucket[block].is_null and bucket[block][setting].flag()


def _owner_enforced(bucket: Sight) -> bool:
    ownership = bucket["ownership"]
    return not ownership.is_null and ownership["ObjectOwnership"].text() == "BucketOwnerEnforced"


def _s3_says_public(bucket: Sight) -> bool:
    status = bucket["policy_status"]
    return not status.is_null and status["IsPublic"].flag()


def _reads_public(bucket: Sight) -> bool:
    """Return whether the policy is public by our own reading."""
    answer = is_public(bucket["policy"].plain())
    if answer.value is None:
        raise UnseenError(Unknown(f"policy_not_understood: {answer.why}"), bucket["policy"].path)
    return answer.value
