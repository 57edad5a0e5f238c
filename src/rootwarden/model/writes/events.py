"""Event rules and where they send: EventBridge sets a rule or a target anew when it is put again."""

from __future__ import annotations

from rootwarden.model.write import Write

_NO_RULE = ("ResourceNotFoundException",)
ROWS = (
    Write(call="events.PutRule", action="events:PutRule"),
    Write(call="events.DeleteRule", action="events:DeleteRule", gone=_NO_RULE),
    Write(call="events.PutTargets", action="events:PutTargets"),
    Write(call="events.RemoveTargets", action="events:RemoveTargets", gone=_NO_RULE),
)
LOOKS = {
    "events.ListEventBuses": ("events:ListEventBuses",),
    "events.ListRuleNamesByTarget": ("events:ListRuleNamesByTarget",),
    "events.ListTargetsByRule": ("events:ListTargetsByRule",),
}
