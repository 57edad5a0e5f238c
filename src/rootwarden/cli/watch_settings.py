"""The sections of rootwarden.toml about watching: sources, store, who is told when, what is expected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from rootwarden.cli.spans import length
from rootwarden.errors import UsageError

DEFAULT_STORE = "rootwarden.sqlite3"
_ADDRESS = re.compile(r"https?://[^\s/]+(/\S*)?")
_CALLER = re.compile(r"arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:(role|user|assumed-role)/[^*\s]+")
# IAM User Guide, "AWS managed policies for root user tasks" (root-task/...).
_TASKS = (
    "IAMAuditRootUserCredentials", "IAMCreateRootUserPassword", "IAMDeleteRootUserCredentials",
    "S3UnlockBucketPolicy", "SQSUnlockQueuePolicy",
)  # fmt: skip
Level = Literal["critical", "high", "medium", "low", "info"]


class WatchSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[watch]`: where records come from, where they are kept, where the watcher is asked for its health."""

    sources: list[str] | None = None
    store: str | None = None
    listen: str | None = None
    public_url: str | None = None
    regions: list[str] | None = None
    log: str | None = None


class EscalationStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[escalation.steps]]`: how long without acknowledgement (seconds, or as 15m), and who is told then."""

    after: int | str
    channels: list[str]


class EscalationSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[escalation]`: from which severity on somebody must acknowledge, and what happens while nobody does."""

    severity: Level = "high"
    steps: list[EscalationStep] = field(default_factory=list)


class DigestSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[digest]`: how often (seconds, or as 1d) what woke nobody is summed up, and for whom."""

    every: int | str = 86400
    channels: list[str] = field(default_factory=list)


class SilenceSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[silence]`: an account that speaks often is silent after `factor` times its longest pause, or `least`."""

    off: bool = False
    factor: float = 3.0
    least: int | str = 3600


class StormSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[storm]`: how many incidents of one detection are told singly within an hour, by severity."""

    critical: int = 20
    high: int = 5
    medium: int = 3
    low: int = 2


class DrillSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[drill]`: what `rootwarden drill run detection` does by itself; `within` is in seconds, or as 5m.

    `every`: how often (as 28d) the watch itself runs it.
    """

    method: Literal["assume-root", "synthetic", "alarm", ""] = ""
    target: str = ""
    role: str = ""
    alarm: str = ""
    topics: list[str] = field(default_factory=list)
    within: int | str = 300
    every: int | str = ""


class StandingSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[standing]]`: a job that opens root sessions by itself and is known: our own audit, or a tool of others."""

    name: str
    caller: str
    task: str = "IAMAuditRootUserCredentials"
    source_identity: str = ""
    hours: str = ""
    expires: datetime | None = None


class WatchSections(Struct, frozen=True, kw_only=True):
    """All of them together."""

    watch: WatchSection = WatchSection()
    escalation: EscalationSection = EscalationSection()
    digest: DigestSection = DigestSection()
    silence: SilenceSection = SilenceSection()
    storm: StormSection = StormSection()
    drill: DrillSection = DrillSection()
    standing: tuple[StandingSection, ...] = ()


def check_sections(sections: WatchSections, path: str) -> None:
    """Check what the types cannot tell.

    Raises:
        UsageError: a value makes no sense; names the key.
    """
    try:
        found = next(_wrong(sections), None)
    except UsageError as error:
        raise UsageError(f"{path}: {error.what}", why=error.why, todo=error.todo) from error
    if found is not None:
        key, wrong = found
        raise UsageError(f"{path}: {key} {wrong[0]}", todo=wrong[1])


def _wrong(sections: WatchSections) -> Iterator[tuple[str, tuple[str, str]]]:
    for number, step in enumerate(sections.escalation.steps):
        if not step.channels:
            yield f"escalation.steps[{number}].channels", ("names nobody", "name one of [channels.NAME]")
    for key, value in _counts(sections):
        if value < 1:
            yield key, ("must be 1 or more", "leave it out for the default")
    address = sections.watch.public_url
    if address and not _ADDRESS.fullmatch(address):
        yield "watch.public_url", ("is no address that a browser opens", "write it as https://rootwarden.example.com")
    yield from _wrong_standing(sections.standing)


def _counts(sections: WatchSections) -> Iterator[tuple[str, float]]:
    for number, step in enumerate(sections.escalation.steps):
        key = f"escalation.steps[{number}].after"
        yield key, length(step.after, key).total_seconds()
    yield "digest.every", length(sections.digest.every, "digest.every").total_seconds()
    yield "silence.factor", sections.silence.factor
    yield "silence.least", length(sections.silence.least, "silence.least").total_seconds()
    yield "drill.within", length(sections.drill.within, "drill.within").total_seconds()
    for level in StormSection.__struct_fields__:
        yield f"storm.{level}", getattr(sections.storm, level)


def _wrong_standing(standing: tuple[StandingSection, ...]) -> Iterator[tuple[str, tuple[str, str]]]:
    names = [one.name for one in standing]
    for number, one in enumerate(standing):
        where = f"standing[{number}]"
        if not one.name or names.count(one.name) > 1:
            yield f"{where}.name", ("must be there, and no other's", "give it a name of its own")
        if not _CALLER.fullmatch(one.caller):
            wrong = "is no ARN of one role or user"
            yield f"{where}.caller", (wrong, "write the role, as arn:aws:iam::111122223333:role/RootwardenAudit")
        if one.task.rpartition("/")[2] not in _TASKS:
            yield f"{where}.task", (f"is {one.task!r}", f"write one of {', '.join(_TASKS)}")
        if one.expires is not None and one.expires.tzinfo is None:
            yield f"{where}.expires", ("has no time zone", "write it as 2027-01-31T00:00:00Z")
        if one.expires is None and not one.source_identity.strip("*"):
            advice = "add expires = 2027-01-31T00:00:00Z, or the source_identity that our own audit carries: rw-audit-*"
            yield f"{where}", ("has neither an end nor a source identity", advice)
