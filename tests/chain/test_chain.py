"""The whole chain in the lab, over HTTP: a scripted attack is told act by act, and drills name what is broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rootwarden.lab.server import Lab
from tests.chain.attack import attack
from tests.chain.chain import Chain, deployed
from tests.chain.drills import ALARM, CASES, Case, alarm_is_there, alarm_now, drill, put_alarm, topic_of
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


OTHER = "arn:aws:sns:us-east-1:999999999999:other"
ALARM_DRILL = ("drill", "run", "detection", "--method", "alarm", "--alarm", ALARM, "--within", "20s", "--topic")


@pytest.mark.parametrize("more", ["AlarmActions", "OKActions", "InsufficientDataActions"])
def test_a_guard_refuses_an_alarm_that_does_more(chain: Chain, more: str) -> None:
    """An alarm that acts on what was not named when it rings or stops is not set off (exit 6), and stays as it was."""
    ours = [topic_of(chain)]
    put_alarm(
        chain, ours if more != "AlarmActions" else [*ours, OTHER], **({} if more == "AlarmActions" else {more: [OTHER]})
    )
    before = alarm_now(chain)
    done = chain.run(*ALARM_DRILL, *ours)
    put_alarm(chain, ours)
    assert done.returncode == 6
    assert "does more than tell the topics" in done.stderr
    assert OTHER in done.stderr
    assert before == alarm_now(chain)


def test_an_alarm_that_rings_is_left_alone(chain: Chain) -> None:
    """Whatever it rings for must not be hidden by a drill: it is refused (exit 6) and stays as it was."""
    asked = {"AlarmName": ALARM, "StateReason": "something real"}
    before, _ = alarm_now(chain)
    chain.see(chain.security, "cloudwatch", "set_alarm_state", StateValue="ALARM", **asked)
    done = chain.run(*ALARM_DRILL, topic_of(chain))
    assert done.returncode == 6
    assert "rings already" in done.stderr
    assert alarm_now(chain) == ("ALARM", "something real")
    chain.see(chain.security, "cloudwatch", "set_alarm_state", StateValue=before, **asked)


def test_an_alarm_is_put_back_into_its_state(chain: Chain) -> None:
    """Into the one it had, whichever that was, and what it did is told as a drill."""
    for state in ("OK", "INSUFFICIENT_DATA"):
        asked = {"AlarmName": ALARM, "StateValue": state, "StateReason": "before"}
        chain.see(chain.security, "cloudwatch", "set_alarm_state", **asked)
        chain.receiver.received.clear()
        chain.run(*ALARM_DRILL, topic_of(chain), check=True)
        now, why = alarm_now(chain)
        assert now == state
        assert why.endswith("put back")
        assert chain.wait(lambda one: "rang" in one.body["title"]).body["drill"]


def test_drills_at_once_do_not_disturb_each_other(chain: Chain) -> None:
    """Four at the same time, by every method: each passes by its own record, message and delivery, and no other."""
    chain.receiver.received.clear()
    run = ("drill", "run", "detection", "--within", "30s", "--output", "json", "--method")
    asked = [
        (*run, "synthetic"), (*run, "synthetic"), (*run, "alarm", "--alarm", ALARM, "--topic", topic_of(chain)),
        (*run, "assume-root"),
    ]  # fmt: skip
    who = ["", "", "", MANAGEMENT]
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda one: chain.run(*one[0], account=one[1]), zip(asked, who, strict=True)))
    assert [one.returncode for one in done] == [0] * 4, [(one.stdout, one.stderr) for one in done]
    found = [json.loads(one.stdout)["id"] for one in done]
    for name in found:
        chain.wait(lambda one, name=name: one.body["thread"] == name and one.body["occasion"] == "cleared")
    assert len(set(found)) == 4
    assert not [one.body["title"] for one in chain.receiver.received if not one.body["drill"]]


def test_dry_run_makes_no_call(chain: Chain) -> None:
    """Each call is shown, and none is made."""
    before = len(chain.lab.records(MANAGEMENT))
    done = chain.run("drill", "run", "detection", "--method", "assume-root", "--dry-run", account=MANAGEMENT)
    assert done.returncode == 0
    assert f"sts:AssumeRoot {chain.member}" in done.stdout
    assert len(chain.lab.records(MANAGEMENT)) == before


def test_a_scripted_attack_is_told_act_by_act(chain: Chain) -> None:
    """Each act is told, in order, in one incident with the story so far; within its second: tests/shown/attack.py."""
    chain.receiver.received.clear()
    found = attack(chain)
    assert len(found) == 5
    assert len({one.message.body["thread"] for one in found}) == 1
    assert [one.message.at for one in found] == sorted(one.message.at for one in found)
    story = found[-1].message.body["data"]["story"]
    assert "failed to sign in as root" in story
    assert story.index("failed") < story.index("signed in from") < story.index("access key") < story.index("trail")
