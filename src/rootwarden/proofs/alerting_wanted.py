"""What somebody wants of one alert topic: who publishes, who listens, and how the calls that see to it are made."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from rootwarden.model.expect import Item
from rootwarden.model.plan import Call, Step
from rootwarden.model.remedy import Not
from rootwarden.proofs.topic_publish import CLOUDWATCH, Publisher

# Tells what Rootwarden made, and for which change: its topics and keys are found again by it, and never mixed up.
TAG = "rootwarden:change"
ALIAS = "alias/rootwarden-alerts"
# Seconds after which nobody waits any longer for a person to confirm: SNS drops the subscription then.
PATIENCE = 48 * 3600


class Wanted(Struct, frozen=True, kw_only=True):
    """A topic as wanted: `least` confirmed subscribers, `emails` to subscribe, `change` is the id of the change.

    `section` is where people configure addresses. `encrypt` gives a topic that is made a customer key.
    """

    arn: str
    partition: str
    publishers: tuple[Publisher, ...]
    emails: tuple[str, ...]
    change: str
    section: str
    least: int = 1
    encrypt: bool = False
    alias: str = ALIAS

    @property
    def name(self) -> str:
        """The topic's name."""
        return self.arn.rsplit(":", 1)[1]

    @property
    def region(self) -> str:
        """The topic's Region."""
        return self.arn.split(":")[3]

    @property
    def account(self) -> str:
        """The account that owns it."""
        return self.arn.split(":")[4]

    @property
    def item(self) -> Item:
        """Where it stands among the topics that were read."""
        return Item("TopicArn", self.arn)

    @property
    def senders(self) -> str:
        """The services that publish, as people call them."""
        services = sorted({one.service for one in self.publishers})
        return " and ".join("CloudWatch" if one == CLOUDWATCH else "EventBridge" for one in services)

    def logical(self, kind: str) -> str:
        """Return the name of a resource in exports as code; the id of the change keeps it from clashing."""
        return f"RootAlert{kind}{self.change.rsplit('-', 1)[-1]}"

    def sns(self, operation: str, **parameters: Any) -> Call:
        """Return a call to SNS where the topic is."""
        return Call(service="sns", operation=operation, region=self.region, parameters=parameters)

    def kms(self, operation: str, **parameters: Any) -> Call:
        """Return a call to KMS where the topic is."""
        return Call(service="kms", operation=operation, region=self.region, parameters=parameters)

    def set(self, name: str, does: str, attribute: str, new: Any, old: Any) -> Step:
        """Return the step that sets one attribute of the topic; taken back, it is as before."""
        do, undo = (
            self.sns("SetTopicAttributes", TopicArn=self.arn, AttributeName=attribute, AttributeValue=value)
            for value in (new, old)
        )
        return Step(id=name, does=does, call=do, undo=(undo,), on=(self.arn,))

    def nobody(self) -> Not:
        """Return that there is nobody to subscribe."""
        count = "an address" if self.least == 1 else f"{self.least} addresses"
        return Not(
            f"nobody is configured whom the topic {self.name} could reach",
            f"set emails to {count} that somebody reads, under {self.section} in rootwarden.toml",
        )
