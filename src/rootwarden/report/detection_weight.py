"""How much an alert of a detection weighs: by case, inside an approved window or outside, and what raises it."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from rootwarden.catalogue.detecting import OWNED
from rootwarden.catalogue.rule_terms import read_terms
from rootwarden.model.detection import Detection, Escalation, SingleRecord
from rootwarden.model.findings import Severity
from rootwarden.proofs.sigma_rule import read_rules
from rootwarden.report.detection_words import AnyDetection


class Weight(Struct, frozen=True):
    """One case of a detection: the condition over the searches of its rule ("" for its own case) and what it weighs."""

    when: str
    severity: Severity
    severity_in_window: Severity
    title: str


def weights(one: AnyDetection) -> tuple[Weight, ...]:
    """Return the cases in the order in which they are tried, the detection's own last."""
    detection = one.detection
    own = Weight("", detection.severity, detection.severity_in_window, detection.title)
    if not isinstance(one, SingleRecord):
        return (own,)
    found = [read_terms(rule) for rule in read_rules(one.text, one.file, {OWNED: ()})]
    levels = [case for terms in found if terms.code == detection.code for case in terms.levels]
    cases = (
        Weight(case.when, case.severity, case.severity_in_window or case.severity, case.title or detection.title)
        for case in levels
    )
    return (*cases, own)


def case_lines(one: AnyDetection) -> list[str]:
    """Return a sentence for each case and for what raises the severity; nothing where there is one case only."""
    found = weights(one)
    lines = [_sentence(case, one.detection) for case in found] if len(found) > 1 else []
    escalation = getattr(one, "escalation", None)
    return [*lines, *_raised(escalation)] if escalation is not None else lines


def in_window(severity: Severity, inside: Severity) -> str:
    """Return `critical; inside an approved window high`, or that a window makes no difference."""
    if severity is inside:
        return f"{severity.value}, inside an approved window too"
    return f"{severity.value}; inside an approved window {inside.value}"


def _sentence(case: Weight, detection: Detection) -> str:
    when = f"When `{case.when}`" if case.when else "Else"
    title = f' It is then called "{case.title}".' if case.title != detection.title else ""
    return f"{when}: {in_window(case.severity, case.severity_in_window)}.{title}"


def _raised(escalation: Escalation) -> list[str]:
    level = escalation.severity.value
    found = []
    if escalation.count:
        span = _span(escalation.within)
        found.append(f"{escalation.count} or more in one account within {span}, outside a window: {level}.")
    if escalation.new_region:
        found.append(f"In a Region in which root of the account was not seen before, outside a window: {level}.")
    return found


def _span(span: timedelta) -> str:
    """Return a time in minutes where it is a whole number of them."""
    seconds = int(span.total_seconds())
    return f"{seconds} seconds" if seconds % 60 else f"{seconds // 60} minutes"
