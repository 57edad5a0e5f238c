"""Planning: from findings to changes, each planned as if those before it were made already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from rootwarden import __version__
from rootwarden.catalogue.remedying import remedies
from rootwarden.errors import RefusedError
from rootwarden.flows.audit import JudgeRequest, court_of, filed_under, judge_snapshot
from rootwarden.flows.nothing_planned import nothing_planned
from rootwarden.flows.terraform_states import marked
from rootwarden.model.control import Registered
from rootwarden.model.expect import Expect, as_if
from rootwarden.model.facts import FACTS, Scope
from rootwarden.model.findings import CATALOGUE_VERSION, Finding, Severity, Status
from rootwarden.model.judging import DEFECTS, Court
from rootwarden.model.plan import Change, Left, Plan, Unseen
from rootwarden.model.readings import UnseenError
from rootwarden.model.remedy import Case, Not, Prescribe, Propose, RegisteredRemedy, Wish
from rootwarden.model.snapshot import Facts
from rootwarden.model.thresholds import Param, Thresholds
from rootwarden.model.untouched import Untouched
from rootwarden.model.view import Subject, View
from rootwarden.report.runbooks import by_hand, in_account
from rootwarden.report.unread import Reason, reasons
from rootwarden.store.snapshots import OpenSnapshot

# A change can bring up what was not judged before (a new trail is not encrypted yet): so often it is looked again.
_ROUNDS = 5
_ONCE = frozenset({Scope.ORG, Scope.WORKSPACE})


class PlanRequest(Struct, frozen=True, kw_only=True):
    """What to mend: the findings of these controls, by the settings of the remedies (by slug).

    `wishes` are remedies wanted though no control asks for them. `states` are the resources that Terraform looks after,
    by ARN: what is about them is planned, and not counted on, for applying leaves it to Terraform. `left_out` says of
    what was chosen and is not looked at why.
    """

    judging: JudgeRequest
    settings: Mapping[str, Mapping[str, Param]] = {}
    wishes: tuple[str, ...] = ()
    states: Mapping[str, str] = {}
    left_out: tuple[Untouched, ...] = ()


def make_plan(snapshot: OpenSnapshot, request: PlanRequest) -> Plan:
    """Plan what mends the failing findings of a snapshot; the same snapshot gives the same plan, byte for byte.

    Raises:
        InputError: the file is damaged; names the line.
    """
    audit = judge_snapshot(snapshot, request.judging)
    failing = [one for one in audit.findings if one.status is Status.FAIL]
    desk = _Desk(court_of(snapshot, request.judging), request, snapshot.header.caller)
    once = [one for one in failing if desk.control(one).control.scope in _ONCE]
    by_account: dict[str, list[Finding]] = {}
    for one in failing:
        if desk.control(one).control.scope not in _ONCE:
            by_account.setdefault(one.account, []).append(one)
    filed = filed_under(desk.court.organization, [seen.id for seen in audit.accounts])
    desk.look_again(filed, desk.mend(filed, Facts({}), once), once)
    for line in snapshot.accounts():
        if line.account in by_account or request.wishes:
            own = Facts(as_if_read(line.facts, desk.elsewhere.get(line.account, ())))
            mine = by_account.get(line.account, [])
            own = desk.mend(line.account, own, mine)
            desk.look_again(line.account, own, mine)
            desk.grant(line.account, own)
    caller = snapshot.header.caller
    alone = len(audit.accounts) == 1 and audit.accounts[0].id == (caller or audit.accounts[0].id)
    left = tuple(one if alone else _there(one) for one in desk.left.values())
    still = {one.fingerprint for one in left} | desk.others
    return Plan(
        tool_version=__version__,
        catalogue_version=CATALOGUE_VERSION,
        made_at=snapshot.header.collected_at,
        partition=snapshot.header.partition,
        caller=snapshot.header.caller,
        organization=audit.organization,
        failing=len(failing),
        mends=sum(one.fingerprint not in still for one in failing),
        unread=sum(one.status is Status.UNKNOWN for one in audit.findings),
        changes=_in_order(desk.changes.values()),
        left=left,
        unseen=tuple(map(_unjudged, reasons(audit.findings))),
        untouched=() if desk.changes else (
            *request.left_out, *nothing_planned(request.judging.controls, audit.findings, desk.wished)
        ),
    )  # fmt: skip


def _there(one: Left) -> Left:
    """Return what is left with commands that name its account: whoever plans may be asked about several."""
    return replace(one, todo=in_account(one.todo, one.account)) if one.account.isdigit() else one


def _unjudged(reason: Reason) -> Unseen:
    because = reason.unknown
    return Unseen(
        what=reason.what, missing=because.missing, hint=because.hint, findings=reason.findings,
        controls=reason.controls, accounts=reason.accounts,
    )  # fmt: skip


def as_if_read(raw: Mapping[str, Any], expects: Iterable[Expect]) -> Mapping[str, Any]:
    """Return the facts of an account as they would be read if these expectations held; others stay undecoded."""
    expects = tuple(expects)
    facts = Facts(raw)
    touched = {one.fact: facts.get(one.fact)[0] for one in expects}
    return {**raw, **as_if(touched, expects)} if touched else raw


def _in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return changes account by account, those of the organization first; within an account as they were planned.

    Only the order within an account matters: what a change rests on are facts of its own account.
    """

    def central(change: Change) -> bool:
        return any(FACTS[one.fact].scope is Scope.ORG for one in change.then)

    return tuple(sorted(changes, key=lambda one: (not central(one), one.account)))


def affordable(plan: Plan, most: Decimal) -> None:
    """See that a plan costs no more a month than `most` USD, even by its higher estimate.

    What somebody else looks after is never made, and does not count.

    Raises:
        RefusedError: it may.
    """
    high = replace(plan, changes=tuple(one for one in plan.changes if not one.owner)).cost.high
    if high > most:
        raise RefusedError(
            f"the plan may cost {high:.2f} USD a month",
            why=f"the limit is {most:.2f}",
            todo="raise it with --max-monthly-usd, or plan less with --only",
        )


class _Desk(Struct):
    """The work on one plan: what was planned so far, and how everything would look then."""

    court: Court
    request: PlanRequest
    caller: str
    changes: dict[str, Change] = field(default_factory=dict)
    left: dict[str, Left] = field(default_factory=dict)
    # What changes planned in one account would do to the facts of another, by that other account.
    elsewhere: dict[str, list[Expect]] = field(default_factory=dict)
    # Findings whose change is somebody else's to make.
    others: set[str] = field(default_factory=set)
    # Whether each wish brought anything up.
    wished: dict[str, bool] = field(default_factory=dict)

    def control(self, finding: Finding) -> Registered:
        """Return the control that a finding is of."""
        return next(one for one in self.request.judging.controls if one.control.code == finding.code)

    def mend(self, account: str, own: Facts, findings: list[Finding]) -> Facts:
        """Plan for the findings of one account and for what the changes bring up; return how it looks then."""
        handled: set[str] = set()
        touched = bool(self.changes)
        for _ in range(_ROUNDS):
            for one in sorted(findings, key=self._turn):
                handled.add(one.fingerprint)
                now = self._still(account, own, one) if touched else one
                if now is None:
                    continue
                change = self._prescribe(account, own, now)
                if isinstance(change, Not):
                    self.left[one.fingerprint] = _left(one, change)
                    continue
                if change.id not in self.changes:
                    own, touched = self._take(account, own, change), True
                if self.changes[change.id].owner:
                    self.others.add(one.fingerprint)
            findings = [one for one in self._judged(account, own) if one.fingerprint not in handled] if touched else []
            if not findings:
                break
        return own

    def look_again(self, account: str, own: Facts, findings: list[Finding]) -> None:
        """Leave what would not pass after the changes either: something is planned for it, and does not suffice."""
        view = self._view(account, own)
        judged: dict[str, dict[str, Finding]] = {}
        for one in findings if self.changes else ():
            if one.fingerprint in self.left or one.fingerprint in self.others:
                continue
            if one.code not in judged:
                judged[one.code] = {now.fingerprint: now for now in self.court.judge_one(self.control(one), view)}
            still = judged[one.code].get(one.fingerprint)
            if still is not None and still.status in (Status.FAIL, Status.UNKNOWN):
                why = f"what is planned does not suffice: {still.message.rstrip('.')}"
                self.left[one.fingerprint] = _left(one, Not(why, f"see `rootwarden explain {one.code}`"))

    def grant(self, account: str, own: Facts) -> None:
        """Plan what is wanted in an account though no control asks for it."""
        for slug in self.request.wishes:
            known = remedies()[slug]
            if known.propose is None:
                continue
            wish = Wish(
                slug=slug,
                account=account,
                seen=self._view(account, own),
                settings=Thresholds(known.remedy.params, self.request.settings.get(slug)),
                now=self.court.now,
            )
            answers = _proposed(known.propose, wish)
            self.wished[slug] = self.wished.get(slug, False) or bool(answers)
            for answer in answers:
                if isinstance(answer, Not):
                    name = f"{slug}/{account}/{answer.why}"
                    self.left[name] = _wish_left(known, account, answer)
                elif answer.id not in self.changes:
                    own = self._take(account, own, answer)

    def _turn(self, finding: Finding) -> tuple[int, int, str, str, str]:
        known = remedies().get(finding.remedy)
        order = known.remedy.orders.get(finding.aspect, known.remedy.order) if known else 0
        aspects = known.remedy.aspects if known else ()
        aspect = aspects.index(finding.aspect) if finding.aspect in aspects else 0
        return order, aspect, finding.code, finding.region, finding.resource

    def _judged(self, account: str, own: Facts) -> list[Finding]:
        """Return what would fail in the account, that some remedy is for."""
        found = self.court.judge_account(account, own)
        return [one for one in found if one.status is Status.FAIL and one.remedy in remedies()]

    def _still(self, account: str, own: Facts, finding: Finding) -> Finding | None:
        """Return a finding as it would read now, None when it would not fail any more."""
        control = self.control(finding)
        found = self.court.judge_one(control, self._view(account, own))
        same = (one for one in found if one.fingerprint == finding.fingerprint and one.status is Status.FAIL)
        return next(same, None)

    def _prescribe(self, account: str, own: Facts, finding: Finding) -> Change | Not:
        control, known = self.control(finding), remedies().get(finding.remedy)
        if known is None or known.prescribe is None:
            return _by_hand(control, finding)
        case = Case(
            slug=known.slug,
            finding=finding,
            control=control,
            seen=self._view(account, own),
            settings=Thresholds(known.remedy.params, self.request.settings.get(known.slug)),
            limits=Thresholds(control.control.params, self.request.judging.settings.get(control.slug)),
            now=self.court.now,
            caller=self.caller,
            wished=known.slug in self.request.wishes,
        )
        return _prescribed(known.prescribe, case)

    def _take(self, account: str, own: Facts, change: Change) -> Facts:
        """Take a change into the plan; return how the account looks then: as before where it is somebody else's."""
        change = self.changes[change.id] = marked(change, self.request.states)
        return own if change.owner else self._made(account, own, change)

    def _made(self, account: str, own: Facts, change: Change) -> Facts:
        """Return the account's facts as if a change were made, and have everybody else see it so."""
        central = [one for one in change.then if FACTS[one.fact].scope is Scope.ORG]
        local = [one for one in change.then if FACTS[one.fact].scope is not Scope.ORG]
        self.court.shared.as_if(change.account, local)
        if central:
            facts = self.court.organization
            raw = {name: facts.get(name)[0] for name in facts}
            self.court = replace(self.court, organization=Facts(as_if(raw, central)), prepared={})
        if change.account != account:
            self.elsewhere.setdefault(change.account, []).extend(local)
            return own
        raw = {name: own.held(name) for name in own}
        return Facts(as_if_read(raw, local))

    def _view(self, account: str, own: Facts) -> View:
        """Return what may be seen of an account as it would look now; Regions that nobody asked for are not empty."""
        subject = Subject(account=account, partition=self.court.partition)
        return self.court.view(subject, own, self.court.regions_asked)


def _prescribed(prescribe: Prescribe, case: Case) -> Change | Not:
    """Return what a remedy says; what it could not read, or a mistake in it, costs this one finding only."""
    try:
        return prescribe(case)
    except UnseenError as error:
        return _unseen(error)
    except DEFECTS as error:
        return _defect(error)


def _proposed(propose: Propose, wish: Wish) -> list[Change | Not]:
    """Return what a remedy says to a wish; what it could not read, or a mistake in it, costs this one wish only."""
    try:
        return list(propose(wish))
    except UnseenError as error:
        return [_unseen(error)]
    except DEFECTS as error:
        return [_defect(error)]


def _unseen(error: UnseenError) -> Not:
    return Not(f"could not tell what to change: {error}", "make it readable, and plan again")


def _defect(error: Exception) -> Not:
    return Not(f"defect: {type(error).__name__}: {str(error)[:200]}", "report this with the snapshot")


def _wish_left(known: RegisteredRemedy, account: str, answer: Not) -> Left:
    return Left(
        control="", title=known.remedy.title, severity=Severity.INFO, account=account, region="", resource="",
        fingerprint="", why=answer.why, todo=answer.todo,
    )  # fmt: skip


def _by_hand(control: Registered, finding: Finding) -> Not:
    manual = control.control.fix.automation == "manual"
    command = by_hand(control.control.remedy, finding.resource)
    if command:
        return Not("a person has to do it", f"`{command}` leads through it")
    why = "a person has to do it" if manual else "Rootwarden has no remedy for it yet"
    return Not(why, f"see `rootwarden explain {control.control.code}`")


def _left(finding: Finding, answer: Not) -> Left:
    return Left(
        control=finding.code,
        title=finding.title,
        severity=finding.severity,
        account=finding.account,
        region=finding.region,
        resource=finding.resource,
        fingerprint=finding.fingerprint,
        why=answer.why,
        todo=answer.todo,
    )
