"""The policy of a plan: with it everything can be done and undone, and nothing in it goes unused."""

from __future__ import annotations

import json

from rootwarden.aws.audit_policy import SESSION_POLICY_LIMIT
from rootwarden.aws.remediate_policy import change_session_policy, plan_policy, remediate_policy
from rootwarden.lab.actions import action_of
from rootwarden.model.writes import WRITES
from tests.applying.workshop import MEMBER, Workshop

# What is asked before an account is entered, and who one is.
_OTHERS = {"sts:AssumeRole", "sts:GetCallerIdentity"}


def actions(policy: dict) -> set[str]:
    """Return all actions that a policy allows."""
    return {action for statement in policy["Statement"] for action in statement["Action"]}


def test_nothing_is_missing_and_nothing_unused(shop: Workshop):
    """The member is entered with the session policy of each change: what it does not allow, the lab refuses."""
    plan = shop.plan()
    applied = shop.apply(plan)
    assert applied is not None
    shop.undo(applied.run.id)
    used = {
        action_of(one["eventSource"].split(".")[0].replace("tagging", "resourcegroupstaggingapi"), one["eventName"])
        for one in shop.lab.records(MEMBER)
        if "run/" in one["userAgent"] and "errorCode" not in one
    }
    assert used - _OTHERS == actions(plan_policy(one for one in plan.changes if one.account == MEMBER))


def test_a_policy_names_the_resources(shop: Workshop):
    """What can be limited to a resource is."""
    (change,) = (one for one in shop.plan("RW-TRAIL-03").changes if one.account == MEMBER)
    assert plan_policy((change,))["Statement"] == [
        {"Effect": "Allow", "Action": ["cloudtrail:UpdateTrail"], "Resource": [change.resource]},
        {"Effect": "Allow", "Action": ["tag:GetResources"], "Resource": ["*"]},
    ]
    assert len(change_session_policy(change)) < SESSION_POLICY_LIMIT


def test_the_role_that_applies_any_plan_allows_every_write():
    """And reads no more than what a step is looked for by."""
    allowed = actions(remediate_policy())
    assert {action for row in WRITES.values() for action in row.actions} <= allowed
    assert not any(action.startswith("sts:") for action in allowed)
    assert len(json.dumps(remediate_policy())) < 10_240  # IAM quotas: all inline policies of a role together
