"""The golden records are whole, cover what they must, name their sources and hold nothing that belongs to anybody."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import UUID

import pytest

from rootwarden.model.golden import Golden, golden_records, read_golden

ROWS = [
    "root-by-any-credential",
    "console-sign-in-ok",
    "mfa-of-sign-in",
    "console-sign-in-failed",
    "hidden-user-name",
    "region-of-sign-in",
    "mfa-challenge",
    "federated-directory-failure",
    "password-change",
    "password-recovery",
    "email-change",
    "contacts-and-questions",
    "mfa-devices",
    "root-access-key",
    "root-password-by-iam",
    "other-credentials",
    "root-temporary-credentials",
    "federated-session-from-root",
    "assume-root-call",
    "assume-root-session",
    "assumed-root-empty",
    "service-acting-as-root",
    "old-console-records",
    "aws-internal-on-a-person",
    "aws-service-event",
    "s3-sqs-unlock",
    "switch-role",
    "account-closing-org-exit",
    "central-root-switch",
    "cli-mcp-sign-in",
    "anomaly-alert",
    "support-plan",
    "user-agent",
]
BESIDE = ["not-root", "other-streams"]  # near misses by others, and records that are no ordinary management event
KINDS = [
    "root-direct",
    "root-service-invoked",
    "ambiguous",
    "root-session",
    "root-federated",
    "related",
    "unknown-shape",
    "other",
]
ALONE = [
    f"RD-{number:03}"
    for number in (*range(1, 16), 17, 18, 19, 20, 23, 24, 25, 26, 28, 29, 30, 31, 33, 34, 40, 41, 42, 43)
]
WITH_OTHERS = [f"RD-{number}" for number in (*range(101, 108), 109, 111, 112, 113, 114, 115, 117, 118, 119)]
ACCOUNTS = {"111122223333", "444455556666", "777788889999", "999988887777"}
NETWORKS = [ip_network(block) for block in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
SECRET_NAMES = re.compile(
    r"secret(access)?key|sessiontoken|^password$|tokencode|authenticationcode|^signintoken$", re.I
)
SECRET_LOOKS = re.compile(r"(?<![\w/+=-])[A-Za-z0-9/+]{40}(?![\w/+=-])|[A-Za-z0-9/+=]{90,}")
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def fields(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Give every leaf of a record with the name of the field that holds it."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from fields(below, key)
    elif isinstance(value, list):
        for below in value:
            yield from fields(below, name)
    else:
        yield name, value


def texts(golden: Golden) -> Iterator[tuple[str, str]]:
    """Give every text of a record with the name of its field."""
    return ((name, value) for name, value in fields(golden.record) if isinstance(value, str))


def named(name: str) -> Golden:
    """Return the golden record of this id."""
    return next(golden for golden in golden_records() if golden.id == name)


def line(**changes: Any) -> str:
    """Return one line of a record file, with these fields changed."""
    good = {
        "id": "one",
        "says": "Something happens.",
        "row": "not-root",
        "kind": "other",
        "source": {"status": "constructed", "where": "a guide", "note": ""},
        "fires": [],
        "near": [],
        "record": {"eventID": "e1"},
    }
    return json.dumps({**good, **changes})


def test_enough_and_sorted():
    """There are many records, in the order of their ids, and asking again gives the same ones."""
    ids = [golden.id for golden in golden_records()]
    assert len(ids) >= 80
    assert ids == sorted(set(ids))
    assert golden_records() is golden_records()


def test_said_and_sourced():
    """Every record says what happens in one sentence, where it comes from, and, if constructed, from what."""
    for golden in golden_records():
        assert re.fullmatch(r"[A-Z][^\n]+\.", golden.says), golden.id
        assert re.fullmatch(r"[a-z0-9-]+", golden.id)
        assert len(golden.source.where) > 10, golden.id
        assert golden.source.note.endswith("."), golden.id
    assert Counter(golden.source.status for golden in golden_records())["published"] >= 60


def test_every_row_and_kind_has_a_record():
    """No known shape of root activity is without a record, and no record stands for an unknown one."""
    assert {golden.row for golden in golden_records()} == {*ROWS, *BESIDE}
    assert {golden.kind for golden in golden_records()} == set(KINDS)


@pytest.mark.parametrize("code", ALONE)
def test_every_detection_fires_and_narrowly_misses(code: str):
    """Each detection that judges one record has one that fires it and two that it must pass over."""
    assert any(code in golden.fires for golden in golden_records())
    assert sum(code in golden.near for golden in golden_records()) >= 2


def test_codes_are_known_and_never_both():
    """The lists name known detections, sorted, and a record that fires one is not its near miss."""
    for golden in golden_records():
        assert set(golden.fires) <= set(ALONE), golden.id
        assert set(golden.near) <= {*ALONE, *WITH_OTHERS}, golden.id
        assert not set(golden.fires) & set(golden.near), golden.id
        assert list(golden.fires) == sorted(set(golden.fires))
        assert list(golden.near) == sorted(set(golden.near))


def test_no_secret():
    """No field is named like a secret unless AWS hid it, and no text looks like a key or token."""
    for golden in golden_records():
        for name, text in texts(golden):
            assert not SECRET_NAMES.search(name) or text == HIDDEN, (golden.id, name)
            assert not SECRET_LOOKS.search(text), (golden.id, name, text)


def test_nobody_is_named():
    """Account ids, access key ids and addresses are documentation values."""
    for golden in golden_records():
        for name, text in texts(golden):
            assert set(re.findall(r"(?<![\w-])\d{12}(?![\w-])", text)) <= ACCOUNTS, (golden.id, name, text)
            for key in re.findall(r"\b(?:AKIA|ASIA|AIDA|AROA|AIPA)[A-Z0-9]{8,}\b", text):
                assert key.endswith("EXAMPLE"), (golden.id, name, text)
            assert is_documentation(text), (golden.id, name, text)


def is_documentation(text: str) -> bool:
    """Tell whether this text is no address, or one reserved for documentation."""
    try:
        address = ip_address(text)
    except ValueError:
        return True
    return any(address in network for network in NETWORKS)


def test_source_addresses():
    """A call comes from a documentation address or from AWS itself, as CloudTrail writes it."""
    for golden in golden_records():
        source = golden.record.get("sourceIPAddress", "AWS Internal")
        assert re.fullmatch(r"[\d.]+|AWS Internal|[a-z0-9.-]+\.amazonaws\.com", source), golden.id


def test_times_and_ids_parse():
    """Event and session times are moments in UTC, event ids are UUIDs."""
    for golden in golden_records():
        for name, value in fields(golden.record):
            if name in {"eventTime", "creationDate", "time"}:
                assert datetime.fromisoformat(value).utcoffset() is not None, (golden.id, name, value)
            if name == "eventID":
                assert str(UUID(value)) == value, golden.id


def test_mfa_words_are_texts():
    """CloudTrail writes its yes-or-no answers about MFA as texts, in several spellings; the records keep them."""
    said = {(name, value) for golden in golden_records() for name, value in fields(golden.record)}
    assert {value for name, value in said if name == "MFAUsed"} == {"Yes", "No", "YES"}
    assert {value for name, value in said if name == "mfaAuthenticated"} == {"true", "false", "False"}


@pytest.mark.parametrize(
    ("call", "session"),
    [
        ("assume-root-to-unlock-bucket", "unflagged-root-session-unlocks-bucket"),
        ("assume-root-to-audit", "root-session-lists-keys"),
        ("assume-root-to-make-password", "root-session-makes-root-password"),
        ("assume-root-by-user", "root-session-unlocks-queue"),
    ],
)
def test_calls_and_their_root_sessions_join(call: str, session: str):
    """A root session carries the access key that AssumeRoot issued, in the target account, within 15 minutes."""
    issued, used = named(call).record, named(session).record
    assert used["userIdentity"]["accessKeyId"] == issued["responseElements"]["credentials"]["accessKeyId"]
    assert used["recipientAccountId"] in issued["requestParameters"]["targetPrincipal"]
    gap = datetime.fromisoformat(used["eventTime"]) - datetime.fromisoformat(issued["eventTime"])
    assert 0 <= gap.total_seconds() <= 900


def test_a_key_is_made_and_then_used():
    """The root key of one record signs a later one in the same account."""
    made, used = named("root-key-made").record, named("root-key-used").record
    assert made["responseElements"]["accessKey"]["accessKeyId"] == used["userIdentity"]["accessKeyId"]
    assert made["recipientAccountId"] == used["recipientAccountId"]
    assert made["eventTime"] < used["eventTime"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", r"x\.jsonl line 1 is no golden record"),
        (line() + "\n" + line(id="two", record={"eventID": "e2"}, more=1), "line 2 is no golden record.*more"),
        (line(source={"status": "heard", "where": "", "note": ""}), "line 1 .*heard"),
        (line(fires="RD-001"), "line 1 .*fires"),
        (line() + "\n" + line(record={}), r"line 2: id one stands in x\.jsonl line 1 already"),
        (line() + "\n" + line(id="two"), "line 2: eventID e1 stands in"),
    ],
)
def test_damage_is_named(text: str, says: str):
    """A broken line, an unknown field, a wrong word or a repeated id is refused with file and line."""
    with pytest.raises(TypeError, match=says):
        read_golden([("x.jsonl", text)])


def test_repeats_are_found_across_files():
    """The same event in two files is a repeat too."""
    with pytest.raises(TypeError, match=r"b\.jsonl line 1: eventID e1 stands in a\.jsonl line 1 already"):
        read_golden([("a.jsonl", line()), ("b.jsonl", line(id="two"))])
