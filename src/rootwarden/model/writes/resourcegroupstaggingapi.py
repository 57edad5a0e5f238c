"""Nothing is changed here: plans of the former version find a key that they made again by its tags."""

from __future__ import annotations

from rootwarden.model.write import Write

ROWS: tuple[Write, ...] = ()
LOOKS = {"resourcegroupstaggingapi.GetResources": ("tag:GetResources",)}
ON = {"tag:GetResources": ()}
