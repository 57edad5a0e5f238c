"""Whether a bucket is open to the world, and whether its policy lets in the trails of strangers.

Sources: S3 User Guide, "Blocking public access to your Amazon S3 storage" and "Controlling ownership of objects";
CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail" (the condition against confused deputies).
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Sight
from rootwarden.proofs.answers import Answer
from rootwarden.proofs.policy_decision import Request, covers_action, decide
from rootwarden.proofs.policy_document import Document, read_document
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
# A trail of somebody else, as its condition keys show it to the bucket policy.
_STRANGER = "999999999999"
_FOREIGN_TRAIL = {
    "aws:SourceArn": f"arn:aws:cloudtrail:us-east-1:{_STRANGER}:trail/{ANYTHING}",
    "aws:SourceAccount": _STRANGER,
    "aws:SourceOrgID": "o-zzzzzzzzzz",
    "aws:SourceOrgPaths": ("o-zzzzzzzzzz/r-zzzz/",),
    "s3:x-amz-acl": "bucket-owner-full-control",
}


def open_by_acl(bucket: Sight) -> Truth:
    """Return whether the access list lets everybody in: a grant to everybody that nothing neutralises."""
    granted = ask(lambda: _grants_everybody(bucket))
    if granted.value is False:
        return granted
    ignored = any_true(
        (
            ask(lambda: _blocks(bucket, "account_public_access_block", "IgnorePublicAcls")),
            ask(lambda: _blocks(bucket, "public_access_block", "IgnorePublicAcls")),
            ask(lambda: _owner_enforced(bucket)),
        )
    )
    return _and_not(granted, ignored)


def open_by_policy(bucket: Sight) -> Truth:
    """Return whether the policy is public, by S3's word or by reading it, and public policies are not restricted."""
    public = any_true((ask(lambda: _s3_says_public(bucket)), ask(lambda: _reads_public(bucket["policy"]))))
    if public.value is False:
        return public
    restricted = any_true(
        (
            ask(lambda: _blocks(bucket, "account_public_access_block", "RestrictPublicBuckets")),
            ask(lambda: _blocks(bucket, "public_access_block", "RestrictPublicBuckets")),
        )
    )
    return _and_not(public, restricted)


def lets_in_strangers(policy: Sight, partition: str, bucket: str) -> bool | None:
    """Return whether a statement of a bucket policy lets CloudTrail write for a trail of any account.

    None: no statement lets CloudTrail write. The resource of the statement does not count: a statement without a
    condition is open even where its path happens to name one account.

    Raises:
        UnseenError: the policy is unread, malformed, or holds a condition that is not understood.
    """
    document = read_document(policy.plain())
    if document.flaw:
        raise UnseenError(Unknown(f"policy_not_understood: {document.flaw}"), policy.path)
    denials = tuple(statement for statement in document.statements if statement.allows is False)
    request = Request(_WRITE, f"arn:{partition}:s3:::{bucket}/AWSLogs/{_STRANGER}/{ANYTHING}", _CLOUDTRAIL,
                      {**_FOREIGN_TRAIL, "aws:SourceArn": _FOREIGN_TRAIL["aws:SourceArn"].replace("arn:aws:", f"arn:{partition}:")})  # fmt: skip # noqa: E501
    answers = [
        decide(Document((replace(statement, resources=None), *denials)), request)
        for statement in document.statements
        if statement.allows is not False and _lets_cloudtrail_write(statement)
    ]
    if any(answer.allowed for answer in answers):
        return True
    unsure = [answer for answer in answers if answer.allowed is None]
    if unsure:
        raise UnseenError(Unknown(f"policy_not_understood: {unsure[0].why}"), policy.path)
    return False if answers else None
