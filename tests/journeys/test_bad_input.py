"""What bad input gets: one line that says what, why and what to do next, with the right exit code."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.snapshots import HEADER, one_account, write
from tests.journeys.terminal import CLEAN, Answer, rootwarden


def one_line(answer: Answer, code: int, *words: str) -> None:
    """Assert the exit code, a single line on stderr that holds every word, and nothing that looks like a traceback."""
    assert answer.code == code, answer
    lines = answer.err.strip().splitlines()
    assert len(lines) == 1, answer.err
    assert "Traceback" not in answer.err
    for word in ("Next:", *words):
        assert word in lines[0], (word, lines[0])


def test_unknown_verb_names_the_closest() -> None:
    """A mistyped verb is answered with the right one."""
    one_line(rootwarden("audti"), 2, "audti", "rootwarden audit")


def test_unknown_option_is_named() -> None:
    """An option that does not exist is a usage error."""
    one_line(rootwarden("audit", "--orgg"), 2, "--orgg")


def test_unknown_control_names_the_closest(tmp_path: Path) -> None:
    """`--only` with a typo is refused before anything is read."""
    snapshot = one_account(tmp_path / "s.jsonl.gz", {})
    one_line(
        rootwarden("audit", "--snapshot", str(snapshot), "--only", "root-mfa-enabeld"), 2,
        "root-mfa-enabeld", "did you mean root-mfa-enabled?",
    )  # fmt: skip
    one_line(rootwarden("explain", "RW-ROOT-99"), 2, "RW-ROOT-99", "did you mean RW-ROOT-0")


def test_unknown_format_is_named(tmp_path: Path) -> None:
    """An output format that does not exist is refused before anything is read."""
    snapshot = one_account(tmp_path / "s.jsonl.gz", {})
    one_line(rootwarden("audit", "--snapshot", str(snapshot), "--output", "htm=x"), 2, "htm", "html")


def test_missing_snapshot(tmp_path: Path) -> None:
    """A snapshot that is not there is named."""
    one_line(rootwarden("audit", "--snapshot", str(tmp_path / "no.jsonl.gz")), 2, "no.jsonl.gz")


def test_newer_schema_is_refused_by_name(tmp_path: Path) -> None:
    """A snapshot of a later Rootwarden is refused with both versions."""
    snapshot = one_account(tmp_path / "s.jsonl.gz", {}, rootwarden="snapshot/2")
    one_line(rootwarden("audit", "--snapshot", str(snapshot)), 2, "snapshot/2", "snapshot/1", "upgrade")


@pytest.mark.parametrize(
    "content", [b"", b"hello\n", b"{}\n", gzip.compress(b"[1,2]\n", mtime=0), b"\x1f\x8b\x08garbage"]
)
def test_not_a_snapshot(tmp_path: Path, content: bytes) -> None:
    """Any other file is refused and named."""
    path = tmp_path / "other.gz"
    path.write_bytes(content)
    one_line(rootwarden("audit", "--snapshot", str(path)), 2, "other.gz")


def test_hand_edited_json_names_the_line(tmp_path: Path) -> None:
    """A syntax error made by hand is reported with file and line."""
    path = write(tmp_path / "s.jsonl.gz", HEADER)
    path.write_bytes(path.read_bytes() + gzip.compress(b'{"account": "111122223333", "facts": {,}}\n'))
    one_line(rootwarden("audit", "--snapshot", str(path)), 2, "s.jsonl.gz", "line 2")


def test_hand_edited_header_names_the_field(tmp_path: Path) -> None:
    """A header with a damaged field is reported with the field."""
    path = one_account(tmp_path / "s.jsonl.gz", {}, collected_at="yesterday")
    one_line(rootwarden("audit", "--snapshot", str(path)), 2, "s.jsonl.gz", "collected_at")


def test_cut_snapshot_is_judged_and_says_so(tmp_path: Path) -> None:
    """A file that lost its end is judged as far as it goes: exit 5, and the missing part is named."""
    whole = one_account(tmp_path / "s.jsonl.gz", {}).read_bytes()
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(whole[:-20])
    answer = rootwarden("audit", "--snapshot", str(cut), "--fail-on", "none")
    assert answer.code == 5, answer
    assert "cut short" in answer.err or "partial" in answer.out


@pytest.mark.parametrize("target", ["nowhere/report.html", "."])
def test_unwritable_output(tmp_path: Path, target: str) -> None:
    """An output that cannot be written is refused before anything is judged, with its path."""
    snapshot = one_account(tmp_path / "s.jsonl.gz", {})
    answer = rootwarden("audit", "--snapshot", str(snapshot), "--output", f"html={target}", cwd=tmp_path)
    one_line(answer, 2, target)
    assert answer.out == ""


def test_a_pipe_stays_a_pipe(tmp_path: Path) -> None:
    """An output that is no regular file is written to, not replaced; a link is followed, not replaced."""
    snapshot = one_account(tmp_path / "s.jsonl.gz", {})
    pipe, link, target = tmp_path / "pipe", tmp_path / "link.json", tmp_path / "target.json"
    os.mkfifo(pipe)
    link.symlink_to(target)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE, text=True) as reader:
        answer = rootwarden(
            "audit", "--snapshot", str(snapshot), "--output", f"json={pipe}", "--output", f"table={link}"
        )
        told, _ = reader.communicate(timeout=30)
    assert answer.code == 5, answer
    assert '"schema_version": "audit/1"' in told
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert "Root risk" in target.read_text()


def test_one_file_is_written_once_and_no_input_is_overwritten(tmp_path: Path) -> None:
    """Two outputs for one file, however it is spelt, and an output over the snapshot are refused."""
    snapshot = one_account(tmp_path / "s.jsonl.gz", {})
    before = snapshot.read_bytes()
    common = ("audit", "--snapshot", str(snapshot))
    one_line(rootwarden(*common, "-o", "json=a", "-o", "html=./a", cwd=tmp_path), 2, "two outputs")
    one_line(rootwarden(*common, "-o", "json", "-o", "table", cwd=tmp_path), 2, "standard output")
    one_line(rootwarden(*common, "-o", f"json={snapshot}"), 2, "what is read")
    assert snapshot.read_bytes() == before


def test_nobody_can_put_a_link_in_the_way(tmp_path: Path) -> None:
    """Files are written under a name that cannot be foreseen, then moved: a planted link is not followed."""
    snapshot, victim = one_account(tmp_path / "s.jsonl.gz", {}), tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / ".r.json.part").symlink_to(victim)
    rootwarden("audit", "--snapshot", str(snapshot), "-o", f"json={tmp_path / 'r.json'}")
    assert victim.read_text() == "mine"
    assert (tmp_path / "r.json").stat().st_mode & 0o777 == 0o600


def test_a_reader_that_leaves_loses_no_file(tmp_path: Path) -> None:
    """`| true` ends the output on the screen; files are written all the same and the exit code stays the verdict."""
    snapshot = one_account(tmp_path / "s.jsonl.gz", {})
    audit = f"{sys.executable} -m rootwarden audit --snapshot {snapshot} -o json -o html=r.html -q"
    script = audit + " | true; exit ${PIPESTATUS[0]}"
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=CLEAN, capture_output=True, text=True, check=False)
    assert done.returncode == 5, done.stderr
    assert (tmp_path / "r.html").stat().st_size > 10_000


def test_standard_output_that_is_full_or_closed(tmp_path: Path) -> None:
    """A full or closed standard output is an output that cannot be written, not a defect."""
    snapshot = one_account(tmp_path / "s.jsonl.gz", {})
    for redirection in ("> /dev/full", ">&-"):
        script = f"{sys.executable} -m rootwarden audit --snapshot {snapshot} {redirection}"
        done = subprocess.run(["bash", "-c", script], env=CLEAN, capture_output=True, text=True, check=False)
        assert done.returncode == 2, (redirection, done.stderr)
        assert "standard output" in done.stderr


def test_scope_does_not_go_with_a_snapshot(tmp_path: Path) -> None:
    """An option that says what to read is not ignored when nothing is read."""
    snapshot = one_account(tmp_path / "s.jsonl.gz", {})
    one_line(rootwarden("audit", "--snapshot", str(snapshot), "--accounts", "111122223333"), 2, "--accounts", "collect")
    one_line(rootwarden("audit", "--snapshot", str(snapshot), "--only", ","), 2, "--only")


def test_configuration_with_unknown_key(tmp_path: Path) -> None:
    """A mistyped key of rootwarden.toml is named with the closest known one."""
    (tmp_path / "rootwarden.toml").write_text("[audit]\nfail_onn = 'high'\n")
    one_line(rootwarden("controls", cwd=tmp_path), 2, "rootwarden.toml", "'audit.fail_onn'", "did you mean 'fail_on'?")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[audit\n", ("not valid TOML",)),
        ("[audit]\norg = 'yes'\n", ("wrong type", "$.audit.org")),
        ("[aws]\nconcurrency = 'many'\n", ("wrong type", "$.aws.concurrency")),
    ],
)
def test_configuration_with_wrong_values(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    """Broken TOML and values of the wrong type are named."""
    (tmp_path / "rootwarden.toml").write_text(text)
    one_line(rootwarden("controls", cwd=tmp_path), 2, "rootwarden.toml", *words)


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("[controls.root-not-used-recentli]\nx = 1\n", ("did you mean root-not-used-recently?",)),
        ("[controls.root-not-used-recently]\nroot_recency_day = 1\n", ("did you mean 'root_recency_days'?",)),
        ("[controls.root-not-used-recently]\nroot_recency_days = 'x'\n", ("root_recency_days", "expected")),
    ],
)
def test_configuration_of_controls(tmp_path: Path, section: str, words: tuple[str, ...]) -> None:
    """Settings of controls are checked against what the control declares."""
    snapshot = one_account(tmp_path / "s.jsonl.gz", {})
    (tmp_path / "rootwarden.toml").write_text(section)
    one_line(rootwarden("audit", "--snapshot", str(snapshot), cwd=tmp_path), 2, *words)


def test_named_configuration_must_exist(tmp_path: Path) -> None:
    """A configuration file that was named and is not there is an error, not silence."""
    one_line(rootwarden("--config", str(tmp_path / "no.toml"), "controls"), 2, "no.toml")


def test_errors_as_json() -> None:
    """With --json-errors the same error is one JSON object."""
    answer = rootwarden("--json-errors", "explain", "nothing-like-it")
    assert answer.code == 2
    assert '"exit_code": 2' in answer.err
    assert '"next"' in answer.err


@pytest.mark.parametrize("now", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2005-12-31T00:00:00Z", "soon"])
def test_now_of_another_age(tmp_path: Path, now: str) -> None:
    """An instant at which no judgement makes sense is refused."""
    snapshot = one_account(tmp_path / "s.jsonl.gz", {})
    one_line(rootwarden("audit", "--snapshot", str(snapshot), "--now", now), 2, "--now", "2026-11-23T00:00:00Z")


def test_snapshot_from_a_pipe(tmp_path: Path) -> None:
    """Standard input (-) and its device are judged as the file itself is."""
    snapshot = one_account(tmp_path / "s.jsonl.gz", {})
    expected = rootwarden("audit", "--output", "json=-", "--snapshot", str(snapshot))
    program = [sys.executable, "-m", "rootwarden", "audit", "--output", "json=-", "--snapshot"]
    for name in ("-", "/dev/stdin"):
        done = subprocess.run(
            [*program, name], input=snapshot.read_bytes(), capture_output=True, env=CLEAN, check=False
        )
        assert (done.returncode, done.stdout.decode()) == (expected.code, expected.out), done.stderr
    empty = rootwarden("audit", "--snapshot", "-")
    one_line(empty, 2, "standard input", "empty")


@pytest.mark.parametrize("days", ["inf", "nan", "-1"])
def test_settings_are_finite_numbers(tmp_path: Path, days: str) -> None:
    """TOML knows inf and nan; a limit that nothing reaches would pass everything."""
    snapshot = one_account(tmp_path / "s.jsonl.gz", {})
    (tmp_path / "rootwarden.toml").write_text(f"[controls.root-not-used-recently]\nroot_recency_days = {days}\n")
    one_line(rootwarden("audit", "--snapshot", str(snapshot), cwd=tmp_path), 2, "root_recency_days", "does not fit")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[audit]\naccounts = ['111122223333', '12']\n", "audit.accounts"),
        ("[audit]\naccounts = ['111122223333,444455556666']\n", "audit.accounts"),
        ("[audit.roles]\nprod = 'auditor'\n", "audit.roles"),
        ("[audit.roles]\n'١١١١٢٢٢٢٣٣٣٣' = 'auditor'\n", "audit.roles"),
    ],
)
def test_configuration_names_accounts_by_their_ids(tmp_path: Path, text: str, key: str) -> None:
    """Twelve digits; anything else is named with its key."""
    (tmp_path / "rootwarden.toml").write_text(text, encoding="utf-8")
    one_line(rootwarden("controls", cwd=tmp_path), 2, "rootwarden.toml", key, "12 digits")


def test_addresses_are_shown_only_when_asked(tmp_path: Path) -> None:
    """Message, evidence and notes hold addresses and numbers whole; `--show-pii` alone shows them."""
    account, address, number = "111122223333", '"jane roe"/x@example.com', "+15550100199"
    organization = {
        "org.organization": {"Id": "o-1", "FeatureSet": "ALL", "MasterAccountId": account},
        "org.accounts": [{"Id": account, "Name": "prod", "Email": address, "State": "ACTIVE"}],
    }
    contact = {"Name": "Jane", "Title": "Duty", "EmailAddress": address, "PhoneNumber": number}
    line = {"account": account, "facts": {"account.contacts": {"SECURITY": contact}}}
    snapshot = write(tmp_path / "s.jsonl.gz", HEADER, {"organization": organization}, line)
    asked = ("audit", "--snapshot", str(snapshot), "--only", "RW-ROOT-09,RW-POL-05", "--output", "json=-")
    hidden = rootwarden(*asked).out
    for secret in ("jane", "roe", "/x@", number, number[-4:]):
        assert secret not in hidden
    assert "…@example.com" in hidden
    shown = {f["code"]: f for f in json.loads(rootwarden(*asked, "--show-pii").out)["findings"]}
    email, contacted = shown["RW-ROOT-09"], shown["RW-POL-05"]
    assert address in email["message"]
    assert address in [item["value"] for item in email["evidence"]]
    assert {address, number} <= {item["value"] for item in contacted["evidence"] if isinstance(item["value"], str)}
    assert contacted["notes"][0].startswith("single_point")
