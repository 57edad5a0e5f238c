"""What a control sees: facts read through it are recorded, and the record becomes the evidence of the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct, field

from rootwarden.model.account_line import Pieces, decoded
from rootwarden.model.expect import Expect, as_if
from rootwarden.model.findings import Evidence, Severity, Status, Verdict
from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.shared import Shared
from rootwarden.model.sight import Log, Sight
from rootwarden.model.snapshot import Facts

LEDGER = "evidence.ledger"
# No policy document and no store: what Rootwarden itself would know is null, which is not the same as unread.
PLAIN_MODE = Facts({LEDGER: None})

T = TypeVar("T")
_pieces = msgspec.json.Decoder(list[Raw])


class Subject(Struct, frozen=True, gc=False, kw_only=True):
    """Whom or what a judgement is about."""

    account: str
    partition: str
    region: str = ""
    resource: str = ""
    aspect: str = ""


class Room(Struct, gc=False, eq=False):
    """The facts of one account or of the organization, read through a log."""

    _facts: Facts
    _log: Log

    def __getitem__(self, name: str) -> Sight:
        """Look at a fact by its name in the table of facts."""
        value, clean = self._facts.get(name)
        return Sight(name, value, self._log, clean)

    def row(self, name: str, key: str, wanted: str) -> Sight:
        """Look at the item of a list fact whose `key` is `wanted`; null when none is, unread when the fact is."""
        value, clean = self._facts.get(name)
        if not isinstance(value, list):
            return Sight(name, value, self._log)[wanted]
        at = self._facts.index(name, key).get(wanted)
        return Sight(f"{name}[{wanted}]", None if at is None else value[at], self._log, clean)

    def part(self, name: str, field: str) -> Sight:
        """Look at a field of a large fact, as `[name][field]` does, without decoding the fields beside it."""
        raw = self._facts.field(name, field)
        if raw is None:
            return self[name][field]
        value, clean = self._facts.kept((name, field), lambda: decoded(raw))
        return Sight(f"{name}.{field}", value, self._log, clean)

    def pieces(self, name: str, field: str) -> Pieces | None:
        """Return the items of a list in a large fact, undecoded; None where it has to be read as a whole."""
        return self._facts.kept(("pieces", name, field), lambda: self._take_apart(name, field))

    def _take_apart(self, name: str, field: str) -> Pieces | None:
        items = self._facts.shaped(name, _pieces, field)
        return None if items is None else Pieces(items)

    def shaped(self, name: str, shape: msgspec.json.Decoder[T], field: str = "") -> T | None:
        """Return a fact, or a field of a large one, decoded into what `shape` wants; None where it does not fit.

        For a quick look at what is long: fields that `shape` does not name are passed over. Nothing is recorded.
        """
        return self._facts.shaped(name, shape, field)

    def legible(self, name: str, field: str = "") -> bool:
        """Return whether what a shape passed over is legible as well; nothing is recorded."""
        return self._facts.legible(name, field)

    def derived(self, name: str, make: Callable[[Any], T]) -> T:
        """Return what `make` works out of a whole fact, once for all judgements of it; nothing is recorded."""
        return self._facts.kept((name, make), lambda: make(self._facts.get(name)[0]))


class View(Struct, gc=False, eq=False):
    """Everything one judgement may see of a subject: an account's own facts, the organization's, what accounts share.

    No `regions_asked` means all of them. `windows` and `policy` are null in plain mode, `ledger` without a store.
    """

    subject: Subject
    _own: Facts
    _organization_facts: Facts
    _shared: Shared
    regions_asked: tuple[str, ...] = ()
    _log: Log = field(default_factory=Log)
    _workspace: Facts = PLAIN_MODE

    def supposing(self, expects: Iterable[Expect]) -> View:
        """Return what would be seen if the account's own facts read so; what is read of it is recorded apart."""
        expects = tuple(expects)
        touched = {one.fact: self._own.get(one.fact)[0] for one in expects}
        own = Facts({name: self._own.held(name) for name in self._own} | as_if(touched, expects))
        return View(
            self.subject, own, self._organization_facts, self._shared, self.regions_asked, Log(), self._workspace
        )  # fmt: skip

    # -- what can be seen --------------------------------------------------------------------------------------
    @property
    def account(self) -> Room:
        """The facts of the account itself."""
        return Room(self._own, self._log)

    @property
    def organization(self) -> Room:
        """The facts of the organization."""
        return Room(self._organization_facts, self._log)

    def shared(self, fact: str, identity: str, missing: str = "out_of_scope") -> Sight:
        """Look at a resource that any account in scope may own; `missing` is the reason when none shows it."""
        return self._shared.look(fact, identity, self._log, missing)

    def shared_owner(self, fact: str, identity: str) -> str:
        """Return the account in which a shared resource was read, "" if in none."""
        return self._shared.owner(fact, identity)

    def shared_names(self, fact: str, account: str) -> tuple[str, ...]:
        """Return the ARNs seen anywhere under `fact` that name `account` as their owner."""
        return self._shared.names(fact, account)

    def shared_unread(self, fact: str, account: str) -> Unknown | None:
        """Return why `account` could not show all of a shared fact; None: all of it was read."""
        return self._shared.unread(fact, account)

    def in_scope(self, account: str) -> bool:
        """Return whether the line of `account` is in the snapshot."""
        return account == self.subject.account or self._shared.in_scope(account)

    @property
    def policy(self) -> Sight:
        """The root-access policy; null: plain mode, no document is in force."""
        return Sight("policy.document", None, self._log)

    @property
    def windows(self) -> Sight:
        """The approved periods of root use; null: plain mode."""
        return Sight("breakglass.windows", None, self._log)

    @property
    def ledger(self) -> Sight:
        """What Rootwarden's own store holds as evidence; null: no store was given."""
        value, clean = self._workspace.get(LEDGER)
        return Sight(LEDGER, value, self._log, clean)

    @property
    def activity(self) -> Sight:
        """What root did; unread unless trails were searched."""
        return Sight("activity.root_events", Unknown("not_collected"), self._log)

    def once(self, make: Callable[[View], T]) -> T:
        """Return what `make` works out from the account's facts, worked out once for all controls; records nothing.

        For surveys that several controls need. What they read is no evidence by itself: the control reads what it
        cites again, through its own view.
        """
        return self._own.kept(make, lambda: make(self._bare()))

    def recall(self, make: Callable[[View], T]) -> T:
        """Return `make(self)`, worked out once for all controls; what it reads is recorded here as if read here.

        For answers that say all there is to say: a sight in what `make` returns would record elsewhere.
        """
        value, read = self._own.kept(("recall", make), lambda: _with_record(make, self._bare()))
        self._log.entries.update(read)
        return value

    def _bare(self) -> View:
        subject = Subject(account=self.subject.account, partition=self.subject.partition)
        return self._of(subject, Log())

    def about(self, *, resource: str = "", region: str = "", aspect: str = "") -> View:
        """Return a view of one resource, Region or aspect; it starts with what was read so far as its evidence."""
        subject = self.subject
        if resource or region or aspect:
            subject = Subject(
                account=subject.account,
                partition=subject.partition,
                region=region or subject.region,
                resource=resource or subject.resource,
                aspect=aspect or subject.aspect,
            )
        return self._of(subject, Log(self._log.entries.copy()))

    def _of(self, subject: Subject, log: Log) -> View:
        """Return a view of the same facts."""
        return View(
            subject, self._own, self._organization_facts, self._shared, self.regions_asked, log, self._workspace
        )

    @property
    def log(self) -> Log:
        """The record of what was read so far; proofs that build sights of their own write into it."""
        return self._log

    # -- what can be said --------------------------------------------------------------------------------------
    def passes(self, message: str, *, reason: str = "", notes: Iterable[str] = ()) -> Verdict:
        """Say that the property was proven.

        Raises:
            ValueError: nothing was read through this view; a PASS needs evidence.
        """
        if not self._log.entries:
            raise ValueError(f"a PASS that read nothing: {message}")
        return self._verdict(Status.PASS, message, reason, notes)

    def fails(
        self, message: str, *, reason: str = "", severity: Severity | None = None, notes: Iterable[str] = ()
    ) -> Verdict:
        """Say that the property was disproven; `severity` where this case weighs differently from the control."""
        return self._verdict(Status.FAIL, message, reason, notes, severity)

    def manual(self, message: str, *, reason: str = "", notes: Iterable[str] = ()) -> Verdict:
        """Say that a person has to decide or attest."""
        return self._verdict(Status.MANUAL, message, reason, notes)

    def not_applicable(self, message: str, *, reason: str, notes: Iterable[str] = ()) -> Verdict:
        """Say that the property has no meaning here, and why."""
        return self._verdict(Status.NOT_APPLICABLE, message, reason, notes)

    def unknown(self, because: Unknown, path: str = "", *, notes: Iterable[str] = ()) -> Verdict:
        """Say that a needed value could not be read."""
        message = f"Could not tell: {path}: {because}" if path else f"Could not tell: {because}"
        return self._verdict(Status.UNKNOWN, message, because.why, notes, unknown=because)

    def cannot_tell(self, error: UnseenError, *, notes: Iterable[str] = ()) -> Verdict:
        """Turn a read that failed into an UNKNOWN verdict."""
        return self.unknown(error.unknown, error.path, notes=notes)

    def _verdict(
        self, status: Status, message: str, reason: str, notes: Iterable[str], severity: Severity | None = None,
        unknown: Unknown | None = None,
    ) -> Verdict:  # fmt: skip
        entries, subject = self._log.entries, self.subject
        return Verdict(
            status=status, message=message, reason=reason, severity=severity, notes=tuple(notes), unknown=unknown,
            evidence=tuple(map(Evidence, entries, entries.values())),
            region=subject.region, resource=subject.resource, aspect=subject.aspect,
        )  # fmt: skip


def _with_record(make: Callable[[View], T], aside: View) -> tuple[T, dict[str, Any]]:
    return make(aside), aside.log.entries


def judge_each(
    items: Iterable[tuple[View, Sight]], judge_one: Callable[[View, Sight], Iterable[Verdict]]
) -> Iterator[Verdict]:
    """Judge resources one by one, so that one that cannot be read does not hide the others."""
    for one, item in items:
        try:
            yield from judge_one(one, item)
        except UnseenError as error:
            yield one.cannot_tell(error)
