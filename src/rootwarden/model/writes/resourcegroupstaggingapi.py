"""Tags: nothing is changed, but what was made is found again by its tag."""

from __future__ import annotations

from rootwarden.model.write import Write

ROWS: tuple[Write, ...] = ()
LOOKS = {"resourcegroupstaggingapi.GetResources": ("tag:GetResources",)}
