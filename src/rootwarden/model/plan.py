"""The plan: what would be changed, as data. It is shown before anything is done, kept in a file, applied and undone.

A `Change` mends one finding. It says what must hold before, which calls are made, how each is taken back, what must
hold afterwards, what it costs and how dangerous it is. Nothing in a plan is a secret: where a call needs one, the plan
says for whom, and it is made when the plan is applied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

import msgspec
from msgspec import Struct

from rootwarden.model.cost import Cost, CostClass, oldest
from rootwarden.model.expect import Expect, renamed, without
from rootwarden.model.facts import FACTS
from rootwarden.model.findings import Severity
from rootwarden.model.untouched import Untouched

SCHEMA = "plan/1"
FACT_CALLS = frozenset(call for fact in FACTS.values() for call in fact.calls)


class Risk(StrEnum):
    """What can go wrong: nothing that anybody uses; something, so look first; what may be in use is gone for good."""

    SAFE = "safe"
    CAREFUL = "careful"
    DANGEROUS = "dangerous"


class Call(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One AWS call as data: botocore's name of the service, the operation, the Region ("": the service's home).

    A parameter `{"$ref": "step.name"}` is what a step kept under that name; `{"$json": value}` is sent as JSON text;
    `{"$secret": name}` is the secret of the change with that name.
    """

    service: str
    operation: str
    region: str = ""
    parameters: dict[str, Any] = {}

    @property
    def name(self) -> str:
        """The call as facts and permissions name it: `cloudtrail.UpdateTrail`."""
        return f"{self.service}.{self.operation}"


class Probe(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How to find out whether a step that must not be repeated was done: a call that only reads.

    `done` is a JMESPath expression over its answer, all pages of it, that is true, or not empty, when it was;
    `${step.name}` in it is what a step kept. An error of the codes `absent` (`Code`, or `Code: words of its message`)
    says that it was not. `keeps` is where its answer holds what the step keeps, where that is another place. Where AWS
    only lists ids, `over` is the path of that list, `each` is asked about every one of them, its id being
    `{"$ref": "item"}`, and `done` and what is kept are read from that answer, with the id in it as `item`; with
    `at_home` the ids are ARNs, and each is asked about in the Region that it names. `late` is for how many seconds AWS
    may not show yet what was made: so long nobody believes that it is not there.
    """

    call: Call
    done: str
    absent: tuple[str, ...] = ()
    keeps: dict[str, str] = {}
    over: str = ""
    each: Call | None = None
    at_home: bool = False
    late: int = 0

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls that it makes, which only read."""
        return (self.call, self.each) if self.each is not None else (self.call,)


class Step(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One call of a change, and how it is taken back.

    `keeps` names what of the answer later steps need (a name, and a JMESPath expression over the answer). `undo` are
    the calls that take it back, in order; `stays` says why there are none, or what of it stays. `stays_as` says how
    that reads once the change is taken back: there nothing else may stand but this, or what stood there before, and all
    else reads as before. It is empty where nobody looks, since nothing of the change can be taken back; null is in
    plans of a former version, which did not say it. `seen` is there when the call must not be made twice; what it keeps
    is read from the probe's answer then. `used` find out whether something else rests on it by now: then it is not
    taken back, nor what it rests on. `on` are the ARNs it touches, `also` are IAM actions that these very parameters
    need beside those of the table of writes.
    """

    id: str
    does: str
    call: Call
    keeps: dict[str, str] = {}
    undo: tuple[Call, ...] = ()
    stays: str = ""
    stays_as: tuple[Expect, ...] | None = None
    seen: Probe | None = None
    used: tuple[Probe, ...] = ()
    on: tuple[str, ...] = ("*",)
    also: tuple[str, ...] = ()

    @property
    def probes(self) -> tuple[Probe, ...]:
        """All that it is looked by."""
        return self.used if self.seen is None else (self.seen, *self.used)


class Declared(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A resource as it shall be, for exports as code: its CloudFormation type, a logical name, and its properties.

    Properties are CloudFormation's, `{"Ref": name}` and `{"Fn::GetAtt": [name, attribute]}` among them. `exists` is the
    identifier under which it can be imported, "" for one that is new.
    """

    type: str
    name: str
    properties: dict[str, Any]
    exists: str = ""


class Secret(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A secret that is made when the change is, and for whom: it is handed over once and kept nowhere else.

    `what` it is, `to` whom it goes, `note` what they have to know with it. `key` is the receiver's public key, age or
    SSH; "": the file is only kept from others' eyes.
    """

    name: str
    what: str
    to: str
    note: str = ""
    key: str = ""


class Difference(Struct, frozen=True, kw_only=True):
    """One line of what people are shown: what, how it reads now, how it will."""

    what: str
    before: str
    after: str


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One finding mended. `by_hand` are a person's steps instead of calls.

    `control` must PASS for `fingerprint` afterwards; where there is no such control, `then` must hold. `expects` are
    the preconditions. `accounts` are those whose facts tell: the change's own and the finding's. `patience` is for how
    many seconds AWS may take until the control shows it; `late` are facts that show it only then. `as_root` names the
    task policy of the root session in which the calls are made ("": in a role). `looks` are calls that only read, by
    which a guard makes sure beforehand that nobody is hurt. `declares` is the same as code; a change that
    CloudFormation and Terraform cannot say declares nothing. `made` says which texts of `then` stand for names that AWS
    gives only when a thing is made, the id of a key for instance, and which step keeps the true one (`step.name`).
    `secrets` are those that its calls name. `never_by` are the ARNs of callers who must not make it, because it would
    shut them out, with `*` for any text. `spares` are the roster's break-glass users, by name: it must take nothing
    from them. `owner` says in words who else looks after what it touches, where that was
    known when it was planned: then it is shown and exported, and not made.
    """

    id: str
    remedy: str
    title: str
    why: str
    account: str
    region: str = ""
    resource: str = ""
    control: str = ""
    fingerprint: str = ""
    severity: Severity = Severity.INFO
    accounts: tuple[str, ...] = ()
    risk: Risk
    cost: Cost = Cost()
    shows: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()
    expects: tuple[Expect, ...] = ()
    then: tuple[Expect, ...] = ()
    steps: tuple[Step, ...] = ()
    by_hand: tuple[str, ...] = ()
    declares: tuple[Declared, ...] = ()
    patience: int = 0
    late: tuple[str, ...] = ()
    as_root: str = ""
    looks: tuple[str, ...] = ()
    made: dict[str, str] = {}
    secrets: tuple[Secret, ...] = ()
    never_by: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()
    owner: str = ""

    @property
    def touches(self) -> tuple[str, ...]:
        """The ARNs of the single resources that it touches, in order; patterns are left out."""
        arns = {arn for step in self.steps for arn in step.on if arn.count(":") >= 5 and "*" not in arn}
        return tuple(sorted(arns))

    @property
    def stays(self) -> tuple[str, ...]:
        """What of it cannot be taken back, and why; each reason once, whatever number of steps has it."""
        return tuple(dict.fromkeys(step.stays for step in self.steps if step.stays))

    def stays_with(self, kept: Mapping[str, Any]) -> tuple[Expect, ...] | None:
        """Return how it reads where something of it stays, as `then_with` does; None: the plan does not say."""
        saying = [step.stays_as for step in self.steps if step.stays]
        if None in saying:
            return None
        return self._with_names((one for stays_as in saying for one in stays_as or ()), kept)

    def then_with(self, kept: Mapping[str, Any]) -> tuple[Expect, ...]:
        """Return what must hold afterwards, by the names that AWS gave to what the steps made.

        Where such a name is not known, what is said of the thing is left out.
        """
        return self._with_names(self.then, kept)

    def _with_names(self, expects: Iterable[Expect], kept: Mapping[str, Any]) -> tuple[Expect, ...]:
        known = {text: str(kept[name]) for text, name in self.made.items() if kept.get(name)}
        return renamed(without(expects, self.made.keys() - known.keys()), known)

    def shuts_out(self, arn: str) -> bool:
        """Return whether it would shut this caller out, whatever the case of the letters."""
        return any(fnmatchcase(arn.lower(), one.lower()) for one in self.never_by)

    @property
    def dangerous(self) -> bool:
        """Whether it waits, is guarded, and is tried in one account first: by its risk, or because root does it."""
        return self.risk is Risk.DANGEROUS or bool(self.as_root) or any(map(_for_good, self.steps))

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that show whether it may be made and was made."""
        return tuple(dict.fromkeys(one.fact for one in (*self.expects, *self.then) if not one.assumed))


def _for_good(step: Step) -> bool:
    """Return whether a step locks files so that nobody at all can unlock them (S3 User Guide, compliance mode)."""
    return step.call.operation == "PutObjectLockConfiguration" and "COMPLIANCE" in str(step.call.parameters)


class Left(Struct, frozen=True, kw_only=True):
    """A failing finding that the plan does not mend, why not, and what to do instead."""

    control: str
    title: str
    severity: Severity
    account: str
    region: str
    resource: str
    fingerprint: str
    why: str
    todo: str


class Unseen(Struct, frozen=True, kw_only=True):
    """One reason why findings could not be judged, the call it came from, and what it hid.

    `missing` are the IAM actions that were missing, `hint` is what may help; `findings` is how many it hid, of these
    `controls` in these `accounts`.
    """

    what: str
    missing: tuple[str, ...] = ()
    hint: str = ""
    findings: int
    controls: tuple[str, ...]
    accounts: tuple[str, ...]


class Plan(Struct, frozen=True, kw_only=True):
    """All that would be done, in order, and all that is left. `made_at` is when the facts were read.

    Of `failing` findings that were judged, `mends` would pass afterwards. For `unread` ones nobody could say whether
    there is anything to mend; `unseen` says why, what hid most first; `untouched` says of a plan without changes why.
    `checksum` is there in a file only: what stands there is what was planned.
    """

    rootwarden: str = SCHEMA
    tool_version: str
    catalogue_version: str
    made_at: datetime
    partition: str
    caller: str = ""
    organization: str = ""
    failing: int
    mends: int
    unread: int
    changes: tuple[Change, ...]
    left: tuple[Left, ...]
    unseen: tuple[Unseen, ...] = ()
    untouched: tuple[Untouched, ...] = ()
    checksum: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the changes: what a run was about."""
        return hashlib.sha256(encode(self.changes)).hexdigest()

    @property
    def cost(self) -> Cost:
        """What all changes add together."""
        costs = [one.cost for one in self.changes]
        kind = CostClass.BY_USE if any(one.kind is CostClass.BY_USE for one in costs) else CostClass.NONE
        if kind is CostClass.NONE and any(one.kind is CostClass.FIXED for one in costs):
            kind = CostClass.FIXED
        return Cost(
            kind=kind,
            low=sum((one.low for one in costs), Decimal(0)),
            high=sum((one.high for one in costs), Decimal(0)),
            priced=oldest(costs),
        )

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts in which something is changed, in order."""
        return tuple(dict.fromkeys(one.account for one in self.changes if one.steps))


encode = msgspec.json.Encoder(decimal_format="string").encode


def change_id(remedy: str, account: str, region: str = "", resource: str = "", aspect: str = "") -> str:
    """Return the lasting id of a change: the remedy, and eight digits of what it is about."""
    about = "\n".join((account, region, resource, aspect))
    return f"{remedy}-{hashlib.sha256(about.encode()).hexdigest()[:8]}"


def in_steps(changes: Iterable[Change]) -> Iterator[tuple[Change, Step]]:
    """Go through all steps with the change that each belongs to."""
    for change in changes:
        for step in change.steps:
            yield change, step
