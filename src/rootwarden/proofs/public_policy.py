"""Whether a resource policy lets in the whole world, and whether it keeps everybody from an action.

Public follows Amazon S3's own definition (S3 User Guide, "The meaning of public"): a policy is public unless every
Allow is limited to fixed principals, or to fixed values of a condition key that tells who or where the caller is.
"""

from __future__ import annotations

from ipaddress import IPv4Network, ip_network
from typing import Any

from rootwarden.proofs.answers import NO, YES, Answer, all_of, any_of, cannot_tell, sure
from rootwarden.proofs.condition_values import in_network, like_arn, like_text, same_text, same_text_ignoring_case
from rootwarden.proofs.conditions import read_operator
from rootwarden.proofs.policy_coverage import covers_action, covers_resource
from rootwarden.proofs.policy_document import Condition, Principals, Statement, read_document
from rootwarden.proofs.wildcards import has_wildcard

# Keys that pin the caller when their value is fixed: S3's list, the principal keys it names as a category, the keys
# that do the same for SNS (aws:SourceOwner is on both lists) and for KMS (kms:CallerAccount).
_WHO = frozenset(
    (
        "aws:principalorgid", "aws:principalaccount", "aws:principalarn", "aws:principalorgpaths",
        "aws:principalservicename", "aws:userid", "aws:username", "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce",
        "aws:sourceowner", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:vpceaccount",
        "aws:vpceorgid", "s3:dataaccesspointarn", "s3:dataaccesspointaccount", "kms:calleraccount",
    )
)  # fmt: skip
_ARN_KEYS = frozenset(("aws:sourcearn", "aws:principalarn", "s3:dataaccesspointarn"))
_PATH_KEYS = frozenset(("aws:principalorgpaths", "aws:sourceorgpaths"))
_EQUALITIES = (same_text, same_text_ignoring_case, like_text, like_arn)
_WIDEST_IPV4, _WIDEST_IPV6 = 8, 32


def is_public(policy: Any) -> Answer:
    """Return whether a resource policy (decoded JSON, text or None) lets in callers whom nobody named.

    Deny statements are not weighed against the Allow, as S3 does not either.
    """
    document = read_document(policy)
    if document.flaw:
        return cannot_tell(document.flaw)
    return any_of(lets_in_everyone(statement) for statement in document.statements)


def lets_in_everyone(statement: Statement) -> Answer:
    """Return whether one statement is an Allow for everyone that no condition restricts."""
    if statement.allows is False:
        return NO
    if statement.flaw:
        return cannot_tell(statement.flaw)
    return all_of((_names_everyone(statement.principals), _unrestricted(statement.conditions)))


def is_denied_to_everyone(policy: Any, action: str, resource: str) -> Answer:
    """Return whether a resource policy denies `action` on `resource` to everyone, whatever the circumstances.

    A Deny under a condition, or with exempted principals, is a no: somebody may still pass.
    """
    document = read_document(policy)
    if document.flaw:
        return cannot_tell(document.flaw)
    return any_of(_denies_everyone(statement, action, resource) for statement in document.statements)


def _denies_everyone(statement: Statement, action: str, resource: str) -> Answer:
    if statement.allows:
        return NO
    if statement.flaw:
        return cannot_tell(statement.flaw)
    whom = statement.principals
    everyone = whom is not None and not whom.negated and ("*", "*") in whom.named
    return all_of(
        (
            sure(everyone and not statement.conditions),
            covers_action(statement.actions, action),
            covers_resource(statement.resources, resource, {}, variables=statement.variables),
        )
    )


def _names_everyone(principals: Principals | None) -> Answer:
    if principals is None:
        return cannot_tell("a statement of a resource policy names no principal")
    return sure(principals.negated or any(has_wildcard(text) for _, text in principals.named))


def _unrestricted(conditions: tuple[Condition, ...]) -> Answer:
    """Return yes unless one condition pins the caller; no while one of them is not understood."""
    return all_of(_leaves_open(condition) for condition in conditions)


def _leaves_open(condition: Condition) -> Answer:
    known = read_operator(condition.operator)
    if known is None:
        return cannot_tell(f"the condition operator {condition.operator[:60]} is not known")
    if not known.needs_the_key:
        return YES
    if condition.key == "aws:sourceip" and known.comparison is in_network:
        return sure(not all(_narrow(value) for value in condition.values))
    if condition.key not in _WHO or known.comparison not in _EQUALITIES:
        return YES
    literal = known.comparison in (same_text, same_text_ignoring_case)
    return sure(not all(_fixed(condition.key, value, literal=literal) for value in condition.values))


def _fixed(key: str, value: str, *, literal: bool) -> bool:
    """Return whether a value names one owner: no wildcard, or an ARN or path whose owner has none."""
    if literal and "${" not in value:
        return True
    if not has_wildcard(value):
        return True
    if key in _ARN_KEYS:
        parts = value.split(":", 5)
        return len(parts) == 6 and len(parts[4]) == 12 and parts[4].isdigit()
    return key in _PATH_KEYS and value.startswith("o-") and not has_wildcard(value.split("/", maxsplit=1)[0])


def _narrow(value: str) -> bool:
    """Return whether a range is no broader than S3 tolerates: /8 for IPv4, /32 for IPv6; private ranges are narrow."""
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return False
    if isinstance(network, IPv4Network):
        return network.prefixlen >= _WIDEST_IPV4
    return network.prefixlen >= _WIDEST_IPV6
