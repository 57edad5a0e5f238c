"""Two processes in two folders, each with its own store, and one account: one of them is refused."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from rootwarden.cli.state_folder import state_folder
from rootwarden.errors import RefusedError, UsageError
from rootwarden.flows.applying import running
from rootwarden.flows.applying.alone import which_aws
from rootwarden.model.plan import encode
from rootwarden.model.run import RunState
from rootwarden.store.machine import alone_on, marks_on
from rootwarden.store.run_log import hold_run
from tests.applying.test_going_on import state_of
from tests.applying.test_undoing import contact_now
from tests.applying.workshop import MANAGEMENT, MEMBER, REGIONS, Workshop
from tests.journeys.terminal import CLEAN, Answer, rootwarden


def test_one_of_two_folders_is_refused(shop: Workshop, tmp_path: Path) -> None:
    """While one is under way; once it was killed nothing is in the way any more, and undo is guarded as well."""
    for name in ("one", "two", "home"):
        (tmp_path / name).mkdir()
    plan = shop.plan("RW-POL-05")
    for name in ("one", "two"):
        (tmp_path / name / "plan.json").write_bytes(encode(plan))
    where = {**shop.lab.environment(MANAGEMENT, "Admin"), "HOME": str(tmp_path / "home")}
    arguments = ("apply", "plan.json", "--yes", "--regions", ",".join(REGIONS), "--patience", "0")

    def again(*other: str, **more: str) -> Answer:
        return rootwarden(*(other or arguments), env=where | more, cwd=tmp_path / "two")

    shop.lab.throttle(1000, actions=["account:PutAlternateContact"])  # half a minute goes by before it is given up
    command = [sys.executable, "-m", "rootwarden", *arguments]
    with subprocess.Popen(
        command, env=CLEAN | where, cwd=tmp_path / "one", stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as first:
        assert first.stderr is not None
        assert any("written down in" in line for line in first.stderr)
        first.send_signal(signal.SIGSTOP)
        try:
            shop.lab.clear_faults()
            refused = again()
        finally:
            first.kill()
    folder = tmp_path / "home" / ".local" / "state" / "rootwarden"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert refused.code == 6, refused
    said = refused.err.splitlines()[-1]
    assert f"another run changes account {MANAGEMENT}: process {first.pid}, whose run " in said
    assert f"is written down in {tmp_path / 'one' / 'rootwarden.sqlite3'}" in said
    assert "on other machines" in said
    assert not (tmp_path / "two" / "rootwarden.sqlite3").exists()
    assert shop.writes(MANAGEMENT) == []
    done = again()
    assert done.code == 0, done
    broken = rootwarden("runs", env=where, cwd=tmp_path / "one").out.split()[4]
    left = sorted(folder.iterdir())  # nothing is left of locks, also of the killed one's; that has no end
    aws = which_aws(shop.lab.endpoint)
    assert [one.name for one in left] == [f"open-{account}-{aws}-{broken}.run" for account in (MANAGEMENT, MEMBER)]
    warned = [line for line in done.err.splitlines() if "warning:" in line]
    assert len(warned) == 1 and f"the run {broken} on account {MANAGEMENT}, {MEMBER} was broken off" in warned[0]
    assert (
        f"written down in {tmp_path / 'one' / 'rootwarden.sqlite3'}" in warned[0] and f"delete {left[0]}" in warned[0]
    )
    name = again("undo").out.split()[3]
    with alone_on(folder, [MEMBER], aws, "01OTHER", "elsewhere"):
        undo = again("undo", name, "--yes", "--regions", ",".join(REGIONS))
        assert undo.code == 6 and f"process {os.getpid()}, whose run 01OTHER" in undo.err
    assert again("undo", name, "--yes", "--regions", ",".join(REGIONS), "--patience", "0").code == 0


def test_a_lab_is_another_aws(tmp_path: Path) -> None:
    """Locks are by account and by endpoint; the real one is the same in every Region."""
    assert {which_aws(f"https://sts.{one}") for one in ("eu-west-1.amazonaws.com", "amazonaws.com")} == {""}
    assert which_aws("https://sts.cn-north-1.amazonaws.com.cn") == ""
    labs = {
        which_aws("http://127.0.0.1:5000"),
        which_aws("http://127.0.0.1:5001"),
        which_aws("http://evilamazonaws.com"),
    }
    assert len(labs | {""}) == 4
    folder = tmp_path / "locks"
    with alone_on(folder, ["1", "2"], "", "01A", "a"), alone_on(folder, ["1", "2"], "5ab", "01B", "b"):
        other = alone_on(folder, ["0", "2"], "", "01C", "c")
        with pytest.raises(RefusedError, match="another run changes account 2"), other:
            raise AssertionError("it is held")
        with pytest.raises(RefusedError, match="the run 01A is under way"), alone_on(folder, ["1"], "", "01A", "a"):
            raise AssertionError("it is held")
        with alone_on(folder, ["0"], "", "01C", "c"):  # what was taken before the refusal was given back
            pass


def test_the_folder_is_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the environment; one that others may write to is no place for locks."""
    assert state_folder({"XDG_STATE_HOME": "/s", "HOME": str(tmp_path)}) == Path("/s/rootwarden")
    assert state_folder({"XDG_STATE_HOME": "s", "HOME": str(tmp_path)}) == tmp_path / ".local/state/rootwarden"
    for home in ({}, {"HOME": "/nonexistent"}):
        assert state_folder(home).name == f"rootwarden-{os.geteuid()}"
    inside = tmp_path / ".local/state/rootwarden"
    inside.mkdir(parents=True)
    assert state_folder({"HOME": str(tmp_path)}) == inside
    with monkeypatch.context() as patch:  # as with sudo that keeps the home, or what such a run left there
        other = os.geteuid() + 1
        patch.setattr(os, "geteuid", lambda: other)
        for kept in ({"HOME": str(tmp_path)}, {"XDG_STATE_HOME": str(tmp_path)}):
            assert state_folder(kept) == Path(tempfile.gettempdir()) / f"rootwarden-{other}"
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for folder in (open_to_all, tmp_path / "link"):
        with pytest.raises(UsageError, match="folder of locks"), alone_on(folder, ["1"], "", "01A", "a"):
            raise AssertionError("it is not safe")


def test_a_run_that_ends_takes_its_marks_with_it(shop: Workshop, tmp_path: Path) -> None:
    """One that is stopped has an end, one that is half undone has none until it is undone; then nobody is warned."""
    locks = tmp_path / "locks"
    plan = shop.plan("RW-POL-05")
    applied = shop.apply(plan, locks=str(locks))
    assert applied is not None and list(locks.iterdir()) == []
    shop.lab.deny("account:DeleteAlternateContact")
    half = shop.undo(applied.run.id, locks=str(locks))
    assert half is not None and half.stopped is not None
    accounts = {one.account for one in marks_on(locks, [MANAGEMENT, MEMBER], which_aws(shop.lab.endpoint))}
    assert accounts == {MANAGEMENT, MEMBER} and marks_on(locks, [MANAGEMENT], "") == []
    shop.lab.clear_faults()
    undone = shop.undo(applied.run.id, locks=str(locks))
    assert undone is not None and undone.stopped is None and list(locks.iterdir()) == []


@pytest.mark.parametrize("held", [False, True])
def test_a_run_that_stops_because_it_is_refused_takes_its_marks_with_it(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, held: bool
) -> None:
    """It was broken off and left a mark; what it would go on with is stale by now, seen at once or once it is held."""
    locks = tmp_path / "locks"
    plan = shop.plan("RW-POL-05")

    def dies(*_: object) -> None:
        raise SystemExit

    def late(*given: Any, **named: Any) -> Any:
        contact_now(shop, EmailAddress="other@shop.example")
        return hold_run(*given, **named)

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr("rootwarden.aws.hands.Hands.do", dies)
        shop.apply(replace(plan, changes=plan.changes[:1]), locks=str(locks))
    (left,) = locks.iterdir()
    name = left.stem.rpartition("-")[2]
    if held:
        monkeypatch.setattr(running, "hold_run", late)
    else:
        contact_now(shop, EmailAddress="other@shop.example")
    with pytest.raises(RefusedError, match="the plan is stale"):
        shop.resume(name, locks=str(locks))
    assert (state_of(shop, name), list(locks.iterdir())) == (RunState.STOPPED, [])
