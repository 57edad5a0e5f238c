"""Spending as part of an audit: whatever goes wrong here is told in the report and does not break the audit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from rootwarden.aws.clock import SystemClock
from rootwarden.aws.opening import open_aws
from rootwarden.aws.refusals import INTERRUPTED, UnreadError
from rootwarden.errors import RootwardenError
from rootwarden.flows.interruption import interruptible
from rootwarden.flows.spend import Act, Questions, SpendRequest, asked_costs, kept_acts, spend_of
from rootwarden.model.audit import Audit
from rootwarden.model.ports import Clock
from rootwarden.model.readings import Unknown
from rootwarden.model.spend import Costs
from rootwarden.model.spending import ASKED, Spending

CALL = "ce.GetCostAndUsage"


def with_spending(
    audit: Audit,
    request: SpendRequest,
    saved: Costs | None,
    *,
    whole: bool,
    tell: Callable[[str], None],
    clock: Clock | None = None,
) -> Audit:
    """Return the audit with the daily costs of its accounts: those `saved`, or else as Cost Explorer answers now.

    The management account sees all members: unless the `whole` organization is audited, other accounts are left out.
    """
    clock = clock or SystemClock()
    questions = Questions()
    source = ASKED if saved is None else "standard input" if request.saved == "-" else request.saved
    try:
        costs = saved if saved is not None else _asked(request, questions, tell, clock)
    except RootwardenError as error:
        unknown = _why(error)
    else:
        ours = costs.only([one.id for one in audit.accounts])
        if ours.series or not costs.series:
            mine = costs if whole else ours
            acts, unread = _acts(request, mine)
            known = replace(request, store="") if unread else request
            # Judged again, the same snapshot and the same file give the same, byte for byte.
            now = clock.now() if saved is None else audit.judged_at
            found = spend_of(known, mine, acts, unread, now, questions)
            return replace(
                audit, spending=Spending(source=source, found=found, calls=questions.asked, price=questions.price)
            )
        unknown = Unknown("costs_of_other_accounts", hint="they cost nothing then, or these are the costs of others")
    return replace(
        audit, spending=Spending(source=source, unknown=unknown, calls=questions.asked, price=questions.price)
    )


def interrupted(audit: Audit) -> Audit:
    """Return the audit of a reading that was interrupted: then nobody is asked for costs any more."""
    return replace(audit, spending=Spending(source=ASKED, unknown=Unknown(INTERRUPTED, CALL)))


def was_interrupted(audit: Audit) -> bool:
    """Return whether Ctrl-C kept the costs from being read."""
    unknown = audit.spending.unknown if audit.spending else None
    return unknown is not None and unknown.why == INTERRUPTED


def _asked(request: SpendRequest, questions: Questions, tell: Callable[[str], None], clock: Clock) -> Costs:
    ask = open_aws(request.way, clock).ask
    with interruptible(ask.reading.interrupt):
        return asked_costs(ask, request, tell, questions)


def _acts(request: SpendRequest, costs: Costs) -> tuple[Sequence[Act], tuple[str, ...]]:
    """Return what root did as the watch kept it, or why that is not known."""
    if not request.store:
        return (), ()
    try:
        return kept_acts(request.store, costs), ()
    except RootwardenError as error:
        why = f"{error.what}: {error.why}" if error.why else error.what
        return (), (f"acts of root: {why}; {error.todo}" if error.todo else f"acts of root: {why}",)


def _why(error: RootwardenError) -> Unknown:
    """Return why costs were not read: as AWS refused them, or in our own words."""
    cause = error.__cause__
    if isinstance(cause, UnreadError):
        known = cause.unknown
        return known if known.hint or known.missing else replace(known, hint=error.todo)
    return Unknown(f"{error.what}: {error.why}" if error.why else error.what, hint=error.todo)
