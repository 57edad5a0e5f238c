"""Which steps of a change remain when what it declares is made by a stack or by Terraform.

A change may declare a new bucket and switch something on in another that it says nothing of. Nobody can tell from a
declaration what it leaves out, but the calls say what they are about.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from rootwarden.model.plan import Change, Step, references
from rootwarden.report.code.resource import name_of


class When(StrEnum):
    """When commands are run, seen from what makes the resources."""

    BEFORE = "before"
    AFTER = "after"
    INSTEAD = "instead"


class Commanded(Struct, frozen=True):
    """Steps of a change that commands make, all of them where nothing else can."""

    change: Change
    when: When
    steps: tuple[Step, ...]


def left_steps(change: Change) -> tuple[Commanded, ...]:
    """Return the steps that making the declared resources does not do.

    If one of them needs what a step answers that is not made, the id of a new key for instance, all are to be made.
    """
    whole = (Commanded(change, When.INSTEAD, change.steps),)
    if not change.declares:
        return whole
    done = [step for step in change.steps if _is_declared(change, step)]
    left = [step for step in change.steps if step not in done]
    if not done and left:
        return whole
    answers = {f"{step.id}.{name}" for step in done for name in step.keeps}
    if any(name in answers for step in left for name in references(step.call.parameters)):
        return whole
    first = change.steps.index(done[0]) if done else 0
    before = tuple(step for step in left if change.steps.index(step) < first)
    after = tuple(step for step in left if step not in before)
    parts = ((When.BEFORE, before), (When.AFTER, after))
    return tuple(Commanded(change, when, steps) for when, steps in parts if steps)


def _is_declared(change: Change, step: Step) -> bool:
    """Return whether a call is about something declared: of the same service, and where it is a bucket, that bucket."""
    service = step.call.service
    if service == "s3":
        buckets = {name_of(one) for one in change.declares if _of(one.type) == "s3"}
        return step.call.parameters.get("Bucket") in buckets
    return any(_of(one.type) == service for one in change.declares)


def _of(type_: str) -> str:
    """Return botocore's name of the service of a type."""
    return type_.split("::")[1].lower()
