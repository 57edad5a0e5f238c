"""Decides whether a policy allows a request, and says so only where it is sure.

An explicit Deny wins, then an Allow, else nothing matches and the request is refused by default. A statement that may
or may not match makes the decision UNKNOWN, unless the rest settles it. Source: IAM User Guide, "Policy evaluation
logic". Only the policies given are weighed: who asks for the whole truth adds boundaries and organization policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from rootwarden.proofs.answers import Answer, all_of, cannot_tell
from rootwarden.proofs.condition_values import Context
from rootwarden.proofs.conditions import all_hold
from rootwarden.proofs.policy_coverage import covers_action, covers_resource
from rootwarden.proofs.policy_document import Document, Statement, read_document
from rootwarden.proofs.policy_principals import Caller, known_of, speaks_of


class Effect(StrEnum):
    """What a policy says of a request; NO_MATCH refuses by default, UNKNOWN is never to be read as either."""

    ALLOW = "allow"
    DENY = "deny"
    NO_MATCH = "no match"
    UNKNOWN = "unknown"


class Request(Struct, frozen=True, gc=False):
    """A question to a policy.

    action: `sns:Publish`. resource: an ARN; put `wildcards.ANYTHING` where any name is meant, as in
    `f"arn:aws:s3:::logs/{ANYTHING}"`. caller: see `policy_principals`; None for identity policies. context: condition
    keys in any case with text, a tuple of texts, or None for "the request is known not to have it"; a key that is
    left out is unknown, and a condition on it makes the decision UNKNOWN.
    """

    action: str
    resource: str
    caller: Caller | None = None
    context: Context = field(default_factory=dict)

    def known(self) -> Context:
        """Return all condition keys that are known, in lower case; what was given wins over what follows."""
        given = self.context
        return {**known_of(self.caller), **(given if all(map(str.islower, given)) else _in_lower_case(given))}


def _in_lower_case(context: Context) -> Context:
    return {key.lower(): value for key, value in context.items()}


class Decision(Struct, frozen=True, gc=False):
    """The answer: the effect, why, the ids of the statements behind it, and which effects remain possible."""

    effect: Effect
    why: str
    statements: tuple[str, ...] = ()
    possible: tuple[Effect, ...] = ()

    @property
    def allowed(self) -> bool | None:
        """True: surely allowed. False: surely not, by Deny or by default. None: cannot be told."""
        if self.possible == (Effect.ALLOW,):
            return True
        return None if Effect.ALLOW in self.possible else False


def decide(policy: Any, request: Request) -> Decision:
    """Decide a request by one policy: decoded JSON, its text, a `Document`, or None for no policy. Never raises."""
    return decide_together((policy,), request)


def decide_together(policies: Iterable[Any], request: Request) -> Decision:
    """Decide a request by several policies of one kind that add up, as those of a user and its groups do."""
    known = request.known()
    weighed = [one for policy in policies for one in _weigh(read_document(policy), request, known)]
    denying = [one for one in weighed if one.denies and one.match.value]
    if denying:
        return _decision(Effect.DENY, "an explicit Deny applies", denying)
    possible = _possible(weighed)
    if possible == (Effect.ALLOW,):
        return _decision(Effect.ALLOW, "an Allow applies and no Deny does", [one for one in weighed if one.match.value])
    if possible == (Effect.NO_MATCH,):
        return Decision(Effect.NO_MATCH, "no statement matches the request", (), possible)
    doubtful = [one for one in weighed if one.match.value is None]
    return Decision(Effect.UNKNOWN, doubtful[0].match.why, tuple(one.id for one in doubtful), possible)


class _Weighed(Struct, frozen=True, gc=False):
    """A statement that matches or may match; `denies` is None where even the effect cannot be read."""

    id: str
    denies: bool | None
    match: Answer


def _decision(effect: Effect, why: str, behind: list[_Weighed]) -> Decision:
    return Decision(effect, why, tuple(one.id for one in behind), (effect,))


def _possible(weighed: Iterable[_Weighed]) -> tuple[Effect, ...]:
    """Return the effects that remain when no Deny surely applies."""
    allowed = maybe_allowed = maybe_denied = False
    for one in weighed:
        if one.match.value:
            allowed = allowed or one.denies is False
        else:
            maybe_allowed = maybe_allowed or one.denies is not True
            maybe_denied = maybe_denied or one.denies is not False
    denied = (Effect.DENY,) if maybe_denied else ()
    if allowed:
        return (*denied, Effect.ALLOW)
    return (*denied, Effect.ALLOW, Effect.NO_MATCH) if maybe_allowed else (*denied, Effect.NO_MATCH)


def _weigh(document: Document, request: Request, known: Context) -> Iterator[_Weighed]:
    """Go through the statements that have, or may have, a bearing on the request."""
    if document.flaw:
        yield _Weighed("", None, cannot_tell(document.flaw))
    for statement in document.statements:
        match = applies(statement, request, known)
        if match.value is not False:
            yield _Weighed(statement.id, None if statement.allows is None else not statement.allows, match)


def applies(statement: Statement, request: Request, known: Context) -> Answer:
    """Return whether a statement matches a request; `known` is `request.known()`."""
    if statement.flaw:
        return cannot_tell(statement.flaw)
    named = covers_action(statement.actions, request.action)
    if named.value is False:  # nearly always, and it saves the rest
        return named
    covered = covers_resource(statement.resources, request.resource, known, variables=statement.variables)
    if covered.value is False:
        return covered
    spoken = speaks_of(statement.principals, request.caller, allows=bool(statement.allows))
    if spoken.value is False:
        return spoken
    return all_of((covered, spoken, all_hold(statement.conditions, known, variables=statement.variables)))
