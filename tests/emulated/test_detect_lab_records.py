"""What the lab records of root's doings, read over HTTP with LookupEvents, is judged as it should be."""

from __future__ import annotations

import json

from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry, organize, task  # noqa: F401
from tests.journeys.terminal import rootwarden


def looked_up(lab: Lab, account: str, region: str = "us-east-1") -> list[dict]:
    """Return the records of an account as `aws cloudtrail lookup-events` prints them."""
    role = "Admin" if account == MANAGEMENT else "OrganizationAccountAccessRole"
    pages = client(lab, "cloudtrail", entry(lab, account, role), region).get_paginator("lookup_events").paginate()
    events = [event for page in pages for event in page["Events"]]
    return [{"EventId": event["EventId"], "CloudTrailEvent": event["CloudTrailEvent"]} for event in events]


def test_a_task_session_is_told_from_root_itself(lab: Lab):
    """AssumeRoot is reported where it was called; the member's records are of a session, of which no MFA is asked."""
    (member,) = organize(lab, "member")
    sts = client(lab, "sts", entry(lab), "eu-west-1")
    answer = sts.assume_root(TargetPrincipal=member, TaskPolicyArn=task("IAMAuditRootUserCredentials"))["Credentials"]
    client(lab, "iam", answer).list_mfa_devices()
    events = [
        event
        for place in ((MANAGEMENT, "us-east-1"), (MANAGEMENT, "eu-west-1"), (member, "us-east-1"))
        for event in looked_up(lab, *place)
    ]
    done = rootwarden("detect", "-", "--output", "json", stdin=json.dumps({"Events": events}))
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    fired = {(alert["code"], alert["account"], alert["event_name"]) for alert in found["alerts"]}
    assert ("RD-026", MANAGEMENT, "AssumeRoot") in fired
    assert ("RD-117", MANAGEMENT, "AssumeRoot") in fired
    assert ("RD-028", MANAGEMENT, "EnableOrganizationsRootSessions") in fired
    assert ("RD-001", member, "ListMFADevices") in fired
    assert "RD-031" not in {alert["code"] for alert in found["alerts"]}
    assert {alert["kind"] for alert in found["alerts"] if alert["account"] == member} == {"root-session"}
    session = next(one for one in found["incidents"] if member in one["subjects"])
    assert "AssumeRoot" in session["story"] or "root session" in session["story"]
