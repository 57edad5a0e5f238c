"""Nobody makes the watch believe or overlook anything by an event of his own, or by the marks of a drill."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from rootwarden.aws.drill_acts import synthetic_record
from rootwarden.aws.hop import task_policy_arn
from rootwarden.flows.watching.plan import LATENESS
from rootwarden.model.context import Context, Standing
from rootwarden.model.drill import Drill, Hop, Marks, Method, Passed
from rootwarden.model.findings import Severity
from rootwarden.store.runs import begin_drill, end_drill, mark_drill, running_drills
from tests.detections.scenes import ACCOUNT, MANAGEMENT, SECOND, act, assume_root
from tests.watching.desk import NOW, Watched

MINUTE = timedelta(minutes=1)
CALLER_KEY, ROOT_KEY, CONSOLE_KEY = "ASIADRILLCALLER00001", "ASIADRILLROOT0000001", "ASIAEXAMPLE000000001"
TASK = "IAMAuditRootUserCredentials"
NAME, OTHER = "01M8ACJBK3J16D66QRJY165C8K", "01M8ACJBK3J16D66QRJY165C8L"


@pytest.fixture(name="watched")
def _watched(tmp_path: Path) -> Iterator[Watched]:
    found = Watched(tmp_path, Context(lateness=LATENESS, windows=()))
    yield found
    found.close()


def event(
    source: str, detail: Any, account: str = ACCOUNT, kind: str = "AWS API Call via CloudTrail"
) -> dict[str, Any]:
    """Return an event as EventBridge puts it into a queue."""
    return {"version": "0", "detail-type": kind, "source": source, "account": account, "detail": detail}


def made_key(when: datetime, **fields: Any) -> dict[str, Any]:
    """Return root making an access key, from the console."""
    return act(when, eventName="CreateAccessKey", key=CONSOLE_KEY, **fields)


# -- events that somebody makes up ---------------------------------------------------------------------------------
def test_a_record_by_another_source_is_a_dead_letter(watched: Watched) -> None:
    """It is kept as it came, and is nobody's act; the same record by AWS is told."""
    record = made_key(NOW)
    for source in ("mine", "rootwarden.drill", "aws.partner/evil.example/1"):
        watched.come(event(source, record))
    assert watched.kept == []
    assert ["its source is 'mine'" in watched.letters[0], len(watched.letters)] == [True, 3]
    assert [one.severity for one in watched.come(event("aws.iam", record))] == [Severity.CRITICAL]
    assert [name for name, _ in watched.kept] == ["CreateAccessKey"]


def test_a_record_under_another_account_is_a_dead_letter(watched: Watched) -> None:
    """What is sent on by another account keeps its own."""
    watched.come(event("aws.iam", made_key(NOW), account=SECOND))
    assert watched.kept == []
    assert SECOND in watched.letters[0]


@pytest.mark.parametrize("around", ["mine", "rootwarden.drill", "a drill under way"])
def test_a_forged_task_session_hides_no_use_of_root(tmp_path: Path, around: str) -> None:
    """Somebody makes up that a known job had issued the key that root works with, before or after: no word less."""
    role = f"arn:aws:iam::{MANAGEMENT}:role/RootwardenAudit"
    standing = (Standing(name="audit", caller=role),)
    issued = assume_root(NOW - MINUTE, ACCOUNT, CONSOLE_KEY, TASK, recipientAccountId=MANAGEMENT)
    caller = {"arn": f"arn:aws:sts::{MANAGEMENT}:assumed-role/RootwardenAudit/x"}
    issued["userIdentity"] |= {"type": "AssumedRole", **caller}
    mark = f"rw-drill-{NAME}"
    source = "mine" if around == "mine" else "rootwarden.drill"
    forged = [
        event(source, {"eventID": mark, "eventName": "x", "Records": [issued]}, MANAGEMENT, "anything"),
        event(source, {"eventID": mark, "detail": event("aws.sts", issued, MANAGEMENT)}, MANAGEMENT),
        event(source, {**issued, "eventID": mark}, MANAGEMENT),
        event(source, {**issued, "eventID": mark, "message": json.dumps(issued)}, MANAGEMENT),
    ]
    told = []
    for before, after in (([], []), (forged, []), ([], forged)):
        watched = Watched(tmp_path, Context(lateness=LATENESS, windows=(), standing=standing))
        if around == "a drill under way":
            begin_drill(watched.store, synthetic(watched.clock.now()))
        watched.come(*before)
        said = watched.come(event("aws.iam", made_key(NOW - MINUTE / 2)))
        later = watched.come(*after)
        said += watched.come(event("aws.cloudtrail", stopped()))
        assert not [one for one in later if one.accounts]
        assert not any(drill for _, drill in watched.kept)
        told.append([(one.occasion, one.severity, one.title, one.lines[4]) for one in said])
        watched.close()
    assert told[0] == told[1] == told[2]
    assert told[0]


def stopped() -> dict[str, Any]:
    """Return root stopping a trail, by the same session."""
    more: dict[str, Any] = {"eventName": "StopLogging", "eventSource": "cloudtrail.amazonaws.com"}
    return act(NOW - MINUTE / 3, key=CONSOLE_KEY, **more)


# -- a drill's made-up record --------------------------------------------------------------------------------------
def synthetic(now: datetime, name: str = NAME, account: str = ACCOUNT) -> Marks:
    """Return by what a drill with a made-up record is known."""
    ends = now + timedelta(minutes=20)
    known = {"event_ids": (f"rw-drill-{name}",), "target": account, "region": "us-east-1"}
    return Marks(drill=f"drill-{name}", begins=now, ends=ends, **known)


def test_the_record_of_a_drill_under_way_and_no_other(watched: Watched) -> None:
    """Told as a drill; before it, after it and with another content it is a dead letter."""
    record = synthetic_record("us-east-1", ACCOUNT, f"rw-drill-{NAME}", NOW)
    assert not watched.come(event("rootwarden.drill", record))
    marks = synthetic(watched.clock.now())
    begin_drill(watched.store, marks)
    others = [
        record | {"eventName": "CreateAccessKey"},
        record | {"recipientAccountId": SECOND},
        record | {"awsRegion": "eu-west-1"},
        record | {"userIdentity": record["userIdentity"] | {"accessKeyId": CONSOLE_KEY}},
        record | {"responseElements": {"credentials": {"accessKeyId": CONSOLE_KEY}}},
        record | {"eventID": f"rw-drill-{OTHER}"},
    ]
    assert not watched.come(*(event("rootwarden.drill", one) for one in others))
    assert watched.kept == []
    assert len(watched.letters) == 1 + len(others)
    (message,) = watched.come(event("rootwarden.drill", record))
    assert (message.drill, message.thread) == (True, marks.drill)
    assert watched.kept == [("GetAccountSummary", marks.drill)]
    watched.clock.time = marks.ends
    late = record | {"eventTime": "2026-11-25T12:21:00Z"}
    assert not watched.come(event("rootwarden.drill", late))
    assert len(watched.letters) == 2 + len(others)


def test_two_drills_at_once(watched: Watched) -> None:
    """Each has its own record, its own incident and its own message."""
    both = [synthetic(watched.clock.now(), name) for name in (NAME, OTHER)]
    for marks in both:
        begin_drill(watched.store, replace(marks, event_ids=()))
    for marks in both:
        mark_drill(watched.store, marks)
    assert running_drills(watched.store, watched.clock.now()) == both
    records = [synthetic_record("us-east-1", ACCOUNT, f"rw-drill-{name}", NOW) for name in (OTHER, NAME)]
    told = watched.come(*(event("rootwarden.drill", one) for one in records))
    assert sorted(one.thread for one in told) == [one.drill for one in both]
    assert all(one.drill for one in told)
    assert [drill for _, drill in watched.kept] == [both[1].drill, both[0].drill]
    end_drill(watched.store, ended(both[0]))
    assert running_drills(watched.store, watched.clock.now()) == both


# -- the marks of a root session -----------------------------------------------------------------------------------
def session(now: datetime) -> Marks:
    """Return by what a drill that opens a root session is known."""
    known: dict[str, Any] = {"keys": (CALLER_KEY, ROOT_KEY), "source_identity": f"rw-drill-{NAME}"}
    about = {"target": ACCOUNT, "task": task_policy_arn("aws")}
    return Marks(drill=f"drill-{NAME}", begins=now, ends=now + timedelta(minutes=20), **known, **about)


def ended(marks: Marks) -> Drill:
    """Return the result of a drill that passed."""
    return Drill(
        id=marks.drill, method=Method.ASSUME_ROOT, path="a path", account=ACCOUNT, region="us-east-1",
        started=marks.begins, finished=marks.begins + MINUTE, hops=(Hop(name="record", state=Passed.PASSED),),
        cleaned=True, configuration="",
    )  # fmt: skip


def opened(when: datetime, target: str = ACCOUNT, task: str = TASK, key: str = CALLER_KEY, **fields: Any) -> Any:
    """Return a root session being opened by whoever has a key, under the name of the drill."""
    record = assume_root(when, target, ROOT_KEY, task, recipientAccountId=MANAGEMENT, **fields)
    who = {"type": "AssumedRole", "arn": f"arn:aws:sts::{MANAGEMENT}:assumed-role/RootwardenDrill/x"}
    named = {"sessionContext": {"sourceIdentity": f"rw-drill-{NAME}"}}
    record["userIdentity"] = {"accountId": MANAGEMENT, "accessKeyId": key, **who, **named}
    return record


def looked(when: datetime, **fields: Any) -> Any:
    """Return what the drill's root session does."""
    asked: dict[str, Any] = {"eventName": "GetAccountSummary", "eventSource": "iam.amazonaws.com", "readOnly": True}
    return act(when, key=ROOT_KEY, **(asked | fields))


def test_what_comes_late_is_the_drills_still(watched: Watched) -> None:
    """CloudTrail is late, the drill over: the record goes into its incident and is told once; a quarter later, not."""
    marks = session(watched.clock.now())
    begin_drill(watched.store, marks)
    (first,) = watched.come(event("aws.sts", opened(NOW), MANAGEMENT))
    assert (first.drill, first.thread) == (True, marks.drill)
    end_drill(watched.store, ended(marks))
    late = looked(NOW + timedelta(seconds=1))
    told = watched.come(event("aws.iam", late), after=10 * MINUTE)
    assert [(one.drill, one.thread) for one in told] == [(True, marks.drill)]
    assert watched.come(event("aws.iam", late)) == []
    copy = opened(NOW) | {"recipientAccountId": ACCOUNT, "eventID": "f2d1e0a3-0000-4000-8000-000000000001"}
    assert all(one.drill for one in watched.come(event("aws.sts", copy)))
    assert {thread for (thread,) in watched.ask("SELECT DISTINCT incident FROM alerts")} == {marks.drill}
    after = looked(marks.ends)
    (real, *_) = watched.come(event("aws.iam", after), after=marks.ends - watched.clock.now())
    assert not real.drill
    assert real.thread.startswith("inc-")


MISUSES: dict[str, tuple[str, Any]] = {
    "another task": ("aws.sts", opened(NOW, task="IAMDeleteRootUserCredentials")),
    "another account": ("aws.sts", opened(NOW, target=SECOND)),
    "another role that carries its name": ("aws.sts", opened(NOW, key=CONSOLE_KEY, target=SECOND)),
    "another act by its root session": ("aws.iam", looked(NOW, eventName="CreateAccessKey", readOnly=False)),
    "its key in another account": ("aws.iam", looked(NOW) | {"recipientAccountId": SECOND}),
    "the same name in another service": ("aws.ec2", looked(NOW, eventSource="ec2.amazonaws.com")),
}


@pytest.mark.parametrize("misuse", MISUSES)
@pytest.mark.parametrize("state", ["under way", "over", "killed"])
def test_the_marks_of_a_drill_cover_nothing_else(watched: Watched, misuse: str, state: str) -> None:
    """It alerts as real, and people are told that the marks are a drill's; once, however often the record comes."""
    marks = session(watched.clock.now())
    begin_drill(watched.store, marks)
    if state == "over":
        end_drill(watched.store, ended(marks))
    source, record = MISUSES[misuse]
    told = watched.come(event(source, record, record["recipientAccountId"]))
    assert told
    assert not any(one.drill for one in told)
    (marked,) = [one for one in told if one.thread == f"marked-{marks.drill}"]
    assert marked.lines[0].startswith("This is REAL")
    assert f"{record['recipientAccountId']}/{record['eventID']}" in marked.event_ids
    assert [one.thread[:4] for one in told if one is not marked] == ["inc-"]
    assert watched.kept == [(record["eventName"], "")]
    assert watched.come(event(source, record, record["recipientAccountId"])) == []


def test_a_killed_drill_leaves_no_marks_behind(watched: Watched) -> None:
    """They end by the clock; the next drill sweeps them up."""
    marks = session(watched.clock.now())
    begin_drill(watched.store, marks)
    assert running_drills(watched.store, marks.ends - MINUTE) == [marks]
    assert running_drills(watched.store, marks.ends) == []
    later = watched.clock.now() + timedelta(hours=5)
    told = watched.come(event("aws.sts", opened(later), MANAGEMENT), after=timedelta(hours=5))
    assert [one.thread[:4] for one in told if not one.drill] == ["inc-"]
    begin_drill(watched.store, synthetic(later, OTHER))
    assert watched.ask("SELECT id FROM runs WHERE kind = 'drill-marks'") == [(f"marks-{OTHER}",)]


# -- alarms --------------------------------------------------------------------------------------------------------
def rang(second: int, name: str, account: str = ACCOUNT, region: str = "us-east-1", reason: str = "") -> Any:
    """Return the message of an alarm that rang at a second, as a topic sends it."""
    arn = f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}"
    when = f"2026-11-25T12:00:0{second}.000+0000"
    said = {"NewStateValue": "ALARM", "NewStateReason": reason, "StateChangeTime": when}
    return {"AlarmName": name, "AWSAccountId": account, "AlarmArn": arn} | said


def alarm_drill(now: datetime, name: str, alarm: str) -> Marks:
    """Return by what a drill that sets an alarm off is known."""
    about = {"reason": f"rw-drill-{name}", "target": ACCOUNT, "region": "us-east-1", "alarm": alarm}
    return Marks(drill=f"drill-{name}", begins=now, ends=now + timedelta(minutes=20), **about)


def test_an_alarm_is_a_drills_by_reason_name_and_place(watched: Watched) -> None:
    """Two drills at once, each with its alarm; the reason on any other alarm, or no reason, is real."""
    both = [alarm_drill(NOW, NAME, "first"), alarm_drill(NOW, OTHER, "second")]
    for marks in both:
        begin_drill(watched.store, marks)
    ours = f"DRILL rw-drill-{NAME}: set off"
    real = [
        rang(1, "second", reason=ours),
        rang(2, "third", reason=ours),
        rang(3, "first", SECOND, reason=ours),
        rang(4, "first", region="eu-west-1", reason=ours),
        rang(5, "first", reason="Threshold Crossed"),
    ]
    told = [watched.come(one) for one in real]
    assert [one.drill for some in told for one in some] == [False] * len(real)
    kept: Sequence[Any] = watched.kept
    assert all(not drill for _, drill in kept)
    again = [rang(6, "second", reason=f"DRILL rw-drill-{OTHER}"), rang(7, "first", reason=ours)]
    assert sorted(one.thread for one in watched.come(*again) if one.drill) == [one.drill for one in both]
