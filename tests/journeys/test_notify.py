"""`rootwarden notify`: what somebody sees who sets up channels and tries them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import MANAGEMENT, client, entry
from tests.journeys.terminal import rootwarden
from tests.journeys.test_bad_input import one_line
from tests.notify.receivers import nobody_listens, receiving

SECRET = "t0psecret-0123456789"
CONFIGURATION = """
[channels.chat]
kind = "apprise"
url = "env:CHAT_URL"
levels = ["high", "critical"]

[channels.siem]
kind = "webhook"
url = "{siem}/in"
key = "file:hook.key"

[channels.topic]
kind = "sns"
topic = "arn:aws:sns:us-east-1:111122223333:alerts"

[channels.screen]
kind = "stdout"
"""


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Path:
    """A folder with a configuration of four channels, the webhook's going nowhere, and the key of it."""
    configure(tmp_path, f"http://127.0.0.1:{nobody_listens()}")
    (tmp_path / "hook.key").write_text(SECRET)
    return tmp_path


def configure(place: Path, siem: str) -> None:
    (place / "rootwarden.toml").write_text(CONFIGURATION.format(siem=siem))


def test_list(place: Path):
    """Channels, what they are told, where to, and whether their secrets are there; never the secrets."""
    configure(place, "https://siem.example.com")
    answer = rootwarden("notify", "list", cwd=place, env={"CHAT_URL": f"json://x.example/{SECRET}"})
    assert answer.code == 0
    assert answer.out == snapshot("""\
CHANNEL  KIND       LEVELS
chat     apprise    critical, high
    url env:CHAT_URL (set)
siem     webhook    all
    to https://siem.example.com/...
    key file:hook.key (set)
topic    sns        all
    to arn:aws:sns:us-east-1:111122223333:alerts
screen   stdout     all
""")
    (place / "hook.key").unlink()
    machine = json.loads(rootwarden("notify", "list", "--output", "json", cwd=place).out)
    assert machine["schema"] == "rootwarden.notify/1"
    assert [one["name"] for one in machine["channels"]] == ["chat", "siem", "topic", "screen"]
    secrets = [secret for one in machine["channels"] for secret in one["secrets"]]
    assert [one["state"] for one in secrets] == ["missing", "missing"]


def test_nothing_is_configured(tmp_path: Path):
    """No channel is said so; trying all of none is not a success."""
    assert "nobody is told" in rootwarden("notify", "list", cwd=tmp_path).out
    answer = rootwarden("notify", "test", "--all", cwd=tmp_path)
    assert (answer.code, "nothing was sent" in answer.out) == (5, True)
    one_line(rootwarden("notify", "test", cwd=tmp_path), 2, "--all", "notify list")
    one_line(rootwarden("notify", "test", "chat", cwd=tmp_path), 2, "no channel 'chat'")


def test_try_channels(place: Path):
    """A test message goes the real way; who gets it is not in doubt that nothing has happened."""
    with receiving() as receiver:
        configure(place, receiver.url)
        chat = f"json://{receiver.address}/{SECRET}/"
        answer = rootwarden("notify", "test", "chat", "siem", "screen", cwd=place, env={"CHAT_URL": chat})
    assert answer.code == 0, answer
    assert [line.split(" in ")[0] for line in answer.out.splitlines() if "delivered" in line] == [
        "chat (apprise): delivered", "siem (webhook): delivered", "screen (stdout): delivered",
    ]  # fmt: skip
    assert "[INFO] TEST: the channel screen works" in answer.out
    by_chat, by_webhook = receiver.requests
    assert by_chat.json["title"] == "[INFO] TEST: the channel chat works"
    assert by_webhook.json["occasion"] == "test"
    assert by_webhook.headers["rootwarden-signature"].startswith("v1=")


def test_channels_that_fail(place: Path):
    """One line says why, exit 5, the others are tried all the same, and nothing of the secrets is shown."""
    chat = f"json://u:{SECRET}@127.0.0.1:{nobody_listens()}/{SECRET}/"
    answer = rootwarden("--debug", "notify", "test", "--all", "-o", "json", cwd=place, env={"CHAT_URL": chat})
    assert answer.code == 5
    tried = {one["name"]: one for one in json.loads(answer.out)["tried"]}
    assert {name: one["delivered"] for name, one in tried.items()} == {
        "chat": False, "siem": False, "topic": False, "screen": True,
    }  # fmt: skip
    assert tried["siem"]["detail"] == "127.0.0.1 cannot be reached: Connection refused"
    assert tried["siem"]["retryable"]
    assert "Connection refused" in tried["chat"]["detail"]
    assert "credentials" in tried["topic"]["detail"]
    assert "[INFO] TEST: the channel screen works" in answer.err
    assert SECRET not in answer.out + answer.err
    missing = rootwarden("notify", "test", "chat", cwd=place)
    assert missing.code == 5
    assert "CHAT_URL is not set" in missing.out


def test_topic_of_the_lab(place: Path):
    """SNS is reached with the credentials and the endpoint of the environment."""
    with Lab() as lab:
        client(lab, "sns", entry(lab)).create_topic(Name="alerts")
        answer = rootwarden("notify", "test", "topic", cwd=place, env=lab.environment(MANAGEMENT, "Admin"))
    assert answer.code == 0, answer
    assert "MessageId" in answer.out


def test_configuration_that_is_wrong(place: Path):
    """Exit 2, before anything is sent, and a secret in the file is not repeated."""
    file = place / "rootwarden.toml"
    file.write_text(f'[channels.chat]\nkind = "apprise"\nurl = "slack://{SECRET}"\n')
    clear = rootwarden("notify", "test", "chat", cwd=place)
    one_line(clear, 2, "[channels.chat]", "url holds a secret in the clear", "env:NAME")
    assert SECRET not in clear.err
    file.write_text('[channels.chat]\nkind = "aprise"\n')
    one_line(rootwarden("notify", "list", cwd=place), 2, "did you mean 'apprise'?")
    file.write_text("[channels]\nchat = 3\n")
    one_line(rootwarden("notify", "list", cwd=place), 2, "rootwarden.toml")
