"""The first sentences of the report: how it stands, in words a board would read."""

from __future__ import annotations

from rootwarden.model.audit import Audit
from rootwarden.model.findings import Status
from rootwarden.report.counting import accounts_with_failing_root, by_status, failing_by_severity
from rootwarden.report.labels import plural


def headline(audit: Audit) -> str:
    """Return one sentence: where root is not under control, or that nothing that was read fails."""
    counted = by_status(audit.findings)
    exposed = len(accounts_with_failing_root(audit.findings))
    total = len(audit.accounts)
    if exposed:
        where = "this account" if total <= 1 else f"{exposed:,} of {plural(total, 'account')}"
        return f"Root is not under control in {where}."
    if counted[Status.FAIL]:
        return "The root users themselves stand well; what surrounds them does not."
    if counted[Status.UNKNOWN]:
        return "Nothing that was read fails, but not everything was read."
    if counted[Status.PASS]:
        return "Everything that was judged holds."
    return "Nothing was judged."


def standing(audit: Audit) -> list[str]:
    """Return the sentences below it: what fails, is unknown, needs a person, holds; with denominators."""
    counted, total = by_status(audit.findings), len(audit.findings)
    worst = next(iter(failing_by_severity(audit.findings).items()), None)
    sentences = []
    if worst is not None:
        which = "all" if worst[1] == counted[Status.FAIL] else f"{worst[1]:,}"
        one = counted[Status.FAIL] == 1
        severity = f"it is {worst[0].value}" if one else f"{which} of them {worst[0].value}"
        sentences.append(f"{counted[Status.FAIL]:,} of {plural(total, 'judgement')} {_s(one, 'fail')}, {severity}.")
    if unread := counted[Status.UNKNOWN]:
        sentences.append(f"{unread:,} could not be made because something could not be read.")
    if manual := counted[Status.MANUAL]:
        sentences.append(f"{manual:,} {_s(manual == 1, 'need')} a person to look.")
    if held := counted[Status.PASS]:
        sentences.append(f"{held:,} {'was' if held == 1 else 'were'} shown to be right.")
    return sentences


def _s(one: bool, verb: str) -> str:
    return f"{verb}s" if one else verb
