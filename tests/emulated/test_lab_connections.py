"""The lab keeps a connection open for the next request, tells requests apart, and cuts all of them when it is left."""

from __future__ import annotations

import http.client
import socket
from urllib.parse import urlsplit

import pytest

from rootwarden.lab import connections
from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import _open_lab, client, entry

__all__ = ["_open_lab"]
IDENTITY = b"Action=GetCallerIdentity&Version=2011-06-15"
SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261124/us-east-1/sts/aws4_request, "
    "SignedHeaders=host, Signature=00",
    "Content-Type": "application/x-www-form-urlencoded",
}


def opened(lab: Lab) -> http.client.HTTPConnection:
    """Return a connection to the lab that does not come back by itself."""
    where = urlsplit(lab.endpoint)
    line = http.client.HTTPConnection(str(where.hostname), where.port, timeout=10)
    line.auto_open = 0
    line.connect()
    return line


def ask(
    line: http.client.HTTPConnection, method: str = "POST", path: str = "/", body: bytes | None = IDENTITY
) -> bytes:
    """Ask something, and read the answer to its end."""
    line.request(method, path, body, SIGNED)
    return line.getresponse().read()


def test_nobody_talks_to_a_lab_that_was_left() -> None:
    """Not even on a connection that was open."""
    with Lab() as lab:
        line = opened(lab)
        ask(line)
    with pytest.raises((http.client.HTTPException, OSError)):
        ask(line)


def test_requests_follow_each_other_on_one_connection(open_lab: Lab) -> None:
    """Also after a body that nobody read, an answer without one, and an error."""
    line = opened(open_lab)
    first = ask(line)
    assert b"<GetCallerIdentityResult>" in first
    ask(line, "POST", "/rw-api/nowhere", b"x" * 100_000)
    assert ask(line, "HEAD", "/", None) == b""
    assert b"InvalidAction" in ask(line, body=b"Action=Nothing&Version=2011-06-15")
    assert b"<GetCallerIdentityResult>" in ask(line)
    line.close()


def test_a_body_of_unknown_length_is_answered_and_ends_the_connection(open_lab: Lab) -> None:
    line = opened(open_lab)
    line.request("POST", "/", iter([IDENTITY]), SIGNED | {"Transfer-Encoding": "chunked"}, encode_chunked=True)
    answer = line.getresponse()
    assert answer.status == 200
    assert b"<GetCallerIdentityResult>" in answer.read()
    assert answer.will_close
    line.close()


def test_whoever_waits_for_a_word_before_the_body_gets_it_at_once(open_lab: Lab) -> None:
    """botocore sends the head of an object first; without an answer it would wait a second for each."""
    where = urlsplit(open_lab.endpoint)
    with socket.create_connection((str(where.hostname), where.port), timeout=0.9) as line:
        more = {**SIGNED, "Host": "x", "Content-Length": str(len(IDENTITY)), "Expect": "100-continue"}
        head = "".join(f"{name}: {value}\r\n" for name, value in more.items())
        line.sendall(f"POST / HTTP/1.1\r\n{head}\r\n".encode())
        assert line.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(IDENTITY)
        assert line.recv(1000).startswith(b"HTTP/1.1 200 OK\r\n")


def test_objects_come_back_as_they_were_put(open_lab: Lab) -> None:
    """Large, empty, and asked for by their head alone."""
    s3 = client(open_lab, "s3", entry(open_lab))
    s3.create_bucket(Bucket="things")
    for key, body in (("large", b"0123456789" * 300_000), ("empty", b"")):
        s3.put_object(Bucket="things", Key=key, Body=body)
        assert s3.head_object(Bucket="things", Key=key)["ContentLength"] == len(body)
        assert s3.get_object(Bucket="things", Key=key)["Body"].read() == body


def test_more_connections_than_are_kept_are_answered_all_the_same(
    open_lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those beyond the number are told that they end."""
    monkeypatch.setattr(connections, "KEPT_OPEN", 2)
    lines = [opened(open_lab) for _ in range(4)]
    closes = []
    for line in lines:
        line.request("POST", "/", IDENTITY, SIGNED)
        answer = line.getresponse()
        assert b"<GetCallerIdentityResult>" in answer.read()
        closes.append(answer.will_close)
    assert any(closes)
    for line in lines:
        line.close()
