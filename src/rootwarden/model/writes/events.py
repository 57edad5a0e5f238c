"""Event rules and where they send: EventBridge sets a rule or a target anew when it is put again."""

from __future__ import annotations

from rootwarden.model.write import Right, Write

_NO_RULE = ("ResourceNotFoundException",)
ROWS = (
    Write(
        call="events.PutRule",
        action="events:PutRule",
        also=(
            Right(action="events:TagResource", given="Tags"),
            Right(
                action="iam:PassRole",
                given="RoleArn",
                on=("arn:*:iam::{account}:role/{RoleArn}",),
                only={"StringEquals": {"iam:PassedToService": "events.amazonaws.com"}},
            ),
        ),
    ),
    Write(call="events.DeleteRule", action="events:DeleteRule", gone=_NO_RULE),
    Write(call="events.PutTargets", action="events:PutTargets"),
    Write(call="events.RemoveTargets", action="events:RemoveTargets", gone=_NO_RULE),
)
LOOKS = {
    "events.ListEventBuses": ("events:ListEventBuses",),
    "events.ListRuleNamesByTarget": ("events:ListRuleNamesByTarget",),
    "events.ListTargetsByRule": ("events:ListTargetsByRule",),
}
ON = {
    "events:ListEventBuses": (),
    "events:ListRuleNamesByTarget": (),
    "events:ListTargetsByRule": ("arn:*:events:{region}:{account}:rule/{Rule}",),
}
