"""From facts to findings: runs every control over every subject, and lets nothing unread look like a pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from rootwarden.model.control import Registered
from rootwarden.model.facts import FACTS, Scope
from rootwarden.model.findings import CATALOGUE_VERSION, Finding, Severity, Status, Verdict, fingerprint
from rootwarden.model.readings import Unknown, UnseenError, not_collected
from rootwarden.model.shared import Shared
from rootwarden.model.snapshot import Facts
from rootwarden.model.thresholds import Param, Thresholds
from rootwarden.model.view import PLAIN_MODE, Subject, View

# An account in these states cannot be signed in to (AWS Organizations, account states).
_NO_LIFE = {"CLOSED": "account_closed", "PENDING_ACTIVATION": "account_not_yet_active"}

# What a rule raises that is wrong about facts of some shape or size. One such rule must not cost the whole audit, nor
# hide itself. Anything else (no memory, an interruption) still ends the program.
DEFECTS = (ValueError, TypeError, LookupError, AttributeError, NameError, ArithmeticError, RecursionError)


# Judged once in an audit, not once for each account.
_ONCE = frozenset({Scope.ORG, Scope.WORKSPACE})

# The limits of a control, and a finding of it with all that is the same in each.
Prepared = tuple[Thresholds, Finding]


class Court(Struct, frozen=True):
    """What stays the same for all subjects of one audit; no `regions_asked`: all enabled Regions were to be read.

    `workspace` holds what Rootwarden itself knows, whatever AWS says: the evidence in its store.
    `prepared` is what stays the same for each control, by slug, put together when it judges for the first time.
    """

    controls: tuple[Registered, ...]
    settings: Mapping[str, Mapping[str, Param]]
    partition: str
    organization: Facts
    shared: Shared
    now: datetime
    regions_asked: tuple[str, ...] = ()
    workspace: Facts = PLAIN_MODE
    prepared: dict[str, Prepared] = {}

    def judge_organization(self, account: str) -> list[Finding]:
        """Judge the controls about the organization (or its absence), filed under `account`."""
        return self._judge_once(Scope.ORG, account)

    def judge_workspace(self, account: str) -> list[Finding]:
        """Judge the controls about what Rootwarden itself keeps, filed under `account`: that of whoever asked."""
        return self._judge_once(Scope.WORKSPACE, account)

    def judge_account(self, account: str, own: Facts) -> list[Finding]:
        """Judge all other controls for one account; each starts from the record of whether the account is alive."""
        subject = Subject(account=account, partition=self.partition)
        first = self.view(subject, own, self.regions_asked)
        lifeless = _lifeless(first)
        found: list[Finding] = []
        for registered in self.controls:
            if registered.control.scope in _ONCE:
                continue
            if lifeless is None:
                found += self.judge_one(registered, first.about())
            else:
                found.append(_finding(self._prepared(registered)[1], subject, lifeless))
        return found

    def _judge_once(self, scope: Scope, account: str) -> list[Finding]:
        subject, nothing = Subject(account=account, partition=self.partition), Facts({})
        found: list[Finding] = []
        for registered in self.controls:
            if registered.control.scope is scope:
                found += self.judge_one(registered, self.view(subject, nothing))
        return found

    def view(self, subject: Subject, own: Facts, regions_asked: tuple[str, ...] = ()) -> View:
        """Return what can be seen of a subject whose own facts are these."""
        return View(
            subject, own, self.organization, self.shared, regions_asked=regions_asked, _workspace=self.workspace
        )

    def judge_one(self, registered: Registered, view: View) -> list[Finding]:
        """Judge a single control through a view."""
        limits, blank = self.prepared.get(registered.slug) or self._prepared(registered)
        verdicts: list[Verdict] = []
        try:
            verdicts.extend(registered.judge(view, limits, self.now))
            if not verdicts:
                raise ValueError("the rule said nothing")  # silence is a defect like any other
        except UnseenError as error:
            verdicts.append(view.cannot_tell(error))
        except DEFECTS as error:
            proven = (verdict for verdict in verdicts if verdict.status is Status.FAIL)
            verdicts = [*proven, view.unknown(_defect(error))]
        return [_finding(blank, view.subject, verdict) for verdict in verdicts]

    def _prepared(self, registered: Registered) -> Prepared:
        limits = Thresholds(registered.control.params, self.settings.get(registered.slug))
        self.prepared[registered.slug] = limits, _blank(registered)
        return self.prepared[registered.slug]


def _lifeless(view: View) -> Verdict | None:
    """Return NOT_APPLICABLE for an account that is closed or not yet active, else None.

    UNKNOWN where the account is listed and its state alone is unread: what nobody can sign in to must not seem to pass.
    """
    row = view.organization.row("org.accounts", "Id", view.subject.account)
    if row.unknown is not None:
        return None
    try:
        state = row["State"].text(default="") or row["Status"].text(default="")
    except UnseenError as error:
        return view.cannot_tell(error)
    if state not in _NO_LIFE:
        return None
    return view.not_applicable(f"The account is in state {state}; nobody can sign in to it.", reason=_NO_LIFE[state])


def _blank(registered: Registered) -> Finding:
    """Return what every finding of a control says, with the rest left open."""
    control = registered.control
    return Finding(
        code=control.code,
        control=registered.slug,
        aspect="",
        severity=control.severity,
        practice=int(control.practice),
        status=Status.UNKNOWN,
        account="",
        region="",
        resource="",
        title=control.title,
        message="",
        reason="",
        notes=(),
        evidence=(),
        unknown_because=None,
        misses=control.misses,
        remedy=control.remedy,
        frameworks=control.frameworks,
        catalogue_version=CATALOGUE_VERSION,
        fingerprint="",
    )


def _finding(blank: Finding, subject: Subject, verdict: Verdict) -> Finding:
    return replace(
        blank,
        aspect=verdict.aspect,
        severity=verdict.severity or blank.severity,
        status=verdict.status,
        account=subject.account,
        region=verdict.region,
        resource=verdict.resource,
        message=verdict.message,
        reason=verdict.reason,
        notes=verdict.notes,
        evidence=verdict.evidence,
        unknown_because=_explained(verdict.unknown, verdict.message) if verdict.status is Status.UNKNOWN else None,
        fingerprint=fingerprint(
            code=blank.code,
            aspect=verdict.aspect,
            partition=subject.partition,
            account=subject.account,
            region=verdict.region,
            resource=verdict.resource,
        ),
    )


def _defect(error: Exception) -> Unknown:
    """Return the reason for a finding that a mistake of Rootwarden's own prevented."""
    return Unknown(f"defect: {type(error).__name__}: {str(error)[:200]}", hint="report this with the snapshot")


def _explained(unknown: Unknown | None, message: str) -> Unknown:
    """Return the reason with the call and permission filled in from the table of facts where the mark lacks them."""
    if unknown is None:
        return Unknown("unknown")
    if unknown.call or unknown.missing:
        return unknown
    path = message.removeprefix("Could not tell: ")
    name = next((fact for fact in FACTS if path.startswith(fact)), "")
    if not name:
        return unknown
    table = not_collected(name)
    return Unknown(unknown.why, table.call, table.missing, unknown.hint)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Sort for people: by practice, then severity, status, account, Region, code and resource."""
    ranks = {status: rank for rank, status in enumerate(Status)}
    weights = {severity: severity.rank for severity in Severity}
    return sorted(findings, key=lambda f: (
        f.practice, ranks[f.status], weights[f.severity], f.code, f.account, f.region, f.resource, f.aspect,
    ))  # fmt: skip
