"""`rootwarden alerts`: what somebody sees and does who is woken by the watch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from rootwarden.store import outbox
from rootwarden.store.intake import commit, put_messages
from rootwarden.store.opening import migrate, open_store
from tests.detections.scenes import SECOND, act, at, compromised_root
from tests.journeys.terminal import Answer, rootwarden
from tests.journeys.test_bad_input import one_line
from tests.store.databases import Postgres, postgres_running
from tests.store.samples import NOW, RUN, batch, decided, ready, watching


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Path:
    """A folder with the store of a watch: a root user in wrong hands, and something small in another account."""
    fill(str(tmp_path / "rootwarden.sqlite3"))
    return tmp_path


def fill(url: str) -> None:
    """Keep two incidents, with what was told of the worse one."""
    store = open_store(url)
    watcher = watching(store)
    scene = [*compromised_root(), act(at("06:30"), SECOND)]
    found = decided(scene)
    worst = min((placed.incident for _, placed in found.updates), key=lambda one: one.severity.rank)
    told = {change.thread: "held" for change, _ in found.updates}
    told |= {one.fingerprint: "at-once" for news in found.news for one in news.alerts}
    commit(store, batch(scene, found, told=told, reminders={worst.id: NOW}), RUN)
    with store.write() as connection:
        mine = [ready("01M", "pager", critical=True, thread=worst.id), ready("02M", "mail", thread=worst.id)]
        put_messages(connection, mine, NOW)
    outbox.delivered(store, outbox.take(store, "pager", NOW, critical=True), NOW + timedelta(seconds=1))
    failed = outbox.take(store, "mail", NOW, critical=False)
    outbox.failed(store, failed, "mail.example.com cannot be reached: timed out", NOW, may_repeat=False)
    watcher.close()
    store.close()


def alerts(place: Path, *arguments: str, **more: str) -> Answer:
    """Run `rootwarden alerts` in a folder."""
    return rootwarden("alerts", *arguments, cwd=place, env=more)


def incidents(place: Path) -> list[str]:
    """Return the names of incidents, the worst first."""
    return [one["id"] for one in json.loads(alerts(place, "list", "--all", "-o", "json").out)["incidents"]]


def fits(answer: Answer) -> str:
    """Return what was written, once it is known to fit a terminal of eighty columns."""
    assert answer.code == 0, answer
    assert max(map(len, answer.out.splitlines()), default=0) <= 80
    return answer.out


# -- list ------------------------------------------------------------------------------------------------------
def test_list(place: Path):
    """The worst first: name, severity, when, whose; what it is, in which account."""
    assert fits(alerts(place, "list")) == snapshot("""\
inc-3e2afe4d1b87 critical 2026-11-24 02:48 open
  Root console sign-in succeeded without MFA, 111122223333 (23 alerts)
inc-6451dcc3f134 high     2026-09-22 09:12 open
  Root console sign-in succeeded, 111122223333 (2 alerts)
inc-e6619e8600a8 high     2026-04-14 09:12 open
  Root console sign-in succeeded, 111122223333 (2 alerts)
inc-6fa5bc19bbc7 high     2025-12-09 09:12 open
  Root console sign-in succeeded, 111122223333 (1 alert)
inc-3ce75e9edfa5 medium   2026-11-24 06:30 open
  Root user performed a direct action, 444455556666 (1 alert)

The watch was last heard 2026-11-24 09:00:00 UTC: is it running?
""")


def test_list_as_json(place: Path):
    """Versioned, with everything the table has."""
    found = json.loads(alerts(place, "list", "--output", "json").out)
    assert found["schema_version"] == "rootwarden.incidents/1"
    assert found["watcher_seen"] == "2026-11-24T09:00:00.000001Z"
    assert [one["state"] for one in found["incidents"]] == ["open"] * len(found["incidents"])
    assert found["incidents"][0]["counts"]["RD-001"] >= 3


def test_nothing_to_list(tmp_path: Path):
    """An empty store is not an error."""
    open_store(str(tmp_path / "rootwarden.sqlite3")).close()
    assert alerts(tmp_path, "list").out == snapshot("""\
No incident.

No watch has used this store yet.
""")


# -- show ------------------------------------------------------------------------------------------------------
def test_show(place: Path):
    """The story, the alerts in the order of time, what to do, and whom it was told."""
    assert fits(alerts(place, "show", incidents(place)[0])) == snapshot("""\
inc-3e2afe4d1b87 ─────────────────────────────────────────────── critical · open
Root console sign-in succeeded without MFA
Accounts: 111122223333. Opened 2026-11-24 09:00:00 UTC.

2026-11-24 02:14:03 to 02:48:55 UTC, account 111122223333: 23 alerts, the worst
critical. At 02:14:03 root of 111122223333 acted from 198.51.100.66, in a
network not seen before (198.51.100.0/24) [RD-107, RD-004]. At 02:15:27 root
failed to sign in to the console from 198.51.100.66 [RD-004], 2 times in a row.
At 02:21:34 root of 111122223333 signed in from 198.51.100.66 after failures (3
failures before); root signed in to the console without MFA from 198.51.100.66
[RD-103, RD-003, RD-002, RD-107]. At 02:26:09 root created an access key for
root [RD-005, RD-031, RD-001]. At 02:31:40 root of 111122223333 called
StopLogging on the audit trail within its session (after ConsoleLogin)
(acme-cloudtrail-us-east-1); the call was refused [RD-113, RD-017, RD-031,
RD-001]. At 02:37:12 root granted rights by AttachUserPolicy to emergency-admin
[RD-020, RD-031, RD-001]. At 02:48:55 the new access key of root of 111122223333
was used for RunInstances; root spent money by RunInstances in ap-southeast-3
(p5.48xlarge) [RD-118, RD-030, RD-040, RD-109, RD-001]. Harm: money: expensive
resources may run at your cost. Not seen yet: deletion, data.

Alerts ──────────────────────────────────────────────────────────────── 23 of 23
2026-11-24 02:14:03 high     RD-107 Root from a new network or country
2026-11-24 02:14:03 medium   RD-004 Root console sign-in failed
2026-11-24 02:15:27 medium   RD-004 Root console sign-in failed; counted
2026-11-24 02:17:50 medium   RD-004 Root console sign-in failed; counted
2026-11-24 02:21:34 critical RD-103 Root sign-in success after failures
2026-11-24 02:21:34 critical RD-003 Root console sign-in succeeded without MFA
2026-11-24 02:21:34 high     RD-107 Root from a new network or country
2026-11-24 02:21:34 high     RD-002 Root console sign-in succeeded
2026-11-24 02:26:09 critical RD-005 Root access key created
2026-11-24 02:26:09 high     RD-031 Root session without MFA made API calls
2026-11-24 02:26:09 medium   RD-001 Root user performed a direct action
2026-11-24 02:31:40 critical RD-017 Audit trail stopped, deleted or narrowed
2026-11-24 02:31:40 critical RD-113 Trail stopped inside a root session
2026-11-24 02:31:40 high     RD-031 Root session without MFA made API calls;
                                    counted
2026-11-24 02:31:40 medium   RD-001 Root user performed a direct action; counted
2026-11-24 02:37:12 high     RD-020 Root attached administrator rights or
                                    changed trust
2026-11-24 02:37:12 high     RD-031 Root session without MFA made API calls;
                                    counted
2026-11-24 02:37:12 medium   RD-001 Root user performed a direct action; counted
2026-11-24 02:48:55 critical RD-040 Root launched compute or bought something
2026-11-24 02:48:55 critical RD-118 Root key used right after it was made
2026-11-24 02:48:55 critical RD-030 Root used a long-term access key
2026-11-24 02:48:55 medium   RD-001 Root user performed a direct action; counted
2026-11-24 02:48:55 medium   RD-109 Root with a new user agent family

What to do now ─────────────────────────────────────────────────────────────────
  1. Confirm with the holder by a second channel.
  2. Look up the network the attempt came from.
  3. Call the holder by telephone; do not write to the mailbox of the account.
  4. Confirm an open window; without one, treat the account as compromised.
  5. Confirm the window and its approver within 15 minutes.

Whom it was told ───────────────────────────────────────────────────────────────
pager: alert delivered 2026-11-24 09:00:01
mail: alert waiting; mail.example.com cannot be reached: timed out
""")


def test_show_by_an_alert(place: Path):
    """By its name, or how it begins: that is what machines are told."""
    name = incidents(place)[0]
    whole = json.loads(alerts(place, "show", name, "-o", "json").out)
    assert whole["case"]["id"] == name
    assert whole["total"] == len(whole["alerts"])
    thread = whole["alerts"][0]["thread"]
    for short in (thread, thread[:8]):
        assert json.loads(alerts(place, "show", short, "-o", "json").out)["case"]["id"] == name


def test_key_ids_are_shown_on_request_only(place: Path):
    """As everywhere."""
    name = incidents(place)[0]
    for form in ("table", "json"):
        masked = alerts(place, "show", name, "-o", form).out
        assert "AKIA5ROGUE3FOREVER66" not in masked
        assert "ASIA5ROGUE3CONSOLE66" not in masked
    assert "AKIA5ROGUE3FOREVER66" in alerts(place, "show", name, "-o", "json", "--show-ids").out


@pytest.mark.parametrize("name", ["inc-000000000000", "%%%%%%%%", "x", "", "\udcff\udcff\udcff\udcff\udcff\udcff"])
def test_an_incident_that_is_not_there(place: Path, name: str):
    """Exit 2, and where to look."""
    one_line(alerts(place, "show", name), 2, "no incident or alert", "rootwarden alerts list")
    one_line(alerts(place, "ack", name, "--by", "alice"), 2, "no incident or alert")
    one_line(alerts(place, "close", name, "--by", "alice", "--note", "x"), 2, "no incident or alert")


# -- acknowledge and close -------------------------------------------------------------------------------------
def test_acknowledge(place: Path):
    """By name; the second one learns who was first. By default it is whoever is logged in."""
    first, other = incidents(place)[:2]
    answer = alerts(place, "ack", first, "--by", "alice", "--note", "on it")
    assert (answer.code, answer.out, answer.err) == (0, "", f"{first} acknowledged by alice\n")
    again = alerts(place, "ack", first, other, LOGNAME="bob")
    assert again.err == f"{first} is acknowledged already, by alice\n{other} acknowledged by bob\n"
    listed = alerts(place, "list").out
    assert "acknowledged by alice" in listed
    assert "acknowledged by bob" in listed
    shown = alerts(place, "show", first).out
    assert "acknowledged by alice: on it" in shown


def test_close(place: Path):
    """With a note, which must be there; closed ones are listed with --all."""
    first = incidents(place)[0]
    one_line(alerts(place, "close", first, "--by", "alice"), 2, "--note")
    answer = alerts(place, "close", first, "--by", "alice", "--note", "a test of ours")
    assert (answer.code, answer.err) == (0, f"{first} closed by alice\n")
    assert "closed already, by alice" in alerts(place, "close", first, "--by", "bob", "--note", "x").err
    assert "closed already" in alerts(place, "ack", first, "--by", "bob").err
    assert first not in alerts(place, "list").out
    assert first in alerts(place, "list", "--all").out


# -- mute ------------------------------------------------------------------------------------------------------
MUTE = ("mute", "--code", "RD-001", "--account", "111122223333", "--reason", "migration", "--owner", "alice")


def test_mute_and_unmute(place: Path):
    """It has a name, an owner, a reason and an end; it can be ended before."""
    answer = alerts(place, *MUTE, "--until", "8h")
    assert (answer.code, answer.out) == (0, "")
    name = answer.err.split()[-1]
    listed = fits(alerts(place, "mutes"))
    assert f"{name}: RD-001 of account 111122223333, until " in listed
    assert "Owner: alice. Reason: migration" in listed
    (one,) = json.loads(alerts(place, "mutes", "-o", "json").out)["mutes"]
    assert (one["id"], one["code"], one["owner"]) == (name, "RD-001", "alice")
    assert alerts(place, "unmute", name).err == "ended\n"
    assert alerts(place, "mutes").out == "Nothing is muted.\n"
    one_line(alerts(place, "unmute", name), 2, "there is no mute", "alerts mutes")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--until", "31d"), ("30 days",)),
        (("--until", "0h"), ("until",)),
        (("--until", "-1h"), ("until",)),
        (("--until", "soon"), ("until", "soon")),
        (("--until", "8h", "--owner", " "), ("reason and an owner",)),
        (("--until", "8h", "--code", "", "--account", ""), ("--code", "--account")),
        ((), ("--until",)),
    ],
)
def test_mutes_that_are_too_much(place: Path, arguments: tuple[str, ...], words: tuple[str, ...]):
    """For too long, for ever, by nobody, of everything: exit 2, and nothing is muted."""
    one_line(alerts(place, *MUTE, *arguments), 2, *words)
    assert alerts(place, "mutes").out == "Nothing is muted.\n"


# -- stores ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("verb", [("list",), ("show", "inc-1"), ("ack", "inc-1", "--by", "a"), ("mutes",)])
def test_a_store_that_is_not_there(tmp_path: Path, verb: tuple[str, ...]):
    """To look makes none: exit 2, with how to name one."""
    one_line(alerts(tmp_path, *verb), 2, "there is no store rootwarden.sqlite3", "--store")
    one_line(alerts(tmp_path, *verb, "--store", "sqlite:///elsewhere.db"), 2, "elsewhere.db")
    assert not [*tmp_path.iterdir()]


def test_stores_that_are_none_or_newer(place: Path, tmp_path: Path):
    """Refused with what they are."""
    (tmp_path / "notes.txt").write_text("not a database\n" * 100)
    one_line(alerts(tmp_path, "list", "--store", "notes.txt"), 2, "notes.txt", "no store")
    store = open_store(str(place / "rootwarden.sqlite3"))
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9042'")
    store.close()
    one_line(alerts(place, "list"), 2, "9042", "newer")


def test_the_store_of_the_environment(place: Path, tmp_path: Path):
    """ROOTWARDEN_STORE names it, wherever one is."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    answer = alerts(elsewhere, "list", ROOTWARDEN_STORE=str(place / "rootwarden.sqlite3"))
    assert answer.out == alerts(place, "list").out


@pytest.fixture(name="postgres", scope="module")
def _postgres() -> Iterator[Postgres]:
    with postgres_running() as found:
        yield found


def test_the_store_of_a_team(postgres: Postgres, place: Path, tmp_path: Path):
    """In PostgreSQL: the same is seen and done."""
    url = postgres.database()
    fill(url)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for verb in (("list",), ("show", incidents(place)[0]), ("mutes",)):
        assert alerts(elsewhere, *verb, "--store", url).out == alerts(place, *verb).out
    name = incidents(place)[0]
    assert alerts(elsewhere, "ack", name, "--by", "alice", "--store", url).err == f"{name} acknowledged by alice\n"


def test_a_team_s_store_that_does_not_answer(tmp_path: Path):
    """Exit 5, without the password."""
    url = f"postgresql://me:s3cr3tword@/db?host={tmp_path}"
    answer = alerts(tmp_path, "list", "--store", url)
    one_line(answer, 5, "does not answer")
    assert "s3cr3tword" not in answer.err


def test_an_older_store_is_read(place: Path):
    """After an upgrade of the program, before the watch was started again."""
    store = open_store(str(place / "rootwarden.sqlite3"))
    with store.write() as connection:
        migrate(connection, "0001")
    store.close()
    assert alerts(place, "list").code == 0
    assert alerts(place, "mutes").out == "Nothing is muted.\n"
