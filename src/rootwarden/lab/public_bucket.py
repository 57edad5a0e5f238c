"""Whether a bucket policy makes the bucket public in S3's own meaning of the word.

Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", section "The meaning of public".
Written apart from the product's own test on purpose: the lab must not repeat the product's mistakes.
"""

from __future__ import annotations

import json
from ipaddress import ip_network
from typing import Any

from rootwarden.lab.policy_check import as_list

# A fixed value of one of these keys restricts who can come in.
_FIXING_KEYS = frozenset(
    {
        "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount",
        "aws:principalorgid", "aws:principalarn", "aws:principalaccount", "aws:principalorgpaths",
        "s3:dataaccesspointarn", "s3:dataaccesspointaccount", "aws:userid", "aws:sourceip", "aws:resourceorgid",
        "aws:vpceorgid",
    }
)  # fmt: skip
_POSITIVE = ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress")


def is_public(policy: bytes | str | None) -> bool:
    """Return whether some Allow statement lets in everybody; no policy, or one that is no JSON, is not public."""
    try:
        document = json.loads(policy or "{}")
    except ValueError:
        return False
    statements = as_list(document.get("Statement", []))
    return any(one.get("Effect") == "Allow" and _everybody(one) and not _restricted(one) for one in statements)


def _everybody(statement: dict[str, Any]) -> bool:
    if "NotPrincipal" in statement:
        return True
    principal = statement.get("Principal", {})
    named = [principal] if isinstance(principal, str) else as_list(principal.get("AWS", []))
    return "*" in named


def _restricted(statement: dict[str, Any]) -> bool:
    """Conditions are joined by AND: one that fixes the caller is enough."""
    return any(
        operator.rpartition(":")[2].removesuffix("IfExists") in _POSITIVE
        and not operator.endswith("IfExists")
        and key.lower() in _FIXING_KEYS
        and all(_fixed(key.lower(), str(value)) for value in as_list(values))
        for operator, pairs in statement.get("Condition", {}).items()
        for key, values in pairs.items()
    )


def _fixed(key: str, value: str) -> bool:
    if key == "aws:sourceip":
        try:
            network = ip_network(value, strict=False)
        except ValueError:
            return False
        return network.prefixlen >= (8 if network.version == 4 else 32)
    if "${" in value:
        return False
    if key in ("aws:sourcearn", "aws:principalarn", "s3:dataaccesspointarn"):
        return "*" not in ":".join(value.split(":")[4:5]) and len(value.split(":")) > 5
    return "*" not in value and "?" not in value
