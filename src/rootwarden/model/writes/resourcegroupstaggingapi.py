"""Nothing is changed here: things that have no name of their own are found again by their tags."""

from __future__ import annotations

from rootwarden.model.write import Write

ROWS: tuple[Write, ...] = ()
LOOKS = {"resourcegroupstaggingapi.GetResources": ("tag:GetResources",)}
