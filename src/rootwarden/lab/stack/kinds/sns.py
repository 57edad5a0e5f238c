"""Topics of SNS, their policies and subscriptions."""

from __future__ import annotations

from rootwarden.lab.stack.kind import Kind, Properties, as_json
from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.values import Made

# Properties that are attributes of the same name, which are text.
_TOPIC = frozenset({"KmsMasterKeyId", "DisplayName", "FifoTopic", "SignatureVersion"})
_SUBSCRIPTION = frozenset({"RawMessageDelivery", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy"})


def _attributes(properties: Properties, known: frozenset[str]) -> dict[str, str]:
    return {name: _text(value) for name, value in properties.items() if name in known}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return as_json(value) if isinstance(value, dict) else str(value)


def _topic(site: Site, properties: Properties) -> Made:
    asked: Properties = {"Name": properties["TopicName"], "Attributes": _attributes(properties, _TOPIC)}
    if "Tags" in properties:
        asked["Tags"] = properties["Tags"]
    arn = site.call("sns", "CreateTopic", asked)["TopicArn"]
    return Made(arn, {"TopicArn": arn, "TopicName": properties["TopicName"]})


def _policy(site: Site, properties: Properties) -> Made:
    for arn in properties["Topics"]:
        asked = {"TopicArn": arn, "AttributeName": "Policy", "AttributeValue": as_json(properties["PolicyDocument"])}
        site.call("sns", "SetTopicAttributes", asked)
    return Made("topic policy", {})


def _subscription(site: Site, properties: Properties) -> Made:
    asked = {name: properties[name] for name in ("TopicArn", "Protocol", "Endpoint")}
    if attributes := _attributes(properties, _SUBSCRIPTION):
        asked["Attributes"] = attributes
    answer = site.call("sns", "Subscribe", {**asked, "ReturnSubscriptionArn": True})
    return Made(answer["SubscriptionArn"], {"Arn": answer["SubscriptionArn"]})


KINDS = {
    "AWS::SNS::Topic": Kind(_topic, frozenset({"TopicName"}), _TOPIC | {"Tags"}),
    "AWS::SNS::TopicPolicy": Kind(_policy, frozenset({"Topics", "PolicyDocument"})),
    "AWS::SNS::Subscription": Kind(_subscription, frozenset({"TopicArn", "Protocol", "Endpoint"}), _SUBSCRIPTION),
}
