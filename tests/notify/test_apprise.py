"""Apprise: what arrives is what was said, what fails says why, and nothing of the URL gets out."""

from __future__ import annotations

import email
import email.policy
import logging
import socket
from email.message import EmailMessage
from io import StringIO

import pytest

from rootwarden.errors import UsageError
from rootwarden.model.findings import Severity
from rootwarden.model.message import DeliveryError, Message, Occasion
from tests.notify.receivers import PATIENCE, Mailbox, mailbox, message, nobody_listens, opened, receiving

VIA = {"kind": "apprise", "url": "env:URL"}


def send(url: str, what: Message) -> str:
    channel = opened(VIA, {"URL": url}).channel
    try:
        return channel.send(what).said
    finally:
        channel.close()


def failure(url: str) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(url, message())
    return caught.value


@pytest.mark.parametrize(("severity", "occasion", "kind"), [
    (Severity.CRITICAL, Occasion.ALERT, "failure"), (Severity.HIGH, Occasion.UPDATE, "failure"),
    (Severity.MEDIUM, Occasion.ALERT, "warning"), (Severity.INFO, Occasion.DIGEST, "info"),
    (Severity.CRITICAL, Occasion.CLEARED, "success"),
])  # fmt: skip
def test_severity_becomes_a_type(severity: Severity, occasion: Occasion, kind: str):
    """Title, body and severity arrive, each where the service expects it."""
    with receiving() as receiver:
        said = send(f"json://{receiver.address}/", message(severity=severity, occasion=occasion))
    (request,) = receiver.requests
    assert said == "taken by JSON"
    assert request.json["type"] == kind
    assert request.json["title"].startswith(f"[{severity.upper()}] ")
    assert request.json["message"].startswith("Who: root from 203.0.113.7.\nWhen: ")


def test_text_stays_text():
    """No markup, emoji, escape or mention is made of what an attacker may have chosen."""
    agent = r"agent *b* _i_ `c` <b>x</b> [t](http://u) :smile: \n &amp; <!channel> <@U1> @everyone me@here.example"
    with receiving() as receiver:
        send(f"json://{receiver.address}/?emojis=no", message(lines=(agent,)))
    line = receiver.requests[0].json["message"].splitlines()[0]
    tamed = {"<!": "< !", "<@": "< @", "@everyone": "@ everyone", "@here": "@ here", "](": "] ("}
    for wild, tame in tamed.items():
        agent = agent.replace(wild, tame)
    assert line == agent


@pytest.mark.parametrize(("wild", "tame"), [
    ("[AWS console](https://evil.example/login)", "[AWS console] (https://evil.example/login)"),
    ("![x](https://evil.example/x.png)", "![x] (https://evil.example/x.png)"),
    ("[a](<https://evil.example>) [b][c]", "[a] (< https://evil.example>) [b] [c]"),
    ("<https://evil.example|AWS console>", "< https://evil.example|AWS console>"),
    ("<mailto:a@evil.example|x> <t:0>", "< mailto:a@evil.example|x> < t:0>"),
    ("arn:aws:iam::1:role/a[0] (b) <b>x</b>", "arn:aws:iam::1:role/a[0] (b) <b>x</b>"),
])  # fmt: skip
def test_no_address_is_hidden_behind_words(wild: str, tame: str):
    """Discord, Teams, Slack and others make links of it: in titles and in lines."""
    with receiving() as receiver:
        send(f"json://{receiver.address}/", message(title=f"root used {wild}", lines=(wild,)))
    (request,) = receiver.requests
    assert request.json["title"].endswith(f"root used {tame}")
    assert request.json["message"].splitlines()[0] == tame


def test_mail():
    """A mail goes through SMTP; its text says what was said, as text and as HTML."""
    with mailbox() as box:
        said = send(url_of(box), message(lines=("Agent: <b>bold</b> & *stars*.",)))
        arrived = email.message_from_bytes(box.mails.get(timeout=PATIENCE), policy=email.policy.default)
    assert said == "taken by E-Mail"
    assert isinstance(arrived, EmailMessage)
    assert arrived["Subject"] == "[HIGH] root signed in to 111122223333 without an approved window"
    assert arrived["To"] == "soc@example.com"
    plain = arrived.get_body(("plain",))
    assert plain is not None
    assert "Agent: <b>bold</b> & *stars*." in plain.get_content()
    rich = arrived.get_body(("html",))
    assert rich is None or "<b>bold" not in rich.get_content()


def url_of(box: Mailbox) -> str:
    return f"mailto://127.0.0.1:{box.port}/?from=rw@example.com&to=soc@example.com"


def test_mail_server_refuses():
    """What the mail server says is told."""
    with mailbox() as box:
        box.refusals["RCPT"] = "550 no such mailbox here"
        failed = failure(url_of(box))
    assert failed.retryable
    assert "soc@example.com" not in failed.why  # it stands in the URL, which is the secret


@pytest.mark.parametrize(("status", "retryable"), [(404, False), (401, False), (500, True), (429, True), (302, True)])
def test_status_says_whether_trying_again_helps(status: int, retryable: bool):
    """Apprise's log names the status; redirects are not followed."""
    with receiving() as receiver:
        receiver.answers = [(status, {"Location": "/elsewhere"}, b"")]
        failed = failure(f"json://{receiver.address}/")
        assert len(receiver.requests) == 1
    assert (failed.retryable, f"error={status}" in failed.why) == (retryable, True)


def test_nobody_listens():
    """The reason is what the network said."""
    failed = failure(f"json://127.0.0.1:{nobody_listens()}/")
    assert failed.retryable
    assert "Connection refused" in failed.why


def test_silence_ends_in_time():
    """A receiver that never answers is given up, and may have taken it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        failed = failure(f"json://127.0.0.1:{silent.getsockname()[1]}/?cto=1&rto=0.3")
    assert failed.retryable
    assert failed.unsure
    assert "timed out" in failed.why.lower()


def test_optional_in_a_url_is_no_excuse():
    """`?optional=yes` makes Apprise call a failure a success; here it is none."""
    assert failure(f"json://127.0.0.1:{nobody_listens()}/?optional=yes").retryable


@pytest.mark.parametrize(("url", "words"), [
    ("pagerduty://0123456789abcdef0123456789abcdef@0123456789abcdef", 'kind = "pagerduty"'),
    ("opsgenie://12345678-1234-1234-1234-123456789012", 'kind = "opsgenie"'),
    ("json://a.example/t0psecret,json://b.example/t0psecret", "several URLs"),
    ("nothing-t0psecret", "no service://"), ("slakc://t0psecret/x", "no Apprise URL"),
    ("slack://t0psecret", "no Apprise URL"), ("json://", "no Apprise URL"),
])  # fmt: skip
def test_urls_that_are_refused(url: str, words: str, capfd: pytest.CaptureFixture[str]):
    """A URL that cannot be used says what to write instead, and is not repeated anywhere."""
    logged = StringIO()
    handler = logging.StreamHandler(logged)
    logging.getLogger().addHandler(handler)
    try:
        with pytest.raises(UsageError) as caught:
            opened(VIA, {"URL": url})
    finally:
        logging.getLogger().removeHandler(handler)
    told = str(caught.value)
    assert words in told
    shown = capfd.readouterr()
    for text in (told, logged.getvalue(), shown.out, shown.err):
        assert "t0psecret" not in text
        assert "0123456789abcdef" not in text
