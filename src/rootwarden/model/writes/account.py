"""Contacts of an account; of the primary one there is no call that removes it."""

from __future__ import annotations

from rootwarden.model.write import Write

ROWS = (
    Write(call="account.PutAlternateContact", action="account:PutAlternateContact"),
    Write(
        call="account.DeleteAlternateContact",
        action="account:DeleteAlternateContact",
        gone=("ResourceNotFoundException",),
    ),
    Write(call="account.PutContactInformation", action="account:PutContactInformation"),
)
# An account that speaks of itself names no account, and is a resource of its own.
ON = {
    f"account:{name}": ("arn:*:account::{account}:account",)
    for name in ("PutAlternateContact", "DeleteAlternateContact", "PutContactInformation")
}
