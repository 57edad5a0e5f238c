"""The whole chain in the lab, over HTTP: a scripted attack is told act by act, and drills name what is broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rootwarden.lab.server import Lab
from tests.chain.attack import attack
from tests.chain.chain import Chain, deployed
from tests.chain.drills import CASES, Case, alarm_is_there, drill
from tests.emulated.lab_at_work import MANAGEMENT


@pytest.fixture(scope="module", name="chain")
def _chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    folder = Path(tmp_path_factory.mktemp("chain"))
    with Lab() as lab, deployed(folder, lab) as chain:
        alarm_is_there(chain)
        yield chain


@pytest.mark.parametrize("case", CASES, ids=lambda one: one.name)
def test_drills(chain: Chain, case: Case) -> None:
    """A drill passes when the chain works, and names the hop that does not."""
    drill(chain, case)


def test_a_drill_hides_nothing(chain: Chain) -> None:
    """What root does while a drill runs is told as ever, in an incident of its own, though a drill told of the same."""
    chain.receiver.received.clear()
    chain.run("drill", "run", "detection", "--method", "assume-root", account=MANAGEMENT, check=True)
    with_drill = chain.wait(lambda one: one.body["drill"] and "RD-012" not in one.body["title"])
    task = {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}
    chain.see(MANAGEMENT, "sts", "assume_root", TargetPrincipal=chain.member, TaskPolicyArn=task)
    real = chain.wait(lambda one: not one.body["drill"] and "AssumeRoot" in one.body["title"])
    assert real.body["thread"] != with_drill.body["thread"]
    assert real.body["thread"].startswith("inc-")


def test_a_guard_refuses_an_alarm_that_does_more(chain: Chain) -> None:
    """An alarm that acts on what was not named is not set off (exit 6), and stays as it was."""
    other = "arn:aws:sns:us-east-1:999999999999:other"
    done = chain.run("drill", "run", "detection", "--method", "alarm", "--alarm", "root-activity", "--topic", other)
    assert done.returncode == 6
    assert "does more than tell the topics" in done.stderr
    alarms = chain.see(chain.security, "cloudwatch", "describe_alarms", AlarmNames=["root-activity"])["MetricAlarms"]
    assert alarms[0]["StateValue"] != "ALARM"


def test_dry_run_makes_no_call(chain: Chain) -> None:
    """Each call is shown, and none is made."""
    before = len(chain.lab.records(MANAGEMENT))
    done = chain.run("drill", "run", "detection", "--method", "assume-root", "--dry-run", account=MANAGEMENT)
    assert done.returncode == 0
    assert f"sts:AssumeRoot {chain.member}" in done.stdout
    assert len(chain.lab.records(MANAGEMENT)) == before


def test_a_scripted_attack_is_told_act_by_act(chain: Chain) -> None:
    """Each act is told within its second, in order, in one incident with the story so far."""
    chain.receiver.received.clear()
    found = attack(chain)
    assert len(found) == 5
    assert all(one.seconds < 1 for one in found), [(one.act, one.seconds) for one in found]
    assert len({one.message.body["thread"] for one in found}) == 1
    assert [one.message.at for one in found] == sorted(one.message.at for one in found)
    story = found[-1].message.body["data"]["story"]
    assert "failed to sign in as root" in story
    assert story.index("failed") < story.index("signed in from") < story.index("access key") < story.index("trail")
