"""Whether policies make somebody an administrator: in effect allowed every IAM action on everything in the account.

Whoever may do `iam:*` can give themselves the rest, so both `*` on `*` and `iam:*` on `*` count. A Deny takes the power
away only if it covers all of that unconditionally: one under a condition, or one of a few actions, is noted. A
permissions boundary must leave the power too. Source: IAM User Guide, "Policy evaluation logic".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from rootwarden.proofs.answers import NO, YES, Answer, all_of, cannot_tell
from rootwarden.proofs.condition_values import Context
from rootwarden.proofs.conditions import all_hold, holds, odd_operator, read_operator
from rootwarden.proofs.policy_coverage import covers_action, covers_resource
from rootwarden.proofs.policy_document import Condition, Document, Statement
from rootwarden.proofs.wildcards import ANYTHING

# Keys about the caller and the moment, not about the thing acted on: under such a condition the power is still there
# at times. Anything that begins with one of these; from IAM User Guide, "AWS global condition context keys".
_CIRCUMSTANCES = (
    "aws:multifactorauth", "aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:securetransport", "aws:currenttime",
    "aws:epochtime", "aws:tokenissuetime", "aws:useragent", "aws:referer", "aws:requestedregion", "aws:principal",
    "aws:userid", "aws:username", "aws:viaawsservice", "aws:calledvia", "aws:federatedprovider", "aws:sourceidentity",
    "aws:resourceaccount", "aws:resourceorg", "aws:chatbotsourcearn", "aws:ec2instancesource", "aws:vpc", "saml:",
)  # fmt: skip
# Keys about the thing acted on: who must match one of them has power over some things only.
_OBJECTS = ("aws:resourcetag/", "aws:requesttag/", "aws:tagkeys", "iam:")
# What a pattern for all of IAM begins with, and that it holds a star; see `could_grant`.
IAM_PATTERNS = ("*?iI", True)
# Every action of IAM has at least three letters; the longer name rules out patterns of question marks.
_SOME_ACTIONS = (f"iam:{ANYTHING[:3]}", f"iam:{ANYTHING}")


class Place(Struct, frozen=True):
    """The account in which power is measured."""

    partition: str
    account: str

    @property
    def anything_of_iam(self) -> str:
        """An ARN that stands for whatever IAM holds in the account."""
        return f"arn:{self.partition}:iam::{self.account}:{ANYTHING}"


class Held(Struct, frozen=True, gc=False):
    """One policy somebody holds, with the name to show for it."""

    label: str
    document: Document


class Standing(Struct, frozen=True, gc=False):
    """Whether somebody is an administrator.

    through: the policy that says so. depends: condition keys that decide it in use. restrained: condition keys under
    which a Deny suspends it. partly_denied: whether a Deny takes some actions or resources away for good.
    """

    answer: Answer
    through: str = ""
    depends: tuple[str, ...] = ()
    restrained: tuple[str, ...] = ()
    partly_denied: bool = False


NOBODY = Standing(NO)


def standing(held: Sequence[Held], boundary: Held | None, place: Place, known: Context) -> Standing:
    """Measure somebody's power by the policies held and the permissions boundary (None: there is none).

    `known` are condition keys of the caller, in lower case; what is not in it makes the power depend on it.
    """
    own = _reach(held, place, known)
    if boundary is None or own.answer.value is False:
        return own
    limit = _reach((boundary,), place, known)
    return Standing(
        all_of((own.answer, limit.answer)),
        own.through,
        tuple(dict.fromkeys((*own.depends, *limit.depends))),
        tuple(dict.fromkeys((*own.restrained, *limit.restrained))),
        own.partly_denied or limit.partly_denied,
    )


def could_grant(policy: Any, initials: str, starred: bool) -> bool:
    """Return False only where no Allow can name an action that begins with one of `initials`; fast, on raw JSON.

    `starred` looks only for patterns with a `*`. Whatever is not as expected counts as "could".
    """
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    for item in statements if isinstance(statements, list) else (statements,):
        if not isinstance(item, dict):
            return True
        if item.get("Effect") == "Deny":
            continue
        if any_action(item.get("Action"), initials, starred):
            return True
    return False


def any_action(actions: Any, initials: str, starred: bool) -> bool:
    """Return False only where none of the actions of a statement is such a pattern; see `could_grant`."""
    if starred and isinstance(actions, list) and not _holds_a_star(actions):
        return False
    for action in actions if isinstance(actions, list) else (actions,):
        if not isinstance(action, str):
            return True
        if action[:1] in initials and (not starred or "*" in action):
            return True
    return False


def _holds_a_star(actions: list[Any]) -> bool:
    """Return whether any of these is a pattern, or no text; joined and searched at once, because nearly none is."""
    try:
        return "*" in "".join(actions)
    except TypeError:
        return True


def _reach(held: Iterable[Held], place: Place, known: Context) -> Standing:
    """Measure what these policies allow and leave undenied."""
    pairs = [(one.label, statement) for one in held for statement in _statements(one.document)]
    granted = _granted(pairs, place, known)
    if granted.answer.value is False:
        return NOBODY
    restrained: list[str] = []
    partly, undenied = False, YES
    for _, statement in pairs:
        if statement.allows:
            continue
        covered = _covers_all(statement, place, known)
        if statement.allows is None or covered.value is None:
            undenied = all_of((undenied, cannot_tell(covered.why)))
        elif covered.value is False:
            partly = True
        else:
            met = all_hold(statement.conditions, known, variables=statement.variables)
            odd = odd_operator(statement.conditions)
            if met.value:
                return NOBODY
            if met.value is None and odd:
                undenied = all_of((undenied, met))
            elif met.value is None:
                restrained.extend(one.key for one in statement.conditions)
    return Standing(
        all_of((granted.answer, undenied)), granted.through, granted.depends, tuple(dict.fromkeys(restrained)), partly
    )


def _statements(document: Document) -> Iterator[Statement]:
    if document.flaw:
        yield Statement(id="", allows=None, flaw=document.flaw)
    yield from document.statements


def _granted(pairs: Iterable[tuple[str, Statement]], place: Place, known: Context) -> Standing:
    """Return the best grant: without conditions over conditional, and that over one that cannot be evaluated."""
    best = NOBODY
    for label, statement in pairs:
        if statement.allows is False:
            continue
        covered = _covers_all(statement, place, known)
        if covered.value is False:
            continue
        depends, met = _conditions(statement, known)
        answer = all_of((covered, met))
        if answer.value and not depends:
            return Standing(answer, label)
        if (answer.value and not best.answer.value) or (answer.value is None and best.answer.value is False):
            best = Standing(answer, label, depends)
    return best


def _covers_all(statement: Statement, place: Place, known: Context) -> Answer:
    if statement.flaw:
        return cannot_tell(statement.flaw)
    covered = all_of(covers_action(statement.actions, action) for action in _SOME_ACTIONS)
    if covered.value is False:
        return NO
    if statement.resources is None:
        return cannot_tell(f"statement {statement.id} names no resource")
    return covers_resource(statement.resources, place.anything_of_iam, known, variables=statement.variables)


def _conditions(statement: Statement, known: Context) -> tuple[tuple[str, ...], Answer]:
    """Return the keys that an Allow hangs on, and whether its conditions leave any power at all."""
    depends: list[str] = []
    answers: list[Answer] = []
    for condition in statement.conditions:
        met = holds(condition, known, variables=statement.variables)
        if met.value is None:
            met = _at_times(condition, met)
            depends.append(condition.key)
        answers.append(met)
    return tuple(dict.fromkeys(depends)), all_of(answers)


def _at_times(condition: Condition, met: Answer) -> Answer:
    """Return yes for a condition that a caller meets at times, no for one that limits what can be acted on."""
    operator = read_operator(condition.operator)
    if operator is None:
        return met
    if condition.key.startswith(_CIRCUMSTANCES):
        return YES
    limits = condition.key.startswith(_OBJECTS) and operator.needs_the_key and operator.comparison is not None
    return NO if limits else met


def tied_to_mfa(power: Standing) -> bool:
    """Return whether the policies themselves ask for MFA before somebody may use the power."""
    return any(key.startswith("aws:multifactorauth") for key in (*power.depends, *power.restrained))
