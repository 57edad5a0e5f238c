"""What policies can be told about a user or role that asks, and what must be said beside "is an administrator"."""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.proofs.admin_power import Place, Standing
from rootwarden.proofs.iam_users import Named


def known_of_user(user: Named, place: Place, *, mfa: bool | None = None) -> dict[str, str | None]:
    """Return the condition keys that are known of an IAM user's requests.

    `mfa`: True for a session signed in with MFA, False for one without (or a bare access key), None to leave it open.
    Source: IAM User Guide, "AWS global condition context keys".
    """
    known: dict[str, str | None] = {
        "aws:username": user.name,
        "aws:principalarn": user.arn,
        "aws:principalaccount": place.account,
        "aws:principaltype": "User",
        "aws:principalisawsservice": "false",
    }
    if mfa is not None:
        known["aws:multifactorauthpresent"] = "true" if mfa else None
        if not mfa:
            known["aws:multifactorauthage"] = None
    return known


def known_of_role(arn: str, place: Place) -> dict[str, str | None]:
    """Return the condition keys that are known of the requests of a session of a role."""
    return {
        "aws:principalarn": arn,
        "aws:principalaccount": place.account,
        "aws:principaltype": "AssumedRole",
        "aws:principalisawsservice": "false",
        "aws:username": None,
    }


def notes_on(power: Standing) -> Iterator[str]:
    """Note the conditions and denials that an administrator's power is subject to."""
    if power.depends:
        yield f"conditional_power: granted under conditions on {', '.join(power.depends)}"
    if power.restrained:
        yield f"conditional_deny: a Deny suspends the power under conditions on {', '.join(power.restrained)}"
    if power.partly_denied:
        yield "partly_denied: a Deny takes some actions or resources away; the power over IAM remains"
