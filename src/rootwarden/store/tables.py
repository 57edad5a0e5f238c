"""The tables of the store: what was seen, what was concluded, whom it was told, and what could not be understood."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An instant in UTC as text that sorts by time, to the microsecond, alike in every database."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write an aware instant; a naive one is a mistake."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone")
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Read it back, aware."""
        return None if value is None else datetime.fromisoformat(value)


METADATA = MetaData()

# One row for each time that records were judged and their alerts committed: what can be gone through again.
batches = Table(
    "batches",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
)
# Records of CloudTrail that count, as they were written, and notices; once for each content under an identity.
events = Table(
    "events",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("batch", Integer, nullable=False),
    Column("account", String(64), nullable=False),
    Column("event_id", String(255), nullable=False),
    Column("digest", String(32), nullable=False),
    Column("time", Instant, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("name", String(255), nullable=False),
    Column("region", String(64), nullable=False),
    Column("read_at", Text, nullable=False),
    Column("drill", String(64), nullable=False, default=""),
    Column("record", LargeBinary, nullable=False),
    UniqueConstraint("account", "event_id", "digest", name="one_of_each_event"),
    Index("events_by_batch", "batch"),
    Index("events_by_time", "time"),
)
# `state` is open or withdrawn; `told` is at-once, held, digest or digested, and says how people learn of it.
alerts = Table(
    "alerts",
    METADATA,
    Column("thread", String(80), primary_key=True),
    Column("incident", String(32), nullable=False),
    Column("code", String(64), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("account", String(64), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("window", String(255), nullable=False),
    Column("event_time", Instant, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("told", String(16), nullable=False),
    Column("raised", Instant, nullable=False),
    Column("updated", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("alerts_by_incident", "incident", "rank", "event_time"),
    Index("alerts_by_told", "told"),
)
# `state` is open, acknowledged, closed or joined (to `joined_to`).
incidents = Table(
    "incidents",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("subjects", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("first", Instant, nullable=False),
    Column("last", Instant, nullable=False),
    Column("opened", Instant, nullable=False),
    Column("updated", Instant, nullable=False),
    Column("joined_to", String(32), nullable=False, default=""),
    Column("by", String(255), nullable=False, default=""),
    Column("at", Instant),
    Column("note", Text, nullable=False, default=""),
    Column("step", Integer, nullable=False, default=0),
    Column("remind", Instant),
    Index("incidents_by_state", "state", "rank", "last"),
    Index("incidents_by_remind", "remind"),
)
# `state` is waiting, sending (it may have been delivered when the program ended), delivered or given-up.
outbox = Table(
    "outbox",
    METADATA,
    Column("id", String(128), primary_key=True),
    Column("message", String(64), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("thread", String(80), nullable=False),
    Column("critical", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created", Instant, nullable=False),
    Column("due", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("may_repeat", Boolean, nullable=False, default=False),
    Column("error", Text, nullable=False, default=""),
    Column("delivered", Instant),
    Column("body", LargeBinary, nullable=False),
    Index("outbox_by_due", "channel", "critical", "state", "due"),
    Index("outbox_by_thread", "thread"),
)
# What was received and could not be understood, as it came.
dead_letters = Table(
    "dead_letters",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("source", Text, nullable=False),
    Column("digest", String(32), nullable=False),
    Column("why", Text, nullable=False),
    Column("todo", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("digest", "why", name="one_of_each_letter"),
)
# How far each source was read, and when each account and Region was last heard.
watermarks = Table(
    "watermarks",
    METADATA,
    Column("source", String(512), primary_key=True),
    Column("place", String(1024), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("value", Text, nullable=False, default=""),
)
# What the program did: watches, drills, what it changed in AWS.
runs = Table(
    "runs",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("started", Instant, nullable=False),
    Column("finished", Instant),
    Column("state", String(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("runs_by_kind", "kind", "started"),
)
# The run log: each call that changes AWS, written down before it is made. `way` is "do" or "undo", `kept` what later
# calls need of its answer.
run_steps = Table(
    "run_steps",
    METADATA,
    Column("run", String(32), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("way", String(8), nullable=False),
    Column("change", String(128), nullable=False),
    Column("step", String(64), nullable=False),
    Column("call", Integer, nullable=False, default=0),
    Column("state", String(16), nullable=False),
    Column("began", Instant, nullable=False),
    Column("ended", Instant),
    Column("kept", LargeBinary, nullable=False, default=b""),
    Column("detail", Text, nullable=False, default=""),
)
# What must survive a restart whole: the state of alerting, who watches, the key that links are signed with.
states = Table(
    "states",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("value", LargeBinary, nullable=False),
)
# Alerts that somebody answers for not being told: always with a reason, an owner and an end.
mutes = Table(
    "mutes",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("code", String(64), nullable=False, default=""),
    Column("account", String(64), nullable=False, default=""),
    Column("reason", Text, nullable=False),
    Column("owner", String(255), nullable=False),
    Column("created", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("ended", Instant),
)
# Links that were used; each works once.
used_links = Table(
    "used_links",
    METADATA,
    Column("nonce", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("by", String(255), nullable=False, default=""),
)
