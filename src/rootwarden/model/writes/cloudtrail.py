"""Trails."""

from __future__ import annotations

from rootwarden.model.write import Write

_NO_TRAIL = ("TrailNotFoundException",)
ROWS = (
    Write(
        call="cloudtrail.CreateTrail",
        action="cloudtrail:CreateTrail",
        also=("cloudtrail:AddTags",),
        again=False,
    ),
    Write(call="cloudtrail.UpdateTrail", action="cloudtrail:UpdateTrail", gone=_NO_TRAIL),
    Write(call="cloudtrail.DeleteTrail", action="cloudtrail:DeleteTrail", gone=_NO_TRAIL),
    Write(call="cloudtrail.StartLogging", action="cloudtrail:StartLogging"),
    Write(call="cloudtrail.StopLogging", action="cloudtrail:StopLogging", gone=_NO_TRAIL),
    Write(call="cloudtrail.PutEventSelectors", action="cloudtrail:PutEventSelectors", gone=_NO_TRAIL),
)
LOOKS = {"cloudtrail.GetTrail": ("cloudtrail:GetTrail",)}
