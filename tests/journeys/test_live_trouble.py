"""What a person is told when AWS, the network or the organization does not play along; over real HTTP."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rootwarden.lab.blueprint import World
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from tests.journeys.terminal import CLEAN, rootwarden
from tests.journeys.test_bad_input import one_line

Seeded = tuple[Lab, World]


@pytest.fixture(scope="module", name="seeded")
def _seeded() -> Iterator[Seeded]:
    """The startup world: one of its members lets nobody in."""
    with Lab() as lab:
        yield lab, seed(lab.endpoint, "startup")


@pytest.fixture(name="environment")
def _environment(seeded: Seeded) -> Iterator[dict[str, str]]:
    """The variables of whoever audits it; every fault is taken back afterwards."""
    lab, world = seeded
    lab.clear_faults()
    yield lab.environment(world.management.id, region=world.region)
    lab.clear_faults()


def statuses(text: str) -> dict[str, set[str]]:
    """Return the statuses of each account in a JSON report."""
    found: dict[str, set[str]] = {}
    for finding in json.loads(text)["findings"]:
        found.setdefault(finding["account"], set()).add(finding["status"])
    return found


def test_no_credentials() -> None:
    """Nobody said who asks: exit 4 and the ways to say it."""
    one_line(rootwarden("audit"), 4, "credentials", "--profile")


def test_unknown_profile(environment: dict[str, str]) -> None:
    """A profile that is in no file is named."""
    one_line(rootwarden("audit", "--profile", "nobody", env=environment), 2, "nobody")


def test_wrong_region(environment: dict[str, str]) -> None:
    """A Region that no partition has is named."""
    one_line(rootwarden("audit", "--region", "mars-1", env=environment), 2, "mars-1")
    one_line(rootwarden("audit", "--regions", "us-east-1,mars-1", env=environment), 2, "mars-1")


def test_no_network(environment: dict[str, str]) -> None:
    """An endpoint that does not answer: exit 5, its address, and where to look."""
    answer = rootwarden("audit", "--endpoint-url", "http://127.0.0.1:9", env=environment)
    one_line(answer, 5, "http://127.0.0.1:9", "network")


def test_expired_token(seeded: Seeded, environment: dict[str, str]) -> None:
    """Expired credentials: exit 4, and no word of a missing permission."""
    seeded[0].expire(environment["AWS_ACCESS_KEY_ID"])
    one_line(rootwarden("audit", env=environment), 4, "expired")


def test_not_an_organization(tmp_path: Path) -> None:
    """`--org` where there is no organization: exit 2, and how to audit the one account."""
    del tmp_path
    program = (
        "from rootwarden.lab.server import Lab; from rootwarden.lab.seed import seed; import json, sys;"
        "lab = Lab().__enter__(); world = seed(lab.endpoint, 'solo-founder');"
        "print(json.dumps(lab.environment(world.management.id, region=world.region)), flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        variables = json.loads(other.stdout.readline())
        one_line(rootwarden("audit", "--org", env=variables), 2, "rganization", "leave out --org")
        other.terminate()


def test_role_missing_in_one_member(seeded: Seeded, environment: dict[str, str]) -> None:
    """The member that lets nobody in is UNKNOWN with the missing permission; all others are judged."""
    answer = rootwarden("audit", "--org", "--output", "json", "--fail-on", "none", env=environment)
    assert answer.code == 5, answer.err
    findings = json.loads(answer.out)["findings"]
    assert {f["account"] for f in findings} == {account.id for account in seeded[1].accounts}
    shut = {f["account"] for f in findings if (f["unknown_because"] or {}).get("call") == "sts.AssumeRole"}
    assert len(shut) == 1
    of_shut = [f for f in findings if f["account"] in shut]
    assert sum(f["status"] == "UNKNOWN" for f in of_shut) > len(of_shut) / 2
    assert not [f["code"] for f in of_shut if f["status"] == "PASS" and f["code"].startswith("RW-ROOT-0")]


def test_throttling_storm(seeded: Seeded, environment: dict[str, str]) -> None:
    """A storm of throttling is waited out: the same findings, none UNKNOWN for it."""
    calm = rootwarden("audit", "--output", "json", "--regions", "us-east-1", env=environment)
    seeded[0].throttle(rate=15.0)
    stormy = rootwarden("audit", "--output", "json", "--regions", "us-east-1", env=environment)
    assert stormy.code == calm.code == 3
    assert statuses(stormy.out) == statuses(calm.out)


def test_denied_permission_is_unknown_with_its_name(seeded: Seeded, environment: dict[str, str]) -> None:
    """One denied action: what needs it is UNKNOWN and names it; the rest is judged as before."""
    seeded[0].deny("iam:ListVirtualMFADevices")
    answer = rootwarden("audit", "--only", "root-mfa-phishing-resistant", "--regions", "us-east-1", env=environment)
    assert answer.code == 5, answer
    assert "UNKNOWN" in answer.out
    assert "iam:ListVirtualMFADevices" in answer.out


def test_interrupted_collection_is_a_valid_snapshot(
    environment: dict[str, str], tmp_path: Path, seeded: Seeded
) -> None:
    """Ctrl-C: exit 130, and what was read until then can be judged."""
    seeded[0].throttle(rate=20.0)
    file = tmp_path / "s.jsonl.gz"
    command = [sys.executable, "-m", "rootwarden", "collect", "--org", "-o", str(file)]
    with subprocess.Popen(command, env=CLEAN | environment, stderr=subprocess.PIPE, text=True) as running:
        until = time.monotonic() + 30
        while not (file.exists() and file.stat().st_size) and time.monotonic() < until:
            time.sleep(0.05)
        os.kill(running.pid, signal.SIGINT)
        _, errors = running.communicate(timeout=60)
    assert running.returncode == 130, errors
    answer = rootwarden("audit", "--snapshot", str(file), "--fail-on", "none", "--output", "json")
    assert answer.code == 5, answer.err
    assert "UNKNOWN" in {f["status"] for f in json.loads(answer.out)["findings"]}


def test_live_and_replayed_are_byte_for_byte_the_same(environment: dict[str, str], tmp_path: Path) -> None:
    """A snapshot judged twice gives the same JSON; only the words of the program's version could differ."""
    file = tmp_path / "s.jsonl.gz"
    collected = rootwarden("collect", "--org", "-o", str(file), env=environment)
    assert collected.code == 5, collected.err
    assert file.stat().st_mode & 0o777 == 0o600
    first, second = (rootwarden("audit", "--snapshot", str(file), "--output", "json") for _ in range(2))
    assert first.out == second.out
    assert first.code == 3


def test_explain_calls_makes_none(seeded: Seeded, environment: dict[str, str]) -> None:
    """`--explain-calls` prints calls, Regions and cost, and AWS sees nothing."""
    lab, world = seeded
    before = len(lab.records(world.management.id))
    answer = rootwarden("audit", "--org", "--explain-calls", env=environment)
    assert answer.code == 0, answer.err
    assert "iam.GetAccountSummary" in answer.out
    assert "USD" in answer.out
    assert max(map(len, answer.out.splitlines())) <= 80
    assert len(lab.records(world.management.id)) == before


def test_root_audit_prints_its_window(environment: dict[str, str]) -> None:
    """`--root-audit` says which root sessions to expect before it opens them."""
    answer = rootwarden("audit", "--org", "--root-audit", "--output", "json", "--regions", "us-east-1", env=environment)
    assert "central_audit" in answer.err
    assert "IAMAuditRootUserCredentials" in answer.err


def secrets(environment: dict[str, str]) -> list[str]:
    """Return what must never be written anywhere."""
    return [environment["AWS_SECRET_ACCESS_KEY"], environment["AWS_SESSION_TOKEN"]]


def test_no_secret_in_snapshot_or_report(environment: dict[str, str], tmp_path: Path) -> None:
    """Neither the snapshot nor a report nor an error holds a secret."""
    plain: dict[str, Any] = {}
    file = tmp_path / "s.jsonl.gz"
    plain["collect"] = rootwarden("collect", "-o", str(file), "--regions", "us-east-1", env=environment)
    text = gzip.decompress(file.read_bytes()).decode() + str(plain)
    assert not [secret for secret in secrets(environment) if secret in text]
    assert "SecretAccessKey" not in text
