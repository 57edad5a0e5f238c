"""What is wrong with the configuration of a watch is said before it runs: by the watch itself, and by the doctor."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.terminal import rootwarden
from tests.journeys.test_bad_input import one_line

CALLER = "arn:aws:iam::111111111111:role/RootwardenAudit"
STANDING = '[[standing]]\nname = "audit"\n'


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ('[drill]\nmethod = "sythetic"\n', ("drill.method", "assume-root, synthetic, alarm")),
        (
            '[[escalation.steps]]\nafter = "15x"\nchannels = ["x"]\n',
            ("rootwarden.toml: escalation.steps[0].after", "45m"),
        ),
        ('[digest]\nevery = "0s"\n', ("digest.every", "1 or more")),
        ('[drill]\nmethod = "synthetic"\nevery = 28\n', ("drill.every", "an hour at least")),
        ('[watch]\nsources = "-"\n', ("watch.sources", "write a list")),
        ('[escalation]\nseverity = "sever"\n', ("escalation.severity", "critical, high, medium, low, info")),
        ('[watch]\npublic_url = "rootwarden.example.com"\n', ("watch.public_url", "https://")),
        (f'{STANDING}caller = "arn:aws:iam::111111111111:role/*"\n', ("standing[0].caller", "one role")),
        (f'{STANDING}caller = "{CALLER}"\ntask = "NoSuchTask"\n', ("standing[0].task", "IAMAuditRootUserCredentials")),
        ('[watch]\npublic_url = "https://w.example.com"\n', ("--public-url", "--listen")),
        ('[drill]\nmethod = "synthetic"\nevery = "5m"\n', ("drill.every", "an hour at least")),
        ('[drill]\nmethod = "alarm"\nevery = "28d"\n', ("topics", "--topic")),
    ],
)
def test_a_value_that_makes_no_sense(tmp_path: Path, config: str, words: tuple[str, ...]) -> None:
    """Exit 2, with the key and how it is to be written."""
    (tmp_path / "rootwarden.toml").write_text(config)
    one_line(rootwarden("watch", "-", cwd=tmp_path), 2, *words)


def test_the_doctor_sees_what_is_configured_and_would_not_work(tmp_path: Path) -> None:
    """Before anybody relies on it: an escalation to nobody, a drill that lacks something."""
    (tmp_path / "rootwarden.toml").write_text(
        '[watch]\nsources = ["-"]\n[channels.screen]\nkind = "stdout"\n'
        '[[escalation.steps]]\nafter = 900\nchannels = ["pager"]\n[drill]\nmethod = "alarm"\nalarm = "nope"\n'
    )
    answer = rootwarden("doctor", "--watch", cwd=tmp_path)
    assert answer.code == 5
    told = " ".join(answer.out.split())
    assert "escalation 1 NOT WELL: there is no channel pager" in told
    assert "[drill] NOT WELL: an alarm and the topics it may tell must be named" in told


def test_a_dead_letter_is_seen_and_let_go_of(tmp_path: Path) -> None:
    """With where it came from, and why it was not understood."""
    (tmp_path / "rootwarden.toml").write_text('[watch]\nsources = ["-"]\n')
    rootwarden("watch", "-", "--quiet", cwd=tmp_path, stdin="this is no record\nnor is this\n")
    listed = rootwarden("letters", "list", cwd=tmp_path)
    assert "dead letter" in listed.out
    assert "standard input" in listed.out
    number = next(line.split()[0] for line in listed.out.splitlines() if "standard input" in line)
    shown = rootwarden("letters", "show", number, cwd=tmp_path)
    assert "From: standard input, line 1" in shown.out
    assert "look where it came from" in shown.out
    assert '"letters"' in rootwarden("letters", "list", "-o", "json", cwd=tmp_path).out
    one_line(rootwarden("letters", "show", "9999", cwd=tmp_path), 2, "no dead letter 9999")
    assert "let go of" in rootwarden("letters", "discard", "--up-to", number, cwd=tmp_path).err
    assert "No dead letter." in rootwarden("letters", "list", cwd=tmp_path).out


def test_what_is_secret_about_an_address_is_not_listed(tmp_path: Path) -> None:
    """Of a chat's webhook the path is the key."""
    (tmp_path / "rootwarden.toml").write_text(
        '[channels.chat]\nkind = "webhook"\nurl = "https://hooks.slack.com/services/T000/B000/XXXX?token=abcd"\n'
    )
    for form in ((), ("-o", "json")):
        told = rootwarden("notify", "list", *form, cwd=tmp_path).out
        assert "https://hooks.slack.com/..." in told
        assert "T000" not in told
        assert "abcd" not in told
