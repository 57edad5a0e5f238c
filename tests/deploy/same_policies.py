"""Compares a policy document of Terraform with a policy of a template, statement by statement."""

from __future__ import annotations

import json
from typing import Any

from tests.deploy.terraform_code import bare, resources, translated

# Condition of a template -> the expression that stands for it.
WHEN = {
    "Organization": "local.organization",
    "BucketAnnounces": "local.bucket_tells",
    "HasTrailBucket": "local.trail_bucket",
    "HasTrailKey": 'var.trail_key_arn == "" ? [] : [1]',
    "HasTrailTopic": 'var.trail_topic_arn == "" ? 0 : 1',
    "HasPayerTopic": 'var.payer_topic_arn == "" ? 0 : 1',
    "HasRootAlarmTopic": 'var.root_alarm_topic_arn == "" ? 0 : 1',
    "HasCanary": 'var.canary_account_id == "" ? [] : [1]',
    "HasAlarms": 'var.alarm_name == "" ? [] : [1]',
    "Keeps": "local.keeps",
}


def listed(value: Any) -> list[Any]:
    """Return a value, or a list of values, as a list in an order of its own."""
    return sorted(value if isinstance(value, list) else [value], key=json.dumps)


def document(name: str, label: str) -> dict[str, dict[str, Any]]:
    """Return the statements of a policy document of Terraform by Sid, each with the condition for its being there."""
    body = resources(name, "data")[f"aws_iam_policy_document.{label}"]
    found = {bare(one["sid"]): said_in_terraform(one, name) for one in body.get("statement", [])}
    for block in body.get("dynamic", []):
        part = block['"statement"']
        (content,) = part["content"]
        found[bare(content["sid"])] = said_in_terraform(content, name) | {"when": bare(part["for_each"])}
    return found


def said_in_terraform(written: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a statement of Terraform in plain words, its values in those of the template."""
    principal: Any = {}
    for one in written.get("principals", []):
        principal[bare(one["type"])] = listed(translated(one["identifiers"], name))
    conditions: dict[str, dict[str, Any]] = {}
    for one in written.get("condition", []):
        values = listed(translated(one["values"] if isinstance(one["values"], list) else [one["values"]], name))
        conditions.setdefault(bare(one["test"]), {})[bare(one["variable"])] = values
    return {
        "effect": bare(written.get("effect", '"Allow"')),
        "principal": "*" if principal == {"*": ["*"]} else principal,
        "actions": listed(translated(written["actions"], name)),
        "resources": listed(translated(written["resources"], name)),
        "conditions": conditions,
    }


def said_in_template(policy: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the statements of a policy in a template in the same form."""
    found = {}
    for one in policy["Statement"]:
        when, inner = (one["Fn::If"][0], one["Fn::If"][1]) if "Fn::If" in one else ("", one)
        who = inner.get("Principal", {})
        found[inner["Sid"]] = {
            "effect": inner["Effect"],
            "principal": who if who == "*" else {kind: listed(some) for kind, some in who.items()},
            "actions": listed(inner["Action"]),
            "resources": listed(inner["Resource"]),
            "conditions": {
                test: {key: listed(value) for key, value in keys.items()}
                for test, keys in inner.get("Condition", {}).items()
            },
        } | ({"when": when} if when else {})
    return found


def same_policy(name: str, label: str, policy: dict[str, Any]) -> None:
    """Check that a policy document of Terraform and a policy of a template say the same."""
    ours, theirs = document(name, label), said_in_template(policy)
    assert set(ours) == set(theirs)
    for sid, one in ours.items():
        there = dict(theirs[sid])
        assert same_condition(one.pop("when", ""), there.pop("when", "")), sid
        # The key's policy names the topic before it exists, by its text.
        assert as_topics(one) == as_topics(there), (label, sid)


def same_condition(ours: str, theirs: str) -> bool:
    """Return whether an expression of Terraform stands for the condition of a template, or both are missing."""
    return ours.startswith(WHEN[theirs]) if theirs else not ours


def as_topics(statement: dict[str, Any]) -> Any:
    """Return a statement in which the spending topic is named by reference, however it was named."""
    by_text = '{"Fn::Sub": "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:rootwarden-spending"}'
    text = json.dumps(statement, sort_keys=True).replace(by_text, '{"Ref": "SpendingTopic"}')
    return json.loads(
        text, object_hook=lambda one: {k: listed(v) if isinstance(v, list) else v for k, v in one.items()}
    )
