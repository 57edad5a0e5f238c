"""No secret of a channel gets out: not in errors, receipts, logs, reprs or tracebacks."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from io import StringIO
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rootwarden.errors import RootwardenError
from rootwarden.model.message import DeliveryError
from rootwarden.notify.secrecy import Secrecy, Secret
from tests.notify.receivers import Receiver, message, nobody_listens, opened, receiving

# Long enough not to be part of a word by chance, of letters that URLs, JSON and HTML write in other ways.
SECRETS = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x17F, exclude_categories=("Cc",)), min_size=10, max_size=40
)
TOKENS = st.text("abcXYZ019-_.~!$&'()*+,;=:@%", min_size=10, max_size=40)
WAYS = (
    str,
    quote,
    lambda one: quote(one, safe=""),
    quote_plus,
    lambda one: json.dumps(one)[1:-1],
    lambda one: repr(one)[1:-1],
)


@given(SECRETS, st.text(max_size=20), st.text(max_size=20), st.sampled_from(WAYS))
def test_whatever_way_it_is_written(secret: str, before: str, after: str, way):
    """A secret is hidden as it is and as addresses, JSON and Python write it."""
    secrecy = Secrecy()
    secrecy.learn(secret)
    assert secret not in secrecy.masked(before + way(secret) + after)
    assert way(secret) not in secrecy.masked(before + way(secret) + after)


@given(TOKENS, TOKENS, TOKENS, TOKENS)
def test_each_part_of_a_url(user: str, password: str, token: str, value: str):
    """Of a URL user, password, path and query are hidden, encoded or not; its host is told."""
    secrecy = Secrecy()
    parts = [quote(one, safe="") for one in (user, password, token, value)]
    secrecy.learn("slack://{}:{}@hooks.example.com:8443/{}/?key={}".format(*parts))
    for text in (*parts, user, password, token, value):
        assert text not in secrecy.masked(f"cannot post to hooks.example.com: {text}")
    assert "hooks.example.com" in secrecy.masked("cannot post to hooks.example.com")


def test_short_parts_go_with_their_surroundings():
    """A path of three letters is hidden as a path, and the word stays a word."""
    secrecy = Secrecy()
    secrecy.learn("json://127.0.0.1/tok")
    assert secrecy.masked("url: /tok (tok)") == "url: *** (tok)"
    assert Secrecy().masked("nothing is known") == "nothing is known"


def test_secrets_have_no_face():
    """Neither `repr`, `str`, a format nor a container shows a secret."""
    secret = Secret("hunter2hunter2")
    assert {repr(secret), str(secret), f"{secret}", f"{secret!r}", repr([secret])[1:-1]} == {"***"}
    assert secret.reveal() == "hunter2hunter2"


@pytest.fixture(scope="module", name="echo")
def _echo() -> Iterator[Receiver]:
    """A receiver that refuses everything and repeats what it was sent."""
    with receiving() as receiver:

        def repeat() -> tuple[int, dict[str, str], bytes]:
            last = receiver.requests[-1]
            return 500, {}, f"{last.path} {last.headers} {last.body.decode()}".encode()

        receiver.next_answer = repeat  # type: ignore[method-assign]
        yield receiver


def kinds(key: str, echo: Receiver) -> Iterator[tuple[dict[str, object], dict[str, str]]]:
    """Go through channels that hold a key, each with a receiver that repeats all and with none at all."""
    encoded = quote(key, safe="")
    for where in (echo.address, f"127.0.0.1:{nobody_listens()}"):
        yield {"kind": "webhook", "url": "env:KEY"}, {"KEY": f"http://{where}/{encoded}?k={encoded}"}
        yield {"kind": "webhook", "url": "env:KEY"}, {"KEY": f"http://user:{encoded}@{where}/"}
        yield {"kind": "webhook", "url": f"http://{where}/", "key": "env:KEY"}, {"KEY": f"{key}0123456789"}
        yield {"kind": "pagerduty", "url": f"http://{where}/", "key": "env:KEY"}, {"KEY": key}
        yield {"kind": "opsgenie", "url": f"http://{where}", "key": "env:KEY"}, {"KEY": key}
        for scheme in ("json", "xml", "form"):
            url = f"{scheme}://{encoded}:{encoded}@{where}/{encoded}/?+X-Key={encoded}"
            yield {"kind": "apprise", "url": "env:KEY"}, {"KEY": url}


@given(TOKENS)
@settings(max_examples=8, deadline=None)
def test_nothing_gets_out_of_any_channel(echo: Receiver, key: str):
    """Whatever the receiver repeats and whatever libraries log or raise, no way of writing the key is in it."""
    logged, handler = StringIO(), logging.StreamHandler()
    handler.setStream(logged)
    logging.getLogger().addHandler(handler)
    forms = {key, quote(key, safe=""), quote(key), repr(key)[1:-1], json.dumps(key)[1:-1]}
    try:
        for section, environment in kinds(key, echo):
            told = StringIO()
            try:
                channel = opened(section, environment)
                told.write(repr(channel) + repr(channel.channel) + str(vars(channel.channel)))
                told.write(channel.channel.send(message()).said)
                raise AssertionError("a receiver that refuses took it")
            except (DeliveryError, RootwardenError) as error:
                told.write(f"{error} {error!r} {vars(error)} " + "".join(traceback.format_exception(error)))
                told.write(repr(error.__context__) + repr(error.__cause__))
            for form in forms:
                assert form not in told.getvalue(), (section, told.getvalue())
                assert form not in logged.getvalue()
    finally:
        logging.getLogger().removeHandler(handler)
