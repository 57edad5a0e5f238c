"""The digest of how the watch is configured: changes that matter change it, and nothing else does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rootwarden.cli.settings import load_settings
from rootwarden.cli.watch_digest import watch_digest
from rootwarden.errors import UsageError

QUEUE, HISTORY = '"https://sqs.us-east-1.amazonaws.com/111122223333/rootwarden"', '"lookup-events:us-east-1"'
SOURCES = f"[watch]\nsources = [{QUEUE}, {HISTORY}]\n"
ONCALL = '[channels.oncall]\nkind = "pagerduty"\nkey = "env:PAGERDUTY_KEY"\nlevels = ["critical"]\n'
LOG = '[channels.log]\nkind = "file"\npath = "alerts.jsonl"\n'
STEPS = '[[escalation.steps]]\nafter = 900\nchannels = ["oncall"]\n'
WHOLE = SOURCES + ONCALL + LOG + STEPS


@pytest.fixture(name="digest")
def _digest(tmp_path: Path):
    """Return what makes the digest of a configuration."""

    def make(text: str) -> str:
        file = tmp_path / "rootwarden.toml"
        file.write_text(text, encoding="utf-8")
        return watch_digest(load_settings(str(file), {}))

    return make


def test_it_is_short_and_always_the_same(digest) -> None:
    """Sixteen hexadecimal digits; a digest that differs from one release to the next would call every drill stale."""
    assert re.fullmatch("[0-9a-f]{16}", digest(WHOLE))
    assert digest(WHOLE) == digest(WHOLE) == "380030d650dc5b11"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("111122223333/rootwarden", "111122223333/other"),
        (', "lookup-events:us-east-1"', ""),
        ("PAGERDUTY_KEY", "OTHER_KEY"),
        ('levels = ["critical"]', 'levels = ["critical", "high"]'),
        ("alerts.jsonl", "elsewhere.jsonl"),
        ("channels.log", "channels.logbook"),
        (LOG, ""),
        (STEPS, ""),
        ("after = 900", "after = 60"),
        (STEPS, STEPS + '[escalation]\nseverity = "critical"\n'),
    ],
)
def test_what_matters_changes_it(digest, old: str, new: str) -> None:
    """A source, a channel, whom it is told, where its secret is kept, a step of escalation."""
    assert old in WHOLE
    assert digest(WHOLE.replace(old, new)) != digest(WHOLE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[watch]\n", '[watch]\nstore = "other.sqlite3"\nlisten = "127.0.0.1:8080"\n'),
        (f"{QUEUE}, {HISTORY}", f"{HISTORY}, {QUEUE}"),
        (ONCALL + LOG, LOG + ONCALL),
        (STEPS, STEPS + '[escalation]\nseverity = "high"\n'),
        ('path = "alerts.jsonl"\n', 'path = "alerts.jsonl"\nlevels = ["info", "low", "medium", "high", "critical"]\n'),
        (STEPS, STEPS + '[audit]\nfail_on = "low"\n[digest]\nevery = 60\n'),
    ],
)
def test_what_does_not_matter_does_not(digest, old: str, new: str) -> None:
    """The store, the order, a default that is written out, and what is none of alerting."""
    assert old in WHOLE
    assert digest(WHOLE.replace(old, new)) == digest(WHOLE)


def test_a_secret_is_no_part_of_it(digest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rotated secret is no change, and one in the clear is refused rather than digested, and not repeated."""
    before = digest(WHOLE)
    monkeypatch.setenv("PAGERDUTY_KEY", "R0TATED-SECRET")
    assert digest(WHOLE) == before
    with pytest.raises(UsageError) as told:
        digest(WHOLE.replace("env:PAGERDUTY_KEY", "R0TATED-SECRET"))
    assert "R0TATED" not in str(told.value)


def test_without_a_watch_there_is_none(digest) -> None:
    """Nothing is configured: nothing to compare with."""
    assert digest("") == digest('[audit]\norg = true\n[watch]\nstore = "x.sqlite3"\n') == ""
    assert digest(SOURCES) != digest(LOG) != ""
