"""Trusted access in the organization."""

from __future__ import annotations

from rootwarden.model.write import Write

_THIS = {"StringEquals": {"organizations:ServicePrincipal": "{ServicePrincipal}"}}
ROWS = (
    Write(
        call="organizations.EnableAWSServiceAccess",
        action="organizations:EnableAWSServiceAccess",
        only=_THIS,
    ),
    Write(
        call="organizations.DisableAWSServiceAccess",
        action="organizations:DisableAWSServiceAccess",
        only=_THIS,
    ),
)
LOOKS = {"organizations.ListDelegatedAdministrators": ("organizations:ListDelegatedAdministrators",)}
ON = {
    "organizations:EnableAWSServiceAccess": (),
    "organizations:DisableAWSServiceAccess": (),
    "organizations:ListDelegatedAdministrators": (),
}
