"""A drill: something harmless is done on purpose, and every hop of alerting is measured until somebody was told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec import Struct

from rootwarden.model.event import Event

DRILL_SCHEMA = "rootwarden.drill/1"
# What a drill's own event is called on the bus; no source of AWS begins so.
DRILL_SOURCE = "rootwarden.drill"
# What the names of drills begin with wherever AWS shows them: in source identities, reasons, event ids.
MARK = "rw-drill-"


class Method(StrEnum):
    """What a drill does."""

    ASSUME_ROOT = "assume-root"  # a real root session in a member account that may only read root's credentials
    SYNTHETIC = "synthetic"  # a marked record through the event bus
    ALARM = "alarm"  # a CloudWatch alarm is set off


class Passed(StrEnum):
    """What became of a hop."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_REACHED = "not-reached"


class Hop(Struct, frozen=True, kw_only=True):
    """One hop: its name, how many seconds after the act it was passed and within how many it must be, and why not."""

    name: str
    state: Passed
    seconds: float | None = None
    limit: float | None = None
    detail: str = ""


class Drill(Struct, frozen=True, kw_only=True):
    """One drill with its result, which is evidence.

    `path` names the alert path that was drilled: a source of the watch, or an alarm. `configuration` is the digest of
    what the watch was configured with, so that a drill before a change is known to say nothing of what is there now.
    `broken` is the first hop that failed, "" if none did; `cleaned` whether everything was put back as it was.
    """

    id: str
    method: Method
    path: str
    account: str
    region: str
    started: datetime
    finished: datetime
    hops: tuple[Hop, ...]
    cleaned: bool
    configuration: str
    schema: str = DRILL_SCHEMA
    kind: str = "detection"
    notes: tuple[str, ...] = ()

    @property
    def broken(self) -> str:
        """The name of the first hop that was not passed, "" if all were."""
        return next((hop.name for hop in self.hops if hop.state is not Passed.PASSED), "")

    @property
    def passed(self) -> bool:
        """Whether every hop was passed in time, and everything put back."""
        return bool(self.hops) and not self.broken and self.cleaned


class Marks(Struct, frozen=True, kw_only=True):
    """By what the watch tells a drill's own records from all others: nothing else counts as the drill.

    `keys` are access keys that only the drill holds, `source_identity` what its session carries, `event_ids` those of
    its own synthetic records, `reason` what it writes into an alarm. They hold until `ends`, also when the drill is
    over or was killed: CloudTrail may be late.

    A mark alone is not enough, the act must fit: `target` is the account whose root session is opened (as `task`, the
    ARN of a task policy), whose bus or whose alarm it is, `region` that of the bus or alarm, `alarm` its name.
    """

    drill: str
    begins: datetime
    ends: datetime
    keys: tuple[str, ...] = ()
    source_identity: str = ""
    event_ids: tuple[str, ...] = ()
    reason: str = ""
    target: str = ""
    task: str = ""
    region: str = ""
    alarm: str = ""

    def marked(self, event: Event) -> bool:
        """Return whether a record carries a mark of the drill, whoever caused it."""
        return (
            (bool(event.key) and event.key in self.keys)
            or (bool(event.made) and event.made in self.keys)
            or (bool(event.source_identity) and event.source_identity == self.source_identity)
            or event.id in self.event_ids
        )

    def owns(self, event: Event) -> bool:
        """Return whether a record is the drill's own: it is by a key of the drill, and one of the acts of a drill."""
        if event.id in self.event_ids:
            return self._made_up(event)
        if not (event.key in self.keys or event.made in self.keys):
            return False
        match event.service, event.name:
            case "sts.amazonaws.com", "AssumeRole":
                return event.made in self.keys
            case "sts.amazonaws.com", "AssumeRoot":
                return event.target == self.target and event.task == self.task
            case "sts.amazonaws.com", "GetCallerIdentity":
                return True
            case "iam.amazonaws.com", "GetAccountSummary":
                return event.account == self.target
            case _:
                return False

    def _made_up(self, event: Event) -> bool:
        """Return whether a record has the content that a drill makes up: it reads, and speaks of no key or session."""
        act = (event.service, event.name, event.account, event.owner, event.region)
        wanted = ("iam.amazonaws.com", "GetAccountSummary", self.target, self.target, self.region)
        return act == wanted and not (event.key or event.made or event.source_identity)

    def rang(self, alarm: str, account: str, region: str, reason: str) -> bool:
        """Return whether it is by the drill that an alarm changed its state."""
        return bool(self.reason) and self.reason in reason and (alarm, account, region) == (
            self.alarm, self.target, self.region,
        )  # fmt: skip


def read_drill(body: bytes) -> Drill:
    """Decode a drill as it is kept.

    Raises:
        ValueError: it is none, or of another schema.
    """
    try:
        found = msgspec.json.decode(body, type=Drill)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if found.schema != DRILL_SCHEMA:
        raise ValueError(f"schema {found.schema}, this program reads {DRILL_SCHEMA}")
    return found
