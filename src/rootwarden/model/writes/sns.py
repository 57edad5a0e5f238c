"""Topics, what they say of who may publish, and who listens.

A subscription that waits to be confirmed cannot be taken back by anybody; SNS lets it lapse after 48 hours ("Amazon SNS
announces automatic deletion of unconfirmed subscriptions", 2023-05-10). Unsubscribe answers InvalidParameter then, as
to much else; only its words tell which.
"""

from __future__ import annotations

from rootwarden.model.write import Right, Write

_NO_TOPIC = ("NotFound",)
# The last is what a list says in place of an ARN while nobody has confirmed it.
_PENDING = ("InvalidParameter: pending confirmation", "InvalidParameter: SubscriptionArn Reason: An ARN must have")
ROWS = (
    # With tags, creating it again is refused where somebody else made a topic of that name.
    Write(
        call="sns.CreateTopic",
        action="sns:CreateTopic",
        also=(Right(action="sns:TagResource", given="Tags"),),
    ),
    Write(call="sns.DeleteTopic", action="sns:DeleteTopic", gone=_NO_TOPIC),
    Write(call="sns.SetTopicAttributes", action="sns:SetTopicAttributes", gone=_NO_TOPIC),
    Write(call="sns.Subscribe", action="sns:Subscribe"),
    Write(call="sns.Unsubscribe", action="sns:Unsubscribe", gone=("NotFound", *_PENDING)),
)
LOOKS = {
    "sns.GetTopicAttributes": ("sns:GetTopicAttributes",),
    "sns.ListSubscriptionsByTopic": ("sns:ListSubscriptionsByTopic",),
    "sns.ListTagsForResource": ("sns:ListTagsForResource",),
}
_TOPIC = ("arn:*:sns:{region}:{account}:{TopicArn}",)
ON = {
    "sns:Subscribe": _TOPIC,
    # AWS knows no resource for it: a subscription is none.
    "sns:Unsubscribe": (),
    "sns:GetTopicAttributes": _TOPIC,
    "sns:ListSubscriptionsByTopic": _TOPIC,
    "sns:ListTagsForResource": ("arn:*:sns:{region}:{account}:{ResourceArn}",),
}
