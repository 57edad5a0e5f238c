"""Topics of SNS, their policies and subscriptions."""

from __future__ import annotations

from rootwarden.lab.stack.kind import Kind, Properties, as_json
from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.values import Made


def _topic(site: Site, properties: Properties) -> Made:
    attributes = {"KmsMasterKeyId": properties["KmsMasterKeyId"]} if "KmsMasterKeyId" in properties else {}
    arn = site.call("sns", "CreateTopic", {"Name": properties["TopicName"], "Attributes": attributes})["TopicArn"]
    return Made(arn, {"TopicArn": arn, "TopicName": properties["TopicName"]})


def _policy(site: Site, properties: Properties) -> Made:
    for arn in properties["Topics"]:
        asked = {"TopicArn": arn, "AttributeName": "Policy", "AttributeValue": as_json(properties["PolicyDocument"])}
        site.call("sns", "SetTopicAttributes", asked)
    return Made("topic policy", {})


def _subscription(site: Site, properties: Properties) -> Made:
    answer = site.call("sns", "Subscribe", {**properties, "ReturnSubscriptionArn": True})
    return Made(answer["SubscriptionArn"], {"Arn": answer["SubscriptionArn"]})


KINDS = {
    "AWS::SNS::Topic": Kind(_topic, frozenset({"TopicName"}), frozenset({"KmsMasterKeyId"})),
    "AWS::SNS::TopicPolicy": Kind(_policy, frozenset({"Topics", "PolicyDocument"})),
    "AWS::SNS::Subscription": Kind(_subscription, frozenset({"TopicArn", "Protocol", "Endpoint"})),
}
