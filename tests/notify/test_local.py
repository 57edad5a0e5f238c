"""File, syslog and terminal: whole lines, on the disk, in the form that collectors read."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from rootwarden.errors import UsageError
from rootwarden.model.findings import Severity
from rootwarden.model.message import DeliveryError
from tests.notify.receivers import PATIENCE, message, nobody_listens, opened

RFC5424 = re.compile(
    r"<(?P<pri>\d{1,3})>1 (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (?P<host>[!-~]+) rootwarden (?P<pid>\d+) "
    r'(?P<msgid>[!-~]+) \[rootwarden@32473(?P<data>(?: [A-Za-z]+="(?:[^"\\\]]|\\["\\\]])*")+)\] (?P<text>.*)'
)


def failure(section: dict[str, Any]) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        opened(section).channel.send(message())
    return caught.value


def test_file_holds_one_line_for_each_message(tmp_path: Path):
    """Lines are appended to what is there, readable by the owner only."""
    path = tmp_path / "told.jsonl"
    channel = opened({"kind": "file", "path": str(path)}).channel
    assert channel.send(message()).said == "on the disk"
    channel.send(message(id="2", title="line\nbreak"))
    lines = path.read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["01M8A0000000000000000000A1", "2"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_line_that_was_cut_off_is_ended_first(tmp_path: Path):
    """After a crash in the middle of a line the next one is whole; after rotation a new file begins."""
    path = tmp_path / "told.jsonl"
    path.write_text('{"id":"1"}\n{"id":"2","ti')
    channel = opened({"kind": "file", "path": str(path)}).channel
    channel.send(message(id="3"))
    assert [line[:9] for line in path.read_text().splitlines()] == ['{"id":"1"', '{"id":"2"', '{"id":"3"']
    path.rename(tmp_path / "old")
    channel.send(message(id="4"))
    assert json.loads(path.read_text())["id"] == "4"


def test_appending_from_many_threads(tmp_path: Path):
    """Channels that append to one file at once do not mix their lines."""
    path = tmp_path / "told.jsonl"

    def many(number: int) -> None:
        channel = opened({"kind": "file", "path": str(path)}).channel
        for count in range(20):
            channel.send(message(id=f"{number}-{count}", title="x" * 5000))

    threads = [Thread(target=many, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({json.loads(line)["id"] for line in path.read_text().splitlines()}) == 80


def test_files_that_cannot_be_written(tmp_path: Path):
    """A missing folder, a folder and a pipe need another configuration; a full disk may pass."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "no" / "file", tmp_path, tmp_path / "pipe"):
        failed = failure({"kind": "file", "path": str(path)})
        assert not failed.retryable
        assert str(path) in failed.why


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_device_is_no_file():
    """A device is refused before anything is written to it."""
    assert "no regular file" in failure({"kind": "file", "path": "/dev/full"}).why


def heard(line: bytes) -> dict[str, str]:
    found = RFC5424.fullmatch(line.decode())
    assert found is not None, line
    return found.groupdict()


def test_syslog_over_udp():
    """One datagram, RFC 5424, priority from facility and severity, nothing that breaks out of the structured data."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(PATIENCE)
        address = f"udp://127.0.0.1:{listening.getsockname()[1]}"
        channel = opened({"kind": "syslog", "address": address, "facility": "local3"}).channel
        assert "does not tell" in channel.send(message(thread='a"]\\ b\nc', severity=Severity.CRITICAL)).said
        first = heard(listening.recv(65536))
        channel.send(message(lines=("é" * 400,) * 20, title="t" * 900))
        long = listening.recv(65536)
    assert int(first["pri"]) == (16 + 3) * 8 + 2
    assert (first["msgid"], first["pid"]) == ("alert", str(os.getpid()))
    assert r'thread="a\"\]\\ bc"' in first["data"]
    assert first["text"].startswith("[CRITICAL] root signed in")
    assert "\n" not in first["text"]
    assert len(long) <= 2048
    heard(long)


def test_syslog_over_tcp():
    """Each message stands behind its length, on a connection that is closed in order."""
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def collect() -> None:
            for _ in range(2):
                connection, _ = listening.accept()
                with connection:
                    got.append(connection.makefile("rb").read())

        thread = Thread(target=collect, daemon=True)
        thread.start()
        channel = opened({"kind": "syslog", "address": f"tcp://127.0.0.1:{listening.getsockname()[1]}"}).channel
        assert "closed in order" in channel.send(message()).said
        channel.send(message())
        thread.join(PATIENCE)
    for one in got:
        length, _, line = one.partition(b" ")
        assert int(length) == len(line)
        assert int(heard(line)["pri"]) == 10 * 8 + 3
    assert len(got) == 2


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_syslog_of_this_machine(tmp_path: Path, kind: socket.SocketKind):
    """A local socket of either kind."""
    path = str(tmp_path / "log")
    with socket.socket(socket.AF_UNIX, kind) as listening:
        listening.bind(path)
        listening.settimeout(PATIENCE)
        if kind == socket.SOCK_STREAM:
            listening.listen()
        assert opened({"kind": "syslog", "address": path}).channel.send(message()).said == f"handed to {path}"
        source = listening.accept()[0] if kind == socket.SOCK_STREAM else listening
        heard(source.recv(65536).rstrip(b"\n"))
        source.close()


def test_syslog_that_is_not_there(tmp_path: Path):
    """No socket, nobody listening, no such host: each can pass."""
    for address in (str(tmp_path / "none"), f"tcp://127.0.0.1:{nobody_listens()}", "udp://nowhere.invalid:514"):
        failed = failure({"kind": "syslog", "address": address})
        assert failed.retryable
        assert not failed.unsure
        assert failed.why.startswith(address)


@pytest.mark.parametrize("section", [
    {"address": "tls://x:1"}, {"address": "udp://x"}, {"address": "log"}, {"address": "tcp://x:1/p"},
    {"facility": "kernel"},
])  # fmt: skip
def test_syslog_addresses_that_are_none(section: dict[str, str]):
    """A wrong address is refused when the configuration is read."""
    with pytest.raises(UsageError, match="does not fit"):
        opened({"kind": "syslog"} | section)


def test_terminal():
    """The text is written with an empty line; a terminal that has gone will not come back."""
    lines: list[str] = []
    opened({"kind": "stdout"}, screen=lines.append).channel.send(message(drill=True))
    assert lines[0].startswith("[HIGH] DRILL: root signed in")

    def gone(text: str) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(DeliveryError) as caught:
        opened({"kind": "stdout"}, screen=gone).channel.send(message())
    assert not caught.value.retryable
