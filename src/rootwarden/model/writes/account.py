"""Contacts of an account."""

from __future__ import annotations

from rootwarden.model.write import Write

ROWS = (
    Write(call="account.PutAlternateContact", action="account:PutAlternateContact"),
    Write(
        call="account.DeleteAlternateContact",
        action="account:DeleteAlternateContact",
        gone=("ResourceNotFoundException",),
    ),
)
