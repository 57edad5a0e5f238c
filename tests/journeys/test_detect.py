"""Journeys of `rootwarden detect`: records from files and pipes, windows, own rules, and what bad input gets."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot
from jsonschema import ValidationError, validate

from rootwarden.model.golden import golden_records
from tests.detections.scenes import compromised_root
from tests.journeys.terminal import rootwarden

NOW = ("--now", "2026-11-25T00:00:00Z")
GOLDEN = {one.id: one.record for one in golden_records()}
SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"
REAL = Path(__file__).parents[1] / "data" / "cloudtrail" / "invictus" / "CloudTrail"


def write(path: Path, value: Any) -> str:
    """Write JSON and return the file's name."""
    path.write_text(json.dumps(value))
    return str(path)


def detect(*arguments: str, stdin: str = "") -> tuple[int, dict[str, Any]]:
    """Run with JSON output; return exit code and the object."""
    answer = rootwarden("detect", *arguments, *NOW, "--output", "json", stdin=stdin)
    assert answer.err == "", answer.err
    return answer.code, json.loads(answer.out)


def sign_in() -> dict[str, Any]:
    """Return a successful root sign-in with MFA."""
    found = next(one for one in golden_records() if one.fires == ("RD-002",))
    return {**found.record, "eventTime": "2026-11-24T10:00:00Z"}


def test_a_compromised_root_is_one_incident(tmp_path: Path) -> None:
    """The attack is told as one story, in order, with what to do; the holder's own sign-ins are other incidents."""
    answer = rootwarden("detect", write(tmp_path / "r.json", {"Records": compromised_root()}), *NOW)
    assert answer.code == 0
    assert max(map(len, answer.out.splitlines())) <= 80
    first = answer.out.partition("Incident 2")[0]
    assert first == snapshot("""\
Incident 1 of 4 ──────────────────────────────────────── critical · 111122223333
2026-11-24 02:14:03 to 02:48:55 UTC, account 111122223333: 23 alerts, the worst
critical. At 02:14:03 root of 111122223333 acted from 198.51.100.66, in a
network not seen before (198.51.100.0/24) [RD-107, RD-004]. At 02:15:27 root
failed to sign in to the console from 198.51.100.66 [RD-004], 2 times in a row.
At 02:21:34 root of 111122223333 signed in from 198.51.100.66 after failures (3
failures before); root signed in to the console without MFA from 198.51.100.66
[RD-103, RD-003, RD-002, RD-107]. At 02:26:09 root created an access key for
root [RD-005, RD-031, RD-001]. At 02:31:40 root of 111122223333 called
StopLogging on the audit trail within its session (after ConsoleLogin)
(acme-cloudtrail-us-east-1); the call was refused [RD-113, RD-017, RD-031,
RD-001]. At 02:37:12 root granted rights by AttachUserPolicy to emergency-admin
[RD-020, RD-031, RD-001]. At 02:48:55 the new access key of root of 111122223333
was used for RunInstances; root spent money by RunInstances in ap-southeast-3
(p5.48xlarge) [RD-118, RD-030, RD-040, RD-109, RD-001]. Harm: money: expensive
resources may run at your cost. Not seen yet: deletion, data.

02:14:03 high     RD-107 Root from a new network or country
02:14:03 medium   RD-004 Root console sign-in failed
02:15:27 medium   RD-004 Root console sign-in failed
02:17:50 medium   RD-004 Root console sign-in failed
02:21:34 critical RD-003 Root console sign-in succeeded without MFA
02:21:34 critical RD-103 Root sign-in success after failures
02:21:34 high     RD-002 Root console sign-in succeeded
02:21:34 high     RD-107 Root from a new network or country
02:26:09 critical RD-005 Root access key created
02:26:09 high     RD-031 Root session without MFA made API calls
02:26:09 medium   RD-001 Root user performed a direct action
02:31:40 critical RD-017 Audit trail stopped, deleted or narrowed; refused
02:31:40 critical RD-113 Trail stopped inside a root session; refused
02:31:40 high     RD-031 Root session without MFA made API calls; refused
02:31:40 medium   RD-001 Root user performed a direct action; refused
02:37:12 high     RD-020 Root attached administrator rights or changed trust
02:37:12 high     RD-031 Root session without MFA made API calls
02:37:12 medium   RD-001 Root user performed a direct action
02:48:55 critical RD-030 Root used a long-term access key; root was not seen in
                         ap-southeast-3 before
02:48:55 critical RD-040 Root launched compute or bought something
02:48:55 critical RD-118 Root key used right after it was made
02:48:55 medium   RD-001 Root user performed a direct action
02:48:55 medium   RD-109 Root with a new user agent family

What to do now
  1. Stop what was launched.
  2. Confirm an open window; without one, treat the account as compromised.
  3. Call the holder by telephone; do not write to the mailbox of the account.
  4. Delete the key now.
  5. Start logging again, from another account if this one is not trusted.
  6. Restore logging from another account.
  7. Confirm with the holder by a second channel.
  8. Confirm the window and its approver within 15 minutes.
     35 more steps: rootwarden explain CODE

""")


def test_every_envelope_gives_the_same_alerts(tmp_path: Path) -> None:
    """S3 log file, gzip, JSON lines, EventBridge, LookupEvents, a bare record and a pipe."""
    record = sign_in()
    event = {"detail-type": "AWS Console Sign In via CloudTrail", "source": "aws.signin", "detail": record}
    lookup = {"Events": [{"EventId": record["eventID"], "CloudTrailEvent": json.dumps(record)}]}
    packed = tmp_path / "packed.json.gz"
    packed.write_bytes(gzip.compress(json.dumps({"Records": [record]}).encode()))
    shapes = [
        write(tmp_path / f"{n}.json", one) for n, one in enumerate(({"Records": [record]}, record, event, lookup))
    ]
    seen = [detect(name)[1]["alerts"] for name in (*shapes, str(packed))]
    seen.append(detect("-", stdin=json.dumps(record) + "\n")[1]["alerts"])
    assert [alert["code"] for alert in seen[0]] == ["RD-002"]
    assert all(alerts == seen[0] for alerts in seen)
    together = detect(str(tmp_path))[1]
    assert together["counted"]["records"] == 5
    assert [alert["code"] for alert in together["alerts"]] == ["RD-002"], "the same record five times is one alert"


def test_no_root_alert_on_real_records() -> None:
    """2,900 records of a real account in which root did nothing: every alert is of somebody else."""
    code, found = detect(str(REAL))
    assert (code, found["counted"]["records"], found["counted"]["unread"]) == (0, 2900, [])
    assert {alert["kind"] for alert in found["alerts"]} == {"other", "related"}
    assert {alert["code"] for alert in found["alerts"]} == {"RD-015", "RD-017"}


def test_a_window_makes_it_expected(tmp_path: Path) -> None:
    """Inside an approved window the alert is low; outside of one it is critical that nobody approved it."""
    file = write(tmp_path / "r.json", sign_in())
    account = sign_in()["recipientAccountId"]
    window = {"id": "w1", "account": account, "opens": "2026-11-24T09:55:00Z", "closes": "2026-11-24T10:30:00Z"}
    inside = detect(file, "--windows", write(tmp_path / "w.json", {"windows": [window]}))[1]["alerts"]
    assert [(one["code"], one["severity"], one["window"]) for one in inside] == [("RD-002", "low", "w1")]
    outside = detect(file, "--windows", write(tmp_path / "none.json", {"windows": []}))[1]["alerts"]
    assert [(one["code"], one["severity"]) for one in outside] == [("RD-104", "critical"), ("RD-002", "high")]


def test_grace_is_one_setting(tmp_path: Path) -> None:
    """A window that opens a minute late still covers, unless the grace is set to nothing."""
    file, account = write(tmp_path / "r.json", sign_in()), sign_in()["recipientAccountId"]
    window = {"id": "w1", "account": account, "opens": "2026-11-24T10:01:00Z", "closes": "2026-11-24T10:30:00Z"}
    windows = write(tmp_path / "w.json", {"windows": [window]})
    assert [one["code"] for one in detect(file, "--windows", windows)[1]["alerts"]] == ["RD-002"]
    strict = detect(file, "--windows", windows, "--match-grace", "0")[1]["alerts"]
    assert [one["code"] for one in strict] == ["RD-104", "RD-002"]


def test_own_rules_are_judged_beside_ours(tmp_path: Path) -> None:
    """A Sigma rule of the user's fires with its own id; a refused one names file and construct."""
    (tmp_path / "rules").mkdir()
    rule = tmp_path / "rules" / "mine.yml"
    rule.write_text(
        "title: Somebody listed buckets\nid: 4f6e7a52-3f86-4f7e-9d0e-0f3d6a8d1c11\n"
        "logsource: {product: aws, service: cloudtrail}\nlevel: low\n"
        "detection: {selection: {eventName: ListBuckets}, condition: selection}\n"
    )
    code, found = detect(str(REAL), "--rules", str(rule.parent), "--fail-on", "low")
    mine = [alert for alert in found["alerts"] if alert["title"] == "Somebody listed buckets"]
    assert code == 3
    assert mine
    assert mine[0]["detection"] == "mine"
    rule.write_text(rule.read_text() + "timeframe: 5m\ncorrelation: {}\n")
    answer = rootwarden("detect", str(REAL), "--rules", str(rule.parent))
    assert answer.code == 2
    assert "mine.yml" in answer.err
    assert "correlation" in answer.err


def test_output_and_windows_are_as_their_schemas_say(tmp_path: Path) -> None:
    """What is printed validates, and so does a file of windows that is accepted."""
    window = {"id": "w1", "account": "111122223333", "opens": "2026-11-24T00:00:00Z", "closes": "2026-11-24T01:00:00Z"}
    windows = {"windows": [{**window, "task": "S3UnlockBucketPolicy", "events": ["s3:DeleteBucketPolicy"]}]}
    file = write(tmp_path / "r.json", {"Records": compromised_root()})
    found = detect(file, "--windows", write(tmp_path / "w.json", windows))[1]
    validate(found, json.loads((SCHEMAS / "alerts.schema.json").read_text()))
    validate(windows, json.loads((SCHEMAS / "windows.schema.json").read_text()))
    with pytest.raises(ValidationError):
        validate({"windows": [{**window, "acount": "1"}]}, json.loads((SCHEMAS / "windows.schema.json").read_text()))


def test_machines_get_one_alert_a_line(tmp_path: Path) -> None:
    """Every line but the last is an alert; the last holds the counts."""
    file = write(tmp_path / "r.json", {"Records": compromised_root()})
    answer = rootwarden("detect", file, *NOW, "--output", "jsonl")
    *alerts, last = map(json.loads, answer.out.splitlines())
    wanted = {
        "code",
        "detection",
        "severity",
        "account",
        "event_ids",
        "event_time",
        "window",
        "title",
        "story",
        "response",
    }
    assert all(wanted <= alert.keys() for alert in alerts)
    assert last["records"] == len(compromised_root())
    assert sum(last["classification"].values()) == last["records"]
    times = [alert["event_time"] for alert in alerts]
    assert times == sorted(times)


def test_keys_are_hidden_unless_asked_for(tmp_path: Path) -> None:
    """Access key ids end in four characters, everywhere."""
    file = write(tmp_path / "r.json", {"Records": compromised_root()})
    key = next(
        one["responseElements"]["accessKey"]["accessKeyId"]
        for one in compromised_root()
        if one["eventName"] == "CreateAccessKey"
    )
    assert key not in rootwarden("detect", file, *NOW, "--output", "json").out
    assert key in rootwarden("detect", file, *NOW, "--output", "json", "--show-ids").out


def test_what_was_not_read_is_told(tmp_path: Path) -> None:
    """A broken line is named, the others are judged, and the exit code says that it is not everything."""
    file = tmp_path / "r.jsonl"
    file.write_text(json.dumps(sign_in()) + "\n{broken\n")
    code, found = detect(str(file))
    assert code == 5
    assert [alert["code"] for alert in found["alerts"]] == ["RD-002"]
    assert "r.jsonl" in found["counted"]["unread"][0]
    assert "line 2" in found["counted"]["unread"][0]


def test_quiet_hours_are_noted(tmp_path: Path) -> None:
    """A sign-in in the quiet hours says so."""
    found = detect(write(tmp_path / "r.json", sign_in()), "--quiet-hours", "9-11")[1]["alerts"]
    assert found[0]["notes"] == ["quiet_hours: 10:00 UTC lies in the quiet hours"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere.json",), ("nowhere.json", "No such file")),
        (("r.json", "--windows", "nowhere.json"), ("nowhere.json",)),
        (("r.json", "--windows", "r.json"), ("r.json holds no windows",)),
        (("r.json", "--windows", "backwards.json"), ("backwards.json", "$.windows[0]")),
        (("r.json", "--windows", "typo.json"), ("typo.json", "acount")),
        (("r.json", "--rules", "empty"), ("empty holds no Sigma rule",)),
        (("r.json", "--quiet-hours", "late"), ("--quiet-hours", "20-6")),
        (("r.json", "--now", "yesterday"), ("--now", "no instant")),
        (("empty",), ("empty holds no file",)),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    """What, why and what to do next, in one line, with exit code 2."""
    write(tmp_path / "r.json", sign_in())
    window = {"id": "w", "account": "111122223333", "opens": "2026-11-24T10:00:00Z", "closes": "2026-11-24T09:00:00Z"}
    write(tmp_path / "backwards.json", {"windows": [window]})
    write(tmp_path / "typo.json", {"windows": [{**window, "acount": "1"}]})
    (tmp_path / "empty").mkdir()
    answer = rootwarden("detect", *arguments, cwd=tmp_path)
    assert answer.code == 2
    assert len(answer.err.splitlines()) == 1
    for word in words:
        assert word in answer.err


def test_a_baseline_lasts_from_run_to_run(tmp_path: Path) -> None:
    """A network that was seen in an earlier run is not new in a later one; another is."""
    baseline, first = str(tmp_path / "b.json"), sign_in()
    later = {**first, "eventID": "later", "eventTime": "2026-11-24T12:00:00Z"}
    away = {**first, "eventID": "away", "eventTime": "2026-11-24T13:00:00Z", "sourceIPAddress": "192.0.2.9"}
    assert [one["code"] for one in detect(write(tmp_path / "1.json", first), "--baseline", baseline)[1]["alerts"]] == [
        "RD-002"
    ]
    assert [one["code"] for one in detect(write(tmp_path / "2.json", later), "--baseline", baseline)[1]["alerts"]] == [
        "RD-002"
    ]
    third = detect(write(tmp_path / "3.json", away), "--baseline", baseline)[1]["alerts"]
    assert [one["code"] for one in third] == ["RD-002", "RD-107"]
    assert oct(Path(baseline).stat().st_mode)[-3:] == "600"
    Path(baseline).write_text("{}")
    answer = rootwarden("detect", str(tmp_path / "1.json"), "--baseline", baseline)
    assert (answer.code, "is no baseline" in answer.err) == (2, True)


def test_a_baseline_silences_no_other_detection(tmp_path: Path) -> None:
    """Judged again with what was learnt, everything but what is usual by now is told again."""
    file, baseline = write(tmp_path / "r.json", {"Records": compromised_root()}), str(tmp_path / "b.json")
    windows = write(tmp_path / "w.json", {"windows": []})
    first, again = (detect(file, "--baseline", baseline, "--windows", windows)[1]["alerts"] for _ in range(2))
    told, later = ({(one["code"], one["fingerprint"]) for one in alerts} for alerts in (first, again))
    assert {code for code, _ in told - later} <= {"RD-107", "RD-109", "RD-114", "RD-117"}


def test_an_archive_that_ends_is_no_silence(tmp_path: Path) -> None:
    """Old digests alone prove nothing; a gap between two does, and so does the clock when it is given."""
    place = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2025/01/01/x.json.gz"
    digest = {"awsAccountId": "111122223333", "digestStartTime": "2025-01-01T00:00:00Z", "digestS3Object": place}
    for hour in (1, 9):
        write(tmp_path / f"{hour}.json", {**digest, "digestEndTime": f"2025-01-01T{hour:02}:00:00Z"})

    def codes(*arguments: str) -> list[str]:
        return [one["code"] for one in json.loads(rootwarden("detect", *arguments, "-o", "json").out)["alerts"]]

    assert codes(str(tmp_path / "1.json")) == []
    assert codes(str(tmp_path / "1.json"), "--now", "2025-01-01T09:00:00Z") == ["RD-119"]
    assert codes(str(tmp_path)) == ["RD-119"]


def test_a_rule_for_other_records_is_refused(tmp_path: Path) -> None:
    """A rule about Windows logs would fire on whatever has a field of that name."""
    rule = tmp_path / "other.yml"
    rule.write_text(
        "title: Other\nlogsource: {product: windows, service: security}\nlevel: low\n"
        "detection: {selection: {eventName: CreateUser}, condition: selection}\n"
    )
    answer = rootwarden("detect", str(REAL), "--rules", str(rule))
    assert (answer.code, "windows/security" in answer.err) == (2, True)


def test_settings_come_from_the_configuration(tmp_path: Path) -> None:
    """[detect] and [thresholds] of rootwarden.toml are defaults; a mistyped key is named."""
    write(tmp_path / "r.json", sign_in())
    settings = tmp_path / "rootwarden.toml"
    settings.write_text('[detect]\nquiet_hours = "9-11"\noutput = "json"\nfail_on = "high"\n')
    answer = rootwarden("detect", "r.json", *NOW, cwd=tmp_path)
    assert answer.code == 3
    assert json.loads(answer.out)["alerts"][0]["notes"]
    settings.write_text("[thresholds]\nmatch_grase = 3\n")
    assert "did you mean 'match_grace'?" in rootwarden("detect", "r.json", cwd=tmp_path).err
