"""Trusted access in the organization."""

from __future__ import annotations

from rootwarden.model.write import Write

ROWS = (
    Write(
        call="organizations.EnableAWSServiceAccess",
        action="organizations:EnableAWSServiceAccess",
    ),
    Write(call="organizations.DisableAWSServiceAccess", action="organizations:DisableAWSServiceAccess"),
)
LOOKS = {"organizations.ListDelegatedAdministrators": ("organizations:ListDelegatedAdministrators",)}
