"""The webhook: signed, repeatable, one connection, and each way of failing told apart."""

from __future__ import annotations

import hashlib
import hmac
import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from rootwarden.errors import UsageError
from rootwarden.model.message import DeliveryError
from tests.notify.receivers import NOW, message, nobody_listens, opened, receiving

KEY = "not-a-real-key-0123456789"
SIGNED = {"kind": "webhook", "key": "env:KEY"}


def failure(section: dict[str, object], environment: dict[str, str] | None = None) -> DeliveryError:
    """Return the error that sending over a channel raises."""
    channel = opened(section, environment).channel
    with pytest.raises(DeliveryError) as caught:
        channel.send(message())
    channel.close()
    return caught.value


def test_message_arrives_signed_with_its_idempotency_key():
    """A receiver that computes the signature itself, as RFC 2104 says, gets the same."""
    with receiving() as receiver:
        channel = opened(SIGNED | {"url": f"{receiver.url}/in?from=aws"}, {"KEY": KEY}).channel
        assert channel.send(message(data={"n": 1})).said == "HTTP 200"
        channel.close()
    (request,) = receiver.requests
    assert request.path == "/in?from=aws"
    assert request.headers["idempotency-key"] == "01M8A0000000000000000000A1"
    assert "rootwarden-may-repeat" not in request.headers
    stamp = request.headers["rootwarden-timestamp"]
    assert int(stamp) == NOW.timestamp()
    inner, outer = (bytes(b ^ pad for b in KEY.encode().ljust(64, b"\0")) for pad in (0x36, 0x5C))
    digest = hashlib.sha256(inner + stamp.encode() + b"." + request.body).digest()
    assert request.headers["rootwarden-signature"] == "v1=" + hashlib.sha256(outer + digest).hexdigest()
    assert request.json["schema"] == "rootwarden.message/1"
    assert (request.json["thread"], request.json["severity"], request.json["data"]) == ("inc-7", "high", {"n": 1})


def test_changed_body_does_not_fit_the_signature():
    """One byte more, or another second, and the signature is another."""
    with receiving() as receiver:
        opened(SIGNED | {"url": receiver.url}, {"KEY": KEY}).channel.send(message())
    (request,) = receiver.requests
    stamp, told = request.headers["rootwarden-timestamp"], request.headers["rootwarden-signature"]
    for other_stamp, body in ((stamp, request.body + b" "), (str(int(stamp) + 1), request.body)):
        signed = hmac.new(KEY.encode(), f"{other_stamp}.".encode() + body, "sha256").hexdigest()
        assert told != f"v1={signed}"


def test_repeat_says_so_and_the_connection_is_kept():
    """Three messages, one of them a repeat, over one connection."""
    with receiving() as receiver:
        channel = opened({"kind": "webhook", "url": receiver.url}).channel
        channel.send(message())
        channel.send(message(may_repeat=True))
        receiver.answers = [(500, {}, b"no"), (202, {}, b"")]
        with pytest.raises(DeliveryError):
            channel.send(message())
        channel.send(message())
        channel.close()
    assert [one.headers.get("rootwarden-may-repeat") for one in receiver.requests] == [None, "true", None, None]
    assert len({one.client for one in receiver.requests}) == 1
    assert all("rootwarden-signature" not in one.headers for one in receiver.requests)


def test_access_key_ids_do_not_leave_whole():
    """Of a key id only the last four are told, in texts and in data."""
    with receiving() as receiver:
        key_id = "AKIAIOSFODNN7EXAMPLE"
        opened({"kind": "webhook", "url": receiver.url}).channel.send(
            message(lines=(f"Key: {key_id}.",), data={"access_key": key_id})
        )
    assert key_id.encode() not in receiver.requests[0].body
    assert receiver.requests[0].json["data"] == {"access_key": "…MPLE"}


@pytest.mark.parametrize(("status", "headers", "retryable", "after"), [
    (408, {}, True, None), (425, {}, True, None), (429, {"Retry-After": "17"}, True, 17.0), (500, {}, True, None),
    (502, {}, True, None), (504, {}, True, None),
    (503, {"Retry-After": "Tue, 24 Nov 2026 03:21:11 GMT"}, True, 60.0),
    (503, {"Retry-After": "Tue, 24 Nov 2020 03:21:11 GMT"}, True, 0.0),
    (503, {"Retry-After": "999999"}, True, 3600.0), (503, {"Retry-After": "soon"}, True, None),
    (400, {}, False, None), (401, {}, False, None), (404, {}, False, None), (410, {}, False, None),
    (413, {}, False, None), (301, {"Location": "/elsewhere"}, False, None), (307, {"Location": "/x"}, False, None),
])  # fmt: skip
def test_statuses(status: int, headers: dict[str, str], retryable: bool, after: float | None):
    """Each status is told with what the receiver says, and sorted into what trying again can help."""
    with receiving() as receiver:
        receiver.answers = [(status, headers, b"said \x1b[31mthis\n")]
        failed = failure({"kind": "webhook", "url": receiver.url})
        assert len(receiver.requests) == 1, "neither repeated nor redirected"
    assert (failed.retryable, failed.retry_after) == (retryable, after)
    assert failed.unsure == (status in (502, 504))
    assert f"HTTP {status}" in failed.why
    assert "\x1b" not in failed.why
    assert "\\x1b[31mthis" in failed.why or 300 <= status < 400


def test_endless_answer_is_not_read_to_the_end():
    """Of a large answer only the beginning is told."""
    with receiving() as receiver:
        receiver.answers = [(500, {}, b"x" * 3_000_000)]
        assert len(failure({"kind": "webhook", "url": receiver.url}).why) < 300


def test_nobody_listens():
    """A refused connection can pass; the reason is told without the path, which may be a token."""
    failed = failure({"kind": "webhook", "url": f"http://127.0.0.1:{nobody_listens()}/tok"})
    assert (failed.why, failed.retryable) == ("127.0.0.1 cannot be reached: Connection refused", True)
    assert not failed.unsure
    assert failed.__cause__ is None
    assert failed.__context__ is None


def test_unknown_host():
    """A name that nobody knows can pass, because name servers fail too."""
    failed = failure({"kind": "webhook", "url": "http://nowhere.invalid/x"})
    assert failed.retryable
    assert failed.why.startswith("nowhere.invalid cannot be reached")


def answering(raw: bytes, *, close: bool = True) -> tuple[socket.socket, Thread]:
    """Listen once and answer with raw bytes."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        connection, _ = listening.accept()
        with connection:
            asked = b""
            while not asked.endswith(b"}"):
                asked += connection.recv(65536)
            connection.sendall(raw)
            if not close:
                connection.recv(1)  # until the other side gives up

    thread = Thread(target=answer, daemon=True)
    thread.start()
    return listening, thread


@pytest.mark.parametrize(("raw", "close", "words"), [
    (b"\x00\x01garbage\r\n\r\n", True, "does not speak HTTP"), (b"", True, "broke the connection off"),
    (b"", False, "no answer within 1 s"), (b"HTTP/1.1 200 OK\r\nContent-Le", False, "no answer within 1 s"),
])  # fmt: skip
def test_no_real_answer(raw: bytes, close: bool, words: str):
    """Garbage, silence and a broken connection can all pass."""
    listening, thread = answering(raw, close=close)
    with listening:
        failed = failure({"kind": "webhook", "url": f"http://127.0.0.1:{listening.getsockname()[1]}", "timeout": 1})
        thread.join(5)
    assert failed.retryable
    assert failed.unsure, "it may have been taken"
    assert words in failed.why


def test_status_counts_where_the_body_breaks_off():
    """What was taken was taken, even if the rest of the answer never comes."""
    listening, thread = answering(b"HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\nhalf", close=False)
    with listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        channel = opened({"kind": "webhook", "url": url, "timeout": 1}).channel
        assert channel.send(message()).said == "HTTP 201"
        channel.close()
        thread.join(5)


@pytest.fixture(name="certificate", scope="module")
def _certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 that nobody else signed, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    file.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return file


def test_tls_is_verified(certificate: Path):
    """A certificate that nobody vouches for is refused, and taken when the configuration vouches for it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with receiving(context) as receiver:
        failed = failure({"kind": "webhook", "url": receiver.url})
        assert failed.retryable
        assert failed.why == "TLS failed: self-signed certificate"
        assert receiver.requests == []
        channel = opened({"kind": "webhook", "url": receiver.url, "ca_file": str(certificate)}).channel
        assert channel.send(message()).said == "HTTP 200"
        channel.close()


def test_plain_http_where_tls_is_spoken():
    """https:// to a server without TLS says that it is TLS that failed."""
    with receiving() as receiver:
        failed = failure({"kind": "webhook", "url": receiver.url.replace("http", "https")})
    assert failed.why.startswith("TLS failed: ")


@pytest.mark.parametrize(("url", "words"), [
    ("ftp://x/y", "https://"), ("https:///y", "https://"), ("https://x:99999/", "https://"), ("https://x/ y", "blanks"),
])  # fmt: skip
def test_address_that_is_none(url: str, words: str):
    """A wrong address is refused when the configuration is read, and when its secret is looked up."""
    with pytest.raises(UsageError, match=words):
        opened({"kind": "webhook", "url": url})
    with pytest.raises(UsageError, match=words) as caught:
        opened({"kind": "webhook", "url": "env:URL"}, {"URL": url})
    assert url not in str(caught.value)


def test_short_key_is_refused():
    """A key that can be guessed is none, and is not repeated."""
    with pytest.raises(UsageError, match="too short") as caught:
        opened(SIGNED | {"url": "https://x.example"}, {"KEY": "hunter2"})
    assert "hunter2" not in str(caught.value)
