"""A rule sends to a topic that is encrypted with AWS's own key, which EventBridge may not use."""

from rootwarden.lab.blueprint import Rule, Subscription, Topic
from tests.remedies.scene import ADMIN, Scene, alone

_TOPIC = Topic(
    name="root-alerts", key="aws/sns", publishers=("events.amazonaws.com",),
    subscriptions=(Subscription(endpoint="security@alone.example"),),
)  # fmt: skip
_RULE = Rule(name="root", pattern={"detail": {"userIdentity": {"type": ["Root"]}}}, topics=(_TOPIC.name,))

SCENE = Scene(world=alone(users=(ADMIN,), topics=(_TOPIC,), rules=(_RULE,)))
