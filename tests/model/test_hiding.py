"""What somebody might hide behind: a storm, a mute, a closed incident, a standing window, an address of many."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from rootwarden.model.context import Context, Standing
from rootwarden.model.event import Event
from rootwarden.model.findings import Severity
from rootwarden.model.root_activity import Kind
from rootwarden.model.telling import waits
from rootwarden.store.casebook import Mute
from tests.detections.scenes import DAY
from tests.model.growing import Desk, alert

CRITICAL, HIGH, MEDIUM, LOW, INFO = Severity
MINUTE = timedelta(minutes=1)


def account(number: int) -> str:
    """Return the id of an account."""
    return f"{number:012}"


def test_another_actor_in_the_same_incident_is_told():
    """A second one who does the same to the same account, from elsewhere or as somebody else, is news."""
    desk = Desk()
    assert desk.says(alert(actor="role/Admin", source="198.51.100.1"))
    assert not desk.says(alert(name="2", actor="role/Admin", source="198.51.100.1"))
    assert desk.says(alert(name="3", actor="role/Mallory", source="198.51.100.1"))
    assert desk.says(alert(name="4", actor="role/Admin", source="203.0.113.9"))


def test_the_same_address_in_another_account_is_told():
    """Whoever works through an organization from one host is told of for each account."""
    desk = Desk()
    for number in range(1, 4):
        (news,) = desk.says(alert(DAY + number * MINUTE, account(number), source="198.51.100.1", severity=HIGH))
        assert news.alerts[0].subject == account(number)


def test_failed_sign_ins_are_the_same_whoever_they_are_about():
    """Anybody can make these: one address at a hundred accounts is one incident, told at steps."""
    desk = Desk()
    failed = {"source": "198.51.100.1", "event_name": "ConsoleLogin", "failed": True}
    told = [number for number in range(1, 101) if desk.says(alert(DAY, account(number), **failed))]
    assert told == [1, 10, 100]


def test_after_somebody_closed_an_incident_the_next_one_is_the_first():
    """What was known of it was looked at; what comes now was not."""
    desk = Desk()
    (news,) = desk.says(alert())
    assert not desk.says(alert(name="2"))
    desk.book.closed(news.incident.id)
    assert desk.says(alert(name="3"))
    assert not desk.says(alert(name="4"))


def test_what_was_not_met_for_hours_is_met_for_the_first_time():
    """Background noise that keeps an incident open for months hides nothing."""
    desk = Desk()
    assert desk.says(alert())
    assert not desk.says(alert(name="2"), later=timedelta(hours=5))
    assert desk.says(alert(DAY + MINUTE), later=timedelta(hours=7))


def test_what_is_muted_counts_for_nothing():
    """Twenty-five muted accounts do not use up what the one that is not muted needs."""
    desk = Desk()
    muted = {account(number) for number in range(1, 26)}
    for number in range(1, 26):
        one = alert(DAY, account(number), severity=CRITICAL)
        assert not desk.says(one, muted=lambda found: found.subject in muted)
    (news,) = desk.says(alert(DAY, account(99), severity=CRITICAL), muted=lambda found: found.subject in muted)
    assert news.held == 0


def test_a_mute_is_about_the_account_whose_root_it_is():
    """Muting the account that calls AssumeRoot does not mute what is done to the others."""
    one = Mute(id="m", account=account(1), reason="x", owner="y", created=DAY, until=DAY + MINUTE)
    assert one.covers(alert(subject=account(1)), DAY)
    assert not one.covers(alert(subject=account(2), account=account(1)), DAY)
    assert not one.covers(alert(subject=account(1)), DAY + MINUTE)
    assert not one.covers(alert(subject=account(1)), DAY - MINUTE)


def test_what_is_critical_is_held_back_for_a_minute_at_most():
    """The 21st within the hour is told with those that came with it, though nothing else happens."""
    desk = Desk()
    for number in range(1, 21):
        assert desk.says(alert(DAY, account(number), severity=CRITICAL))
    assert not desk.says(alert(DAY, account(21), severity=CRITICAL))
    assert not desk.says(alert(DAY, account(22), severity=CRITICAL))
    assert not desk.says(later=timedelta(seconds=30))
    (news,) = desk.says(later=timedelta(seconds=31))
    assert news.alerts[0].subject == account(21)
    assert (news.held, news.held_accounts) == (1, (account(21), account(22)))
    assert not desk.says(later=timedelta(hours=1))


def test_a_storm_that_goes_on_is_no_news():
    """From the second hour on a part of the usual number is told singly, and all of it when it was quiet again."""
    desk = Desk()
    counts = []
    for hour in range(3):
        told = [desk.says(alert(DAY, account(hour * 100 + number), severity=HIGH)) for number in range(60)]
        counts.append(sum(map(len, told)))
        desk.now += timedelta(minutes=59)
    assert counts == [6, 2, 2]  # 5 and the 10th; then 1 and the 10th
    desk.now += timedelta(hours=2)
    assert sum(len(desk.says(alert(DAY, account(900 + number), severity=HIGH))) for number in range(5)) == 5


def event(name: str, service: str, **other: object) -> Event:
    """Return an event of a root session."""
    found = Event(
        account=account(2), id="e", time=DAY, name=name, service=service, region="us-east-1", address="198.51.100.1",
        agent="", actor="root", kind=Kind.ROOT_SESSION, key="ASIAEXAMPLE", owner=account(2),
    )  # fmt: skip
    return replace(found, **other)


def test_a_standing_window_expects_what_its_task_is_for_and_nothing_else():
    """Reading root's credentials is expected; a key, a trail, a bucket policy is not, whoever opened the session."""
    caller = "arn:aws:sts::000000000001:assumed-role/Audit/s"
    issue = event(
        "AssumeRoot", "sts.amazonaws.com", actor=caller, kind=Kind.RELATED, target=account(2), made="ASIAEXAMPLE",
        task="arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials", source_identity="rw-audit-1",
    )  # fmt: skip
    role = "arn:aws:iam::000000000001:role/path/Audit"
    context = Context(standing=(Standing(name="audit", caller=role, source_identity="rw-audit-*"),))
    window = context.standing_of([issue])
    assert window is not None
    assert window.allows(issue)
    assert window.allows(event("GetLoginProfile", "iam.amazonaws.com"))
    for name, service in (("CreateAccessKey", "iam"), ("DeleteTrail", "cloudtrail"), ("DeleteBucketPolicy", "s3")):
        assert not window.allows(event(name, f"{service}.amazonaws.com"))
    for level in (CRITICAL, HIGH):
        assert not waits(alert(window=window.id, severity=level))
    assert waits(alert(window=window.id, severity=LOW))
