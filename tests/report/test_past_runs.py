"""A run as evidence tells nobody whom it is about unless that is asked for, and says nothing twice."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from rootwarden.flows.applying.begun import not_to_go_on_with
from rootwarden.model.expect import Expect, Item
from rootwarden.model.facts import FACTS
from rootwarden.model.findings import Evidence
from rootwarden.model.past_run import PastRun, PastRuns
from rootwarden.model.plan import Call, Change, Difference, Plan, Risk, Step
from rootwarden.model.run import Act, Checked, Deed, Logged, Progress, Run, RunState, StepState, Way
from rootwarden.report.options import RenderOptions
from rootwarden.report.past_runs import as_json, said
from rootwarden.report.past_runs_text import table, whole
from rootwarden.report.run_text import later, restored, stopped

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
BY = "arn:aws:sts::1:assumed-role/R/eve@shop.example"
ARN = "arn:aws:iam::222233334444:user/people/dana"


def change(**other: Any) -> Change:
    """Return a change of one call that can be taken back."""
    step = Step(
        id="user", does="Create the user dana, and ask ada@shop.example to confirm",
        call=Call(service="iam", operation="CreateUser",
                  parameters={"UserName": "dana", "Tags": [{"Key": "owner", "Value": "ada@shop.example"},
                                                           {"Key": "Name", "Value": "Ada Lovelace"}]}),
        undo=(Call(service="iam", operation="DeleteUser", parameters={"UserName": "dana"}),),
    )  # fmt: skip
    return Change(**({
        "id": "c", "remedy": "roster", "title": "Create the user dana for Ada Lovelace", "why": "", "account": "1",
        "risk": Risk.SAFE, "resource": ARN, "steps": (step,),
        "shows": (Difference(what="user dana", before="not there", after="Ada Lovelace <ada@shop.example>"),
                  Difference(what="tag owner of dana", before="Old Hand", after="ada@shop.example")),
    } | other))  # fmt: skip


def past(one: Change, *found: Checked, state: RunState = RunState.DONE) -> PastRun:
    """Return a run of this change as the store tells it, in which this was found afterwards."""
    ways = (Way.DO, Way.UNDO) if state is RunState.UNDONE else (Way.DO,)
    log = tuple(
        Logged(n=n, way=way, change=one.id, step=one.steps[0].id, state=StepState.DONE, began=NOW, ended=NOW)
        for n, way in enumerate(ways)
    )
    plan = Plan(tool_version="1", catalogue_version="1", made_at=NOW, partition="aws", failing=1, mends=1, unread=0,
                changes=(one,), left=())  # fmt: skip
    back = state is RunState.UNDONE
    acts = (Act(what=Deed.UNDONE if back else Deed.APPLIED, by=BY, began=NOW, ended=NOW, checked=found),)
    run = Run(id="01RUN", plan=plan, by=BY, role="R", started=NOW, finished=NOW, state=state, checked=found, acts=acts)
    return PastRun(run, Progress(log))


def shown(one: PastRun, *, show_pii: bool = False) -> tuple[str, str]:
    """Return the run as JSON, and as text with all that is read."""
    runs = said(PastRuns((one,), (), 1), show_ids=False, show_pii=show_pii)
    return as_json(runs), whole(runs.runs[0], RenderOptions(width=80, verbose=True))


def test_nobodys_name_or_address_is_told() -> None:
    """In titles, steps, calls, tags, what was read and what was found; who did it is evidence, and the user stays."""
    path = "iam.authorization.users[dana].Tags"
    read = (
        Evidence(f"{path}[name]", {"Value": "Ada Lovelace"}), Evidence(f"{path}[Owner]", {"Value": "Old Hand"}),
        Evidence(f"{path}[owner]", {"Value": "ada@shop.example"}),
    )  # fmt: skip
    detail = f"{path}[name].Value is Erik Blake, and Ada Lovelace was expected there"
    found = Checked(change="c", control="", proved=False, at=NOW, detail=detail, read=read, said="for Ada Lovelace")
    for told in shown(past(change(), found)):
        flat = " ".join(told.split())
        for word in ("Lovelace", "Old Hand", "Erik Blake", "ada@shop"):
            assert word not in flat
        assert "Create the user dana for …" in flat and "ask …@shop.example to confirm" in flat
        assert "… <…@shop.example>" in flat and BY in flat
    assert ARN in shown(past(change(), found))[0]
    open_ = " ".join(shown(past(change(), found), show_pii=True)[0].split())
    assert "for Ada Lovelace" in open_ and "Erik Blake" in open_ and "ada@shop.example" in open_


def test_in_identity_center_too() -> None:
    """The title names a person only; the name of a group is none."""
    call = Call(service="identitystore", operation="CreateUser",
                parameters={"UserName": "dana", "DisplayName": "Ada Lovelace"})  # fmt: skip
    group = Call(service="identitystore", operation="CreateGroup", parameters={"DisplayName": "developers"})
    steps = (
        Step(id="user", does="Create the user dana", call=call), Step(id="in", does="Make developers", call=group)
    )  # fmt: skip
    for told in shown(past(change(steps=steps, shows=()))):
        assert "Lovelace" not in told and "Create the user dana for …" in told
    steps = (replace(steps[1], call=group),)
    assert "Make developers" in shown(past(change(steps=steps, shows=())))[0]


@pytest.mark.parametrize("name", ["dana", "A"])
def test_a_name_that_is_a_users_name_stays(name: str) -> None:
    """Otherwise nobody could tell what was done."""
    wanted = Expect(fact="iam.authorization", at=("users", Item("UserName", "dana"), "Tags", Item("Key", "name")),
                    value={"Value": name})  # fmt: skip
    assert "Create the user dana for A" in shown(past(change(title="Create the user dana for A", then=(wanted,))))[0]


def test_what_stays_is_said_once() -> None:
    """Undoing found just what was said beforehand to stay, an address in it: one line, not two."""
    stays = "the mail to ada@shop.example was sent"
    one = change(steps=tuple(replace(step, stays=stays) for step in change().steps))
    text = shown(past(one, Checked(change="c", control="", proved=True, detail=stays), state=RunState.UNDONE))[1]
    assert text.count("the mail to …@shop.example was sent") == 1


def test_the_list_masks_titles_too() -> None:
    """What does not read as before is named by the title of its change."""
    found = Checked(change="c", control="", proved=False, detail="gone")
    listed = table(said(PastRuns((past(change(), found, state=RunState.UNDONE),), (), 1), show_ids=False),
                   RenderOptions(width=80))  # fmt: skip
    assert "NOT AS BEFORE: Create the user dana for … (1): gone" in " ".join(listed.split())


def test_what_aws_shows_late_is_no_difference() -> None:
    """Taken back and not to be seen yet: nobody is sent to mend it by hand, but to read it again."""
    one = change(patience=4 * 3600)
    found = Checked(change="c", control="", proved=False, waiting=True, detail="shown late")
    undone = past(one, found, state=RunState.UNDONE)
    runs = said(PastRuns((undone,), (), 1), show_ids=False)
    listed = " ".join(table(runs, RenderOptions(width=80)).split())
    text = " ".join(whole(runs.runs[0], RenderOptions(width=80)).split())
    for told in (listed, text, restored(undone.run, (found,))):
        assert "NOT AS BEFORE" not in told and "by hand" not in told and "not to be seen yet" in told
    assert "Next: 1 of 1 not to be seen yet `rootwarden runs prove 01RUN` reads it again" in listed
    assert "AWS may take 4 hours to show it" in restored(undone.run, (found,))
    amiss = Checked(change="c", control="", proved=False, detail="gone")
    assert "NOT AS BEFORE" in past(one, amiss, state=RunState.UNDONE).next


@pytest.mark.parametrize("fact", ["ce.anomaly_monitors", "iam.users"])
def test_commands_are_whole(fact: str) -> None:
    """Where AWS charges for looking, every command that looks says so: as printed without it, it would be refused."""
    paid = " --paid`" if FACTS.get(fact) is not None and FACTS[fact].paid else "`"
    one = change(expects=(Expect(fact=fact),))
    late = Checked(change="c", control="", proved=False, waiting=True)
    done, undone = past(one, late), past(one, late, state=RunState.UNDONE)
    stopped_ = PastRun(replace(done.run, state=RunState.STOPPED), done.progress)
    told = (
        done.next, undone.next, stopped_.next, later(done.run),
        stopped(done.run, done.progress, one, "no", undoing=False),
        str(not_to_go_on_with(done.run)),
    )  # fmt: skip
    commands = [found for text in told for found in re.findall(r"`rootwarden (?:undo|runs prove|apply)[^`]*`", text)]
    assert len(commands) == 10 and all(each.endswith(f"01RUN{paid}") for each in commands), commands
