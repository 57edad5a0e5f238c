"""Whether a bucket or key policy leaves a named administrator, who is not root, able to change it again.

A policy that denies its own change to everybody can be taken back by root alone, in an account in which root should
have no credentials. So every policy is tried before it is written; what cannot be told counts as locked out.
"""

from __future__ import annotations

from typing import Any

from rootwarden.proofs.policy_coverage import covers_action
from rootwarden.proofs.policy_decision import Effect, Request, decide
from rootwarden.proofs.policy_document import read_document
from rootwarden.proofs.policy_principals import Caller, identity

# Who can do these can put any policy right again.
OF_A_BUCKET = ("s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy")
OF_A_KEY = ("kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy")


def locks_bucket(policy: Any, bucket_arn: str, admin: str) -> str:
    """Return why an administrator of the bucket's account might be kept from its policy, "" if nothing keeps them.

    `admin` is the ARN of a user or role with power of its own, so that a policy can only take it away. Source: S3 User
    Guide, "How Amazon S3 authorizes a request for a bucket operation".
    """
    for action in OF_A_BUCKET:
        if _denied_to_the_rest(policy, action):
            return f"it denies {action} to all but some, and such a statement may mean the administrator too"
        decision = decide(policy, _ask(action, bucket_arn, admin))
        if Effect.DENY in decision.possible:
            return f"it may deny {action} to {admin}: {decision.why}"
    return ""


def locks_key(policy: Any, admin: str) -> str:
    """Return why an administrator of the key's account might be kept from its policy, "" if nothing keeps them.

    A key policy must allow them itself, or through the account; else IAM policies have no effect. Source: KMS Developer
    Guide, "Default key policy".
    """
    for action in OF_A_KEY:
        if _denied_to_the_rest(policy, action):
            return f"it denies {action} to all but some, and such a statement may mean the administrator too"
        decision = decide(policy, _ask(action, "*", admin))
        if not decision.allowed:
            return f"it does not surely allow {action} to {admin}: {decision.why}"
    return ""


def _ask(action: str, resource: str, admin: str) -> Request:
    caller: Caller = identity(admin)
    return Request(action, resource, caller, {"aws:securetransport": "true"})


def _denied_to_the_rest(policy: Any, action: str) -> bool:
    """Return whether a statement denies an action to whoever it does not name.

    Who is exempted must be named in every guise, as account, role and session, so that such a statement often means
    more people than it seems to. Source: IAM User Guide, "AWS JSON policy elements: NotPrincipal".
    """
    return any(
        one.allows is False
        and one.principals is not None
        and one.principals.negated
        and covers_action(one.actions, action).value is not False
        for one in read_document(policy).statements
    )
