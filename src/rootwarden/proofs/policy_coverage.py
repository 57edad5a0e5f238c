"""Which actions and which resources a statement covers, wildcards and exclusions counted in.

Source: IAM User Guide, "IAM JSON policy elements: Action" and "Resource".
"""

from __future__ import annotations

from rootwarden.proofs.answers import NO, YES, Answer, any_of, cannot_tell, opposite
from rootwarden.proofs.condition_values import Context, Tokens, UnresolvedError, arn_parts, tokens
from rootwarden.proofs.policy_document import Patterns
from rootwarden.proofs.wildcards import ANY, has_wildcard, matches, matches_tokens


def covers_action(actions: Patterns, action: str) -> Answer:
    """Return whether Action or NotAction includes an action; case does not count."""
    wanted = action.lower()
    found = (
        wanted in actions.values
        or "*" in actions.values
        or any(matches(one, wanted) for one in actions.values if "*" in one or "?" in one)
    )
    return NO if found is actions.negated else YES


def covers_resource(resources: Patterns | None, resource: str, known: Context, *, variables: bool) -> Answer:
    """Return whether Resource or NotResource includes an ARN; a policy without either is about its own resource."""
    if resources is None:
        return YES
    if "*" in resources.values or resource in resources.values:
        return NO if resources.negated else YES
    named = any_of(_names(pattern, resource, known, variables) for pattern in resources.values)
    return opposite(named) if resources.negated else named


def _names(pattern: str, resource: str, known: Context, variables: bool) -> Answer:
    if pattern.count(":") < 5 and resource.startswith(pattern):
        return cannot_tell(f"{pattern!r} is an unfinished ARN")
    if not has_wildcard(pattern):
        return NO
    try:
        wanted = tokens(pattern, known, variables=variables)
    except UnresolvedError as error:
        return cannot_tell(str(error))
    if not matches_tokens(wanted, resource):
        return NO
    if _beyond_doubt(wanted, resource):
        return YES
    return cannot_tell(f"IAM does not say whether {pattern!r} reaches across colons")


def _beyond_doubt(wanted: Tokens, resource: str) -> bool:
    """Return whether a match needs no `*` inside a part of an ARN to cross a colon; at the end of a part it may.

    Source: IAM User Guide, "IAM JSON policy elements: Resource".
    """
    ends = (":", ANY)
    if all(token != ANY or n + 1 == len(wanted) or wanted[n + 1] in ends for n, token in enumerate(wanted)):
        return True
    parts, found = arn_parts(wanted), resource.split(":", 5)
    return len(found) == len(parts) and all(map(matches_tokens, parts, found))
