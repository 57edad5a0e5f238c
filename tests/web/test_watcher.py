"""The small door of a watch: a link shows before it acts and acts once, and whoever knocks badly harms nobody else."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from threading import active_count
from time import monotonic, sleep
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import pytest
from prometheus_client.parser import text_string_to_metric_families

from rootwarden.cli.watch import _door
from rootwarden.errors import UsageError
from rootwarden.flows.watching.running import Watching
from rootwarden.store import casebook
from rootwarden.store.opening import StoreError
from rootwarden.web.watcher import Answers, Asked, Door, Shown
from tests.watching.work import Hands, at_work, entered, put, told


class Said(NamedTuple):
    """What the door answered."""

    status: int
    headers: dict[str, str]
    text: str


def ask(address: str, method: str, path: str, body: bytes | None = None, **headers: str) -> Said:
    """Make one request."""
    host, _, port = address.rpartition(":")
    connection = HTTPConnection(host, int(port), timeout=20)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Said(answer.status, found, answer.read().decode())
    finally:
        connection.close()


def post(address: str, path: str, **fields: str) -> Said:
    """Send a form."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return ask(address, "POST", path, urlencode(fields).encode(), **kind)


class Knocking(NamedTuple):
    """A watch with one incident, its door, and the link that people were sent."""

    address: str
    watching: Watching
    link: str
    incident: str

    def state(self) -> str:
        case = casebook.find_case(self.watching.store, self.incident)
        assert case is not None
        return f"{case.state} {case.by}".strip()


@pytest.fixture(name="knocking")
def _knocking(tmp_path: Path) -> Iterator[Knocking]:
    clock = Hands()
    with at_work(tmp_path, clock, public_url="https://watch.example.com/") as work:
        put(tmp_path, "1.json", entered(Hands(), userAgent="<script>alert(1)</script>"))
        work.until("delivered")
        (message, *_) = told(tmp_path)
        with listening(work.watching, clock) as address:
            yield Knocking(address, work.watching, urlsplit(message["link"]).path, message["thread"])


@contextmanager
def listening(watching: Watching, clock: Hands) -> Iterator[str]:
    """Open the door as the command does, but by the clock of the watch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rootwarden.aws.clock.SystemClock", lambda: clock)
        door = _door("127.0.0.1:0", watching)
    try:
        yield door.address
    finally:
        door.close()


@contextmanager
def open_door(**other: object) -> Iterator[str]:
    """Open a door with answers of one's own."""
    given = {
        "healthy": lambda: "", "numbers": lambda: b"", "look": lambda asked: "no", "acknowledge": lambda asked, by: by,
    }  # fmt: skip
    door = Door("127.0.0.1:0", Answers(**given | other))
    try:
        yield door.address
    finally:
        door.close()


# -- health and figures ----------------------------------------------------------------------------------------
def test_health(knocking):
    """In one word."""
    said = ask(knocking.address, "GET", "/healthz")
    assert (said.status, said.text) == (200, "ok\n")


def test_a_watch_that_hangs_is_not_well():
    """Whoever restarts it is told why."""
    with open_door(healthy=lambda: "the watch has not turned for 61 s") as address:
        said = ask(address, "GET", "/healthz")
    assert (said.status, said.text) == (503, "the watch has not turned for 61 s\n")


def test_figures_are_read_by_prometheus(knocking):
    """Every line of them, with what they mean."""
    said = ask(knocking.address, "GET", "/metrics")
    assert said.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = {family.name: family for family in text_string_to_metric_families(said.text)}
    assert len(found) >= 15
    assert all(family.documentation and family.type != "unknown" for family in found.values())
    assert [sample.value for sample in found["rootwarden_received"].samples if sample.name.endswith("total")] == [1.0]
    assert found["rootwarden_alert_to_delivery_seconds"].type == "histogram"


# -- links -----------------------------------------------------------------------------------------------------
def test_looking_changes_nothing(knocking):
    """Programs that read mail open links; so does HEAD."""
    for method in ("GET", "HEAD", "GET"):
        said = ask(knocking.address, method, knocking.link)
        assert said.status == 200
        assert knocking.state() == "open"
    assert "I look after it" in said.text
    assert knocking.incident in said.text


def test_the_button_acknowledges_once(knocking):
    """With a name; whoever uses the link again is told that it was used."""
    said = post(knocking.address, knocking.link, by="  Alice\n B. ")
    assert (said.status, "Acknowledged by Alice B." in said.text) == (200, True)
    assert knocking.state() == "acknowledged Alice B. (by a link to people)"
    again = post(knocking.address, knocking.link, by="Mallory")
    assert "used before" in again.text
    assert knocking.state().startswith("acknowledged Alice")
    looked = ask(knocking.address, "GET", knocking.link)
    assert "<form" not in looked.text
    assert "acknowledged by Alice B." in looked.text


def test_what_was_closed_meanwhile(knocking):
    """Is said so, and stays so."""
    store = knocking.watching.store
    casebook.close(store, knocking.incident, "bob", "a test", knocking.watching._clock.now())
    assert "closed already" in post(knocking.address, knocking.link, by="alice").text
    assert knocking.state() == "closed bob"


@pytest.mark.parametrize("form", [{}, {"by": ""}, {"by": " \t\n"}, {"who": "alice"}])
def test_nobody_acknowledges_without_a_name(knocking, form):
    """And the link still works."""
    assert post(knocking.address, knocking.link, **form).status == 400
    assert knocking.state() == "open"
    assert post(knocking.address, knocking.link, by="alice").status == 200


PARTS = {
    "another incident": (2, "inc-000000000000"), "another channel": (3, "boss"), "a later end": (4, "99999999999"),
    "no number": (4, "soon"), "another signature": (5, "A" * 43), "none": (5, "x"), "no letters": (5, "%C3%A9%FF%00"),
    "markup": (5, "%3Cscript%3E"),
}  # fmt: skip


@pytest.mark.parametrize(("part", "value"), PARTS.values(), ids=PARTS.keys())
def test_links_that_were_not_made_here(knocking, part, value):
    """One part of it changed: nothing is shown of the incident, and nothing changes."""
    parts = knocking.link.split("/")
    parts[part] = value
    for said in (ask(knocking.address, "GET", "/".join(parts)), post(knocking.address, "/".join(parts), by="mallory")):
        assert said.status == 403
        assert "was not made here" in said.text
        assert knocking.incident not in said.text
        assert "<script>" not in said.text
    assert knocking.state() == "open"


def test_every_character_of_a_signature_counts(knocking):
    """Each one changed is refused."""
    head, _, signature = knocking.link.rpartition("/")
    for at in range(len(signature) - 1):
        other = "A" if signature[at] != "A" else "B"
        assert ask(knocking.address, "GET", f"{head}/{signature[:at]}{other}{signature[at + 1 :]}").status == 403


def test_a_link_ends_after_a_week(tmp_path):
    """And works until then."""
    clock = Hands()
    with at_work(tmp_path, clock, public_url="https://watch.example.com") as work:
        put(tmp_path, "1.json", entered(clock))
        work.until("delivered")
        path = urlsplit(told(tmp_path)[0]["link"]).path
        with listening(work.watching, clock) as address:
            clock.forward(timedelta(days=7, minutes=-1))
            assert ask(address, "GET", path).status == 200
            clock.forward(timedelta(minutes=2))
            said = post(address, path, by="late")
            assert (said.status, "expired" in said.text) == (403, True)


def test_links_of_another_store_do_not_work_here(knocking, tmp_path):
    """Each store signs with a key of its own."""
    other, clock = tmp_path / "other", Hands()
    other.mkdir()
    with at_work(other, clock, public_url="https://watch.example.com") as work:
        put(other, "1.json", entered(Hands(), userAgent="<script>alert(1)</script>"))  # the same second, however slow
        work.until("delivered")
        link = urlsplit(told(other)[0]["link"]).path
    assert link.split("/")[2] == knocking.incident
    assert ask(knocking.address, "GET", link).status == 403


def test_every_channel_has_a_link_of_its_own(tmp_path):
    """So that it is known who acknowledged by which; without an address there are none."""
    clock = Hands()
    channels = {name: {"kind": "file", "path": str(tmp_path / f"{name}.jsonl")} for name in ("people", "boss")}
    with at_work(tmp_path, clock, channels=channels, public_url="https://w.example.com") as work:
        put(tmp_path, "1.json", entered(clock))
        for _ in channels:
            work.until("delivered")
    links = [told(tmp_path, name)[0]["link"].split("/") for name in channels]
    assert [link[5] for link in links] == ["people", "boss"]
    assert links[0][-1] != links[1][-1]


# -- what is shown ---------------------------------------------------------------------------------------------
def test_whatever_stands_in_names_is_shown_as_text():
    """Titles, lines, states and people's names."""
    evil = "<script>alert('x')</script>&\"{title}{0}"
    shown = Shown(evil, evil, (evil,))
    with open_door(look=lambda asked: shown, acknowledge=lambda asked, by: f"Acknowledged by {by}") as address:
        for said in (ask(address, "GET", "/ack/a/b/1/c"), post(address, "/ack/a/b/1/c", by=evil)):
            assert said.status == 200
            assert "<script" not in said.text
            assert "&lt;script&gt;" in said.text
    with open_door(look=lambda asked: evil) as address:
        assert "<script" not in ask(address, "GET", "/ack/a/b/1/c").text


def test_pages_run_nothing_and_are_kept_nowhere(knocking):
    """No script, no frame, no referrer, no cache; and nobody learns what it is written in."""
    for path in (knocking.link, "/healthz", "/nowhere"):
        headers = ask(knocking.address, "GET", path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
        assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
        assert not re.search(r"python|wsgi", headers.get("server", ""), re.IGNORECASE)


def test_a_name_is_cut():
    """To eighty characters, in any writing."""
    with open_door(look=lambda asked: Shown("t", "open", ()), acknowledge=lambda asked, by: by) as address:
        said = post(address, "/ack/a/b/1/c", by="ä" * 500)
        assert said.text.count("ä" * 80) == 2
        assert "ä" * 81 not in said.text


# -- knocking badly --------------------------------------------------------------------------------------------
def test_a_head_has_no_body_and_the_same_headers():
    """RFC 9110, 9.3.2."""
    with open_door() as address:
        one, other = ask(address, "GET", "/healthz"), ask(address, "HEAD", "/healthz")
    assert (other.status, other.text) == (200, "")
    assert other.headers["content-length"] == one.headers["content-length"] == "3"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/ack/a/b/1/c", 405), ("DELETE", "/ack/a/b/1/c", 405), ("POST", "/healthz", 404),
        ("GET", "/", 404), ("GET", "/ack/a/b/1", 404), ("GET", "/ack/a/b/1/c/d", 404), ("GET", "/../etc/passwd", 404),
        ("OPTIONS", "/ack/a/b/1/c", 405), ("GET", "/%00", 404), ("GET", "/ack//////", 404),
    ],
)  # fmt: skip
def test_what_is_not_there(method, path, status):
    """Is said so."""
    with open_door() as address:
        assert ask(address, method, path).status == status


@pytest.mark.parametrize("length", ["10000000000", "-1", "many", ""])
def test_bodies_that_are_not_what_they_claim(length, capfd):
    """Read as far as a name may go, and no further."""
    with open_door(look=lambda asked: Shown("t", "open", ())) as address, connected(address) as one:
        head = f"POST /ack/a/b/1/c HTTP/1.0\r\nContent-Length: {length}\r\n\r\n"
        one.sendall(head.encode() + b"by=alice&" + b"x" * 5000)
        one.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: one.recv(65536), b""))
    assert answer.split(b" ", 2)[1] in (b"200", b"400")
    assert "Traceback" not in capfd.readouterr().err


def test_a_body_of_many_megabytes(knocking):
    """Is not read; the watch goes on."""
    with connected(knocking.address) as one:
        one.sendall(f"POST {knocking.link} HTTP/1.0\r\nContent-Length: 50000000\r\n\r\nby=alice".encode())
        try:
            for _ in range(200):
                one.sendall(b"&" * 65536)
        except OSError:
            pass  # it hung up
    assert ask(knocking.address, "GET", "/healthz").status == 200


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=20) as one:
        yield one


def test_who_is_slow_holds_up_nobody_else():
    """Fifty who say nothing, and fifty who do not end; the next one is answered at once."""
    with open_door() as address:
        host, _, port = address.rpartition(":")
        waiting = [socket.create_connection((host, int(port))) for _ in range(100)]
        try:
            for one in waiting[::2]:
                one.sendall(b"POST /ack/a/b/1/c HTTP/1.1\r\nContent-Length: 100\r\n\r\nby=")
            assert ask(address, "GET", "/healthz").status == 200
        finally:
            for one in waiting:
                one.close()


def test_a_form_that_does_not_end(capfd, monkeypatch):
    """It is waited for as long as a client may take, and no word of it is in the log."""
    monkeypatch.setattr("rootwarden.web.watcher._Quiet.timeout", 0.2)
    with open_door(look=lambda asked: Shown("t", "open", ())) as address, connected(address) as one:
        one.sendall(b"POST /ack/a/b/1/c HTTP/1.0\r\nContent-Length: 100\r\n\r\nby=alice")
        answer = b"".join(iter(lambda: one.recv(65536), b""))
    assert b" 408 " in answer.partition(b"\r\n")[0]
    assert capfd.readouterr().err == ""


def answered(one: socket.socket) -> bytes:
    """Return what comes until the door is shut."""
    found = b""
    try:
        while some := one.recv(65536):
            found += some
    except ConnectionResetError:
        pass
    return found


def test_half_a_form_acknowledges_nothing(monkeypatch):
    """Whoever hangs up amidst a name has given none."""
    by = []
    answers = {"look": lambda asked: Shown("t", "open", ()), "acknowledge": lambda asked, name: by.append(name) or name}
    with open_door(**answers) as address, connected(address) as one:
        one.sendall(b"POST /ack/a/b/1/c HTTP/1.0\r\nContent-Length: 100\r\n\r\nby=al")
        one.shutdown(socket.SHUT_WR)
        assert b" 408 " in answered(one).partition(b"\r\n")[0]
    assert by == []


@pytest.mark.parametrize("length", ["Content-Length: 4000", "Content-Length: -1", "Transfer-Encoding: chunked", "A: b"])
def test_nothing_is_read_of_who_has_no_link(length):
    """The answer does not wait for the body, however it is announced."""
    with open_door() as address, connected(address) as one:
        one.settimeout(5)
        one.sendall(f"POST /ack/a/b/1/c HTTP/1.1\r\n{length}\r\n\r\n".encode())
        assert b" 403 " in answered(one).partition(b"\r\n")[0]


def test_a_body_without_end_for_a_good_link():
    """Of chunks and of what has no length nothing is read: nobody gave a name."""
    with open_door(look=lambda asked: Shown("t", "open", ())) as address:
        for head in ("Transfer-Encoding: chunked\r\n\r\n8\r\nby=alice\r\n0\r\n\r\n", "A: b\r\n\r\nby=alice",
                     "Content-Length: -8\r\n\r\nby=alice"):  # fmt: skip
            with connected(address) as one:
                one.sendall(f"POST /ack/a/b/1/c HTTP/1.1\r\n{head}".encode())
                assert b" 400 " in answered(one).partition(b"\r\n")[0]


def test_who_dribbles_is_shown_the_door(monkeypatch):
    """A letter now and then does not keep it open: the time is counted in all."""
    monkeypatch.setattr("rootwarden.web.watcher._SECONDS", 0.5)
    with open_door() as address, connected(address) as one:
        began = monotonic()
        one.sendall(b"GET /healthz HTTP/1.0\r\n")
        with pytest.raises(OSError, match=r"Broken pipe|reset by peer"):
            while monotonic() - began < 8:
                one.sendall(b"X")
                sleep(0.05)
        assert monotonic() - began < 5


def test_there_is_room_for_so_many():
    """Hundreds who say nothing take no more threads than that; the oldest have to leave, and the newest is answered."""
    with open_door() as address:
        host, _, port = address.rpartition(":")
        before = active_count()
        waiting = [socket.create_connection((host, int(port))) for _ in range(200)]
        try:
            assert ask(address, "GET", "/healthz").status == 200
            waiting[0].settimeout(5)
            assert answered(waiting[0]) == b""
            deadline = monotonic() + 5
            while active_count() - before > 33:
                assert monotonic() < deadline
                sleep(0.01)
            waiting[-1].sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            waiting[-1].settimeout(5)
            assert b" 200 " in answered(waiting[-1])
        finally:
            for one in waiting:
                one.close()


@pytest.mark.parametrize(
    "noise", [b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"\x00" * 100_000, b"GET / HTTP/9.9\r\n\r\n", b"\r\n"]
)
def test_noise_is_answered_or_hung_up_on(noise, capfd):
    """TLS to a door that has none, scanners, garbage: nothing is written to the log, and the next one is served."""
    with open_door() as address:
        with connected(address) as one:
            try:
                one.sendall(noise)
                one.shutdown(socket.SHUT_WR)
                while one.recv(65536):
                    pass
            except OSError:
                pass  # it hung up
        assert ask(address, "GET", "/healthz").status == 200
    assert capfd.readouterr().err == ""


def test_a_store_that_does_not_answer():
    """503 with why; not a page of the program's insides."""

    def look(asked: Asked) -> str:
        raise StoreError("the store does not answer", why="it is locked", todo="wait")

    with open_door(look=look) as address:
        said = ask(address, "GET", "/ack/a/b/1/c")
    assert (said.status, said.text) == (503, "the store does not answer: it is locked. Next: wait\n")


def test_a_defect_is_not_shown_to_strangers(capfd):
    """It says that it failed, and the reason goes to the log."""

    def numbers() -> bytes:
        raise ZeroDivisionError("a secret detail")

    with open_door(numbers=numbers) as address:
        said = ask(address, "GET", "/metrics")
    assert said.status == 500
    assert "secret detail" not in said.text
    assert "a secret detail" in capfd.readouterr().err


# -- opening and closing ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", ["", "9464", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:99999", "no.invalid:1"])
def test_addresses_that_cannot_be_listened_at(address):
    """Named, with how to write one."""
    answers = Answers(healthy=str, numbers=bytes, look=lambda asked: "", acknowledge=lambda asked, by: "")
    with pytest.raises(UsageError, match="cannot listen at"):
        Door(address, answers).close() if address != "9464" else Door("999999", answers)


def test_a_door_that_is_taken():
    """The second one is told."""
    answers = Answers(healthy=str, numbers=bytes, look=lambda asked: "", acknowledge=lambda asked, by: "")
    with open_door() as address, pytest.raises(UsageError, match="in use"):
        Door(address, answers)


def test_quoted_paths_mean_what_they_quote(knocking):
    """A program that quotes more than it must."""
    parts = knocking.link.split("/")
    quoted = "/".join([*parts[:2], *(quote(part, safe="").replace("-", "%2D") for part in parts[2:])])
    assert ask(knocking.address, "GET", quoted).status == 200
