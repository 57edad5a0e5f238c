"""Whoever sees nothing beyond ASCII reads everything all the same: by --plain, under LC_ALL=C, on any stream."""

from __future__ import annotations

import io
import sys
from contextlib import closing
from pathlib import Path

import click
import pytest
from msgspec.structs import replace

from rootwarden.cli import main
from rootwarden.cli.agreeing import Asking
from rootwarden.cli.settings import load_settings
from rootwarden.cli.streams import remember_plain, speaks_unicode, spoken
from rootwarden.cli.verbs import VERBS
from rootwarden.cli.writing import say
from rootwarden.flows.applying.looking import Seen, Standing
from rootwarden.model.plan import Plan, encode
from rootwarden.people.exporting import exported
from rootwarden.people.reading import read_roster
from rootwarden.report.ascii_only import ascii_only
from rootwarden.store.opening import open_store
from rootwarden.store.run_log import begin_run
from tests.journeys.terminal import rootwarden
from tests.store.test_run_log import run

TITLE = "Register Jürgen Müller \u2013 日本 as contact"
ESCAPED = r"Register J\xfcrgen M\xfcller - \u65e5\u672c as contact"


def plan() -> Plan:
    """Return a plan whose change is called so."""
    made = run("01PLAIN", "1").plan
    return replace(made, changes=(replace(made.changes[0], title=TITLE, notes=("straße",)),))


def test_every_verb_with_a_page_for_people_has_it() -> None:
    """No verb draws what another can be asked to leave out."""
    context = click.Context(main.program)
    lacking = []
    for words in ("apply", "undo", "plan", "audit", "detect", "spend", "runbook", "demo", "users plan", "users export",
                  "runs list", "runs show", "runs cancel", "alerts list", "alerts show", "alerts mutes",
                  "letters list", "letters show"):  # fmt: skip
        command: click.Command | None = main.program
        for word in words.split():
            assert isinstance(command, click.Group)
            command = command.get_command(context, word)
        assert command is not None
        if "--plain" not in [name for one in command.params for name in one.opts]:
            lacking.append(words)
    assert lacking == []
    assert "apply" in VERBS


def test_under_lc_all_c_nothing_breaks(tmp_path: Path) -> None:
    """A plan full of names, read and shown: ASCII on both streams, whatever Python makes of the locale; files UTF-8."""
    (tmp_path / "plan-ü.json").write_bytes(encode(plan()))
    for more in ({}, {"PYTHONUTF8": "0"}):
        answer = rootwarden("plan", "--from", "plan-ü.json", "-o", "out-ü.md", cwd=tmp_path,
                            env={"LC_ALL": "C", **more})  # fmt: skip
        assert answer.code == 0, answer.err
        assert ESCAPED in answer.out and "--- 1 change" in answer.out
        assert answer.out.isascii() and answer.err.isascii()
        assert TITLE in (tmp_path / "out-ü.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("locale", "more", "speaks"), [
    ("C", {}, False), ("POSIX", {}, False), ("C.UTF-8", {}, True), ("", {}, True), ("C", {"PYTHONUTF8": "1"}, True),
    ("C", {"PYTHONIOENCODING": "utf-8"}, True),
])  # fmt: skip
def test_what_a_stream_carries(
    monkeypatch: pytest.MonkeyPatch, locale: str, more: dict[str, str], speaks: bool
) -> None:
    """The encoding of the stream decides, and a locale that says ASCII; who asks for UTF-8 gets it."""
    for name in ("PYTHONUTF8", "PYTHONIOENCODING"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"LC_ALL": locale, **more}.items():
        monkeypatch.setenv(name, value)
    for err, name in ((False, "stdout"), (True, "stderr")):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(io.BytesIO(), encoding="UTF-8"))
        assert speaks_unicode(err=err) is speaks
        monkeypatch.setattr(sys, name, io.TextIOWrapper(io.BytesIO(), encoding="latin-1"))
        assert speaks_unicode(err=err) is False
        assert spoken("straße", err=err) == r"stra\xdfe"


def test_plain_holds_for_all_that_a_verb_says(capsys: pytest.CaptureFixture[str]) -> None:
    """What apply shows before it asks, and what it says on the way."""
    given = {"yes": False, "quiet": False, "plain": True}
    for wish in (False, True):
        with click.Context(click.Command("apply")) as context:
            remember_plain(context, click.Option(["--plain"]), wish)
            Asking(load_settings(None, {}), given, dry_run=True).apply(
                plan(), [Seen(plan().changes[0], Standing.READY)]
            )
            say(f"done: {TITLE}")
        told = capsys.readouterr().err
        assert told.isascii() is wish
        assert (ESCAPED if wish else TITLE) in told
        assert f"done: {ESCAPED if wish else TITLE}" in told


def test_runbook_and_undo_in_ascii(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The user in a runbook, and the list of runs by `undo`; without the option as it is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LC_ALL", raising=False)
    for options, said in ((), "Jürgen"), (("--plain",), r"J\xfcrgen"):
        assert main.run(["runbook", "user-mfa", "Jürgen", *options]) == 0
        out = capsys.readouterr().out
        assert said in out and out.isascii() is bool(options)
    one = run("01PLAIN", "1")
    with closing(open_store(str(tmp_path / "runs.db"))) as store, begin_run(store, replace(one, by="arn:eve-é")):
        for options, said in ((), "eve-é"), (("--plain",), r"eve-\xe9"):
            assert main.run(["undo", "--store", str(tmp_path / "runs.db"), *options]) == 0
            assert said in capsys.readouterr().out


def test_a_plain_roster_says_the_same() -> None:
    """Its escapes are those of YAML: read again, each name is what it was."""
    tags = [{"Key": "name", "Value": "Jürgen Müller"}, {"Key": "owner", "Value": "j@company.example"}]
    user = {"UserName": "jm", "Path": "/", "Tags": tags, "GroupList": ["ops"]}
    group = {"GroupName": "ops", "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/SecurityAudit"}]}
    text = exported("people", "111122223333", "2026-11-26", [user], [group])
    plain = ascii_only(text)
    assert plain.isascii() and not text.isascii()
    assert read_roster(plain, "a.yaml") == read_roster(text, "b.yaml")
    assert read_roster(plain, "a.yaml").people[0].name == "Jürgen Müller"
