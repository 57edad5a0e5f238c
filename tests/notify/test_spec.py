"""The channels of a configuration: what is wrong is named with the closest that is right, and no secret is repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rootwarden.errors import UsageError
from rootwarden.model.findings import Severity
from rootwarden.notify import families
from rootwarden.notify.family import Family
from rootwarden.notify.references import Reference, read_reference, state
from rootwarden.notify.spec import choose, read_specs
from tests.notify.receivers import opened

HOOK = {"kind": "webhook", "url": "https://siem.example.com/in"}


def refusal(section: dict[str, Any], name: str = "it") -> str:
    with pytest.raises(UsageError) as caught:
        read_specs({name: section}, "rootwarden.toml")
    return str(caught.value)


def test_every_file_is_a_family():
    """Each kind has settings, all of them documented, and says how it is opened."""
    assert families.names() == ("apprise", "file", "opsgenie", "pagerduty", "sns", "stdout", "syslog", "webhook")
    for kind in families.names():
        family = families.find(kind)
        assert isinstance(family, Family)
        fields = set(family.options.__struct_fields__)
        assert fields >= {*family.secret, *family.address, *([family.target] if family.target else [])}
        assert all(f"`{field}`" in str(family.options.__doc__) for field in fields), kind


def test_a_good_section():
    """Levels are put in order, references kept apart, defaults filled in."""
    section = HOOK | {"key": "env:HOOK_KEY", "levels": ["high", "critical"]}
    (spec,) = read_specs({"siem": section}, "rootwarden.toml")
    assert spec.levels == (Severity.CRITICAL, Severity.HIGH)
    assert spec.references == {"key": Reference("env", "HOOK_KEY")}
    assert spec.target == "https://siem.example.com/in"
    assert read_specs({"siem": HOOK}, "x")[0].levels == tuple(Severity)
    assert read_specs({"siem": HOOK | {"url": "env:URL"}}, "x")[0].target == ""


@pytest.mark.parametrize(("section", "words"), [
    ({}, "kind is missing"), ({"kind": "webhok"}, "did you mean 'webhook'?"), ({"kind": "carrier"}, "is apprise, "),
    ({"kind": 3}, "kind is no text"), (HOOK | {"levles": ["high"]}, "did you mean 'levels'?"),
    (HOOK | {"timeuot": 3}, "did you mean 'timeout'?"), (HOOK | {"levels": ["hihg"]}, "did you mean 'high'?"),
    (HOOK | {"levels": "high"}, 'levels = ["critical", "high"]'), (HOOK | {"levels": []}, "levels does not fit"),
    (HOOK | {"timeout": 0}, "$.timeout"), (HOOK | {"timeout": "long"}, "$.timeout"), ({"kind": "webhook"}, "`url`"),
    ({"kind": "sns", "topic": "alerts"}, "arn:aws:sns:"), ({"kind": "sns", "topic": "arn:aws:sqs:e:1:x"}, "an ARN"),
    ({"kind": "sns", "topic": "arn:aws:sns:e:1:x", "format": "xml"}, "'xml'"), ({"kind": "file", "path": " "}, "path"),
    ({"kind": "apprise"}, "`url`"), ({"kind": "pagerduty"}, "`key`"),
])  # fmt: skip
def test_what_is_wrong_is_named(section: dict[str, Any], words: str):
    """One clear line for each mistake, which says where it is."""
    told = refusal(section)
    assert words in told
    assert told.startswith("rootwarden.toml: [channels.it]")
    assert "Next: " in told


@pytest.mark.parametrize("section", [
    {"kind": "apprise", "url": "slack://t0psecret/B/C"}, {"kind": "apprise", "url": "evn:t0psecret"},
    {"kind": "apprise", "url": "env:"}, HOOK | {"key": "t0psecret"}, {"kind": "pagerduty", "key": "t0psecret"},
    {"kind": "opsgenie", "key": "t0psecret"}, {"kind": "webhook", "url": "https://u:t0psecret@x.example/"},
    {"kind": "apprise", "url": ["t0psecret"]}, {"kind": "webhook", "url": "https://[t0psecret@/"},
])  # fmt: skip
def test_secrets_in_the_clear(section: dict[str, Any]):
    """A secret in the file is refused, with how to write it, and not repeated."""
    told = refusal(section)
    assert "t0psecret" not in told
    assert "in the clear" in told or "does not fit" in told


def test_names():
    """A channel is called by a word."""
    assert "cannot be called" in refusal(HOOK, "my channel")
    specs = read_specs({"siem": HOOK, "pager": HOOK}, "x")
    assert [one.name for one in choose(specs, ("pager",))] == ["pager"]
    with pytest.raises(UsageError, match="did you mean 'pager'"):
        choose(specs, ("pagre",))
    with pytest.raises(UsageError, match="no \\[channels"):
        choose((), ("pager",))


def test_references(tmp_path: Path):
    """What is a reference, and what can be said of it without looking."""
    assert read_reference("env:X") == Reference("env", "X")
    assert read_reference("aws-secretsmanager:arn:aws:s:e:1:secret:x#k") == Reference(
        "aws-secretsmanager", "arn:aws:s:e:1:secret:x#k"
    )
    assert [read_reference(text) for text in ("https://x", "env:", "ENV:X", "x")] == [None] * 4
    (tmp_path / "key").write_text("0123456789abcdef\n")
    assert state(Reference("file", str(tmp_path / "key")), {}) == "set"
    assert state(Reference("file", str(tmp_path / "no")), {}) == "missing"
    assert [state(Reference("env", "A"), one) for one in ({"A": "x"}, {"A": " "}, {})] == ["set", "missing", "missing"]
    assert state(Reference("aws-secretsmanager", "x"), {}) == "not looked up"
    opened(HOOK | {"key": f"file:{tmp_path / 'key'}"})


@pytest.mark.parametrize(("content", "words"), [
    (b"", "is empty"), (b" \n", "is empty"), (b"t0psecret\nsecond", "one line"), (b"t0psecret\x1b[31m", "one line"),
    (b"t0psecret\xff", "UTF-8"), (b"t0psecret" * 10_000, "too long"),
])  # fmt: skip
def test_files_that_hold_no_secret(tmp_path: Path, content: bytes, words: str):
    """A file that holds something else is named, its content is not."""
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(UsageError, match=words) as caught:
        opened(HOOK | {"key": f"file:{tmp_path / 'key'}"})
    assert "t0psecret" not in f"{caught.value}{caught.value.__context__!r}"


def test_secrets_that_are_not_there(tmp_path: Path):
    """A variable that is not set and a file that is not there are named."""
    with pytest.raises(UsageError, match="HOOK_KEY is not set"):
        opened(HOOK | {"key": "env:HOOK_KEY"})
    with pytest.raises(UsageError, match="cannot read"):
        opened(HOOK | {"key": f"file:{tmp_path / 'none'}"})
