"""Decides what an IAM user may do: own, attached and group policies add up, a boundary limits them, a Deny ends it.

Source: IAM User Guide, "Policy evaluation logic" and "Permissions boundaries for IAM entities". Within one account and
without resource policies, a call is allowed when no policy denies it, an identity policy allows it, and the boundary,
where there is one, allows it too. Service control and session policies are not weighed.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.view import View
from rootwarden.proofs.condition_values import Context
from rootwarden.proofs.iam_directory import FACT, Directory
from rootwarden.proofs.iam_users import Named, account_users
from rootwarden.proofs.policy_decision import Decision, Effect, Request, decide, decide_together
from rootwarden.proofs.user_power import known_of_user

# The order in which effects are told when several remain possible.
_ORDER = (Effect.DENY, Effect.ALLOW, Effect.NO_MATCH)


def decide_within(policies: Iterable[Any], boundary: Any, request: Request) -> Decision:
    """Decide a request by identity policies and a permissions boundary; a boundary of None is no boundary.

    NO_MATCH says that nothing denies it, and that an identity policy or the boundary does not allow it.
    """
    own = decide_together(policies, request)
    if boundary is None:
        return own
    limit = decide(boundary, request)
    possible = {_together(*pair) for pair in product(_effects(own), _effects(limit))}
    if len(possible) > 1:
        unsure = own if len(_effects(own)) > 1 else limit
        return Decision(Effect.UNKNOWN, unsure.why, unsure.statements, tuple(one for one in _ORDER if one in possible))
    effect = possible.pop()
    if effect is Effect.NO_MATCH and own.allowed:
        return Decision(effect, "the permissions boundary does not allow it", (), (effect,))
    behind = limit if effect in _effects(limit) and effect not in _effects(own) else own
    return Decision(effect, behind.why, behind.statements, (effect,))


def _effects(decision: Decision) -> tuple[Effect, ...]:
    return decision.possible or (decision.effect,)


def _together(own: Effect, limit: Effect) -> Effect:
    if Effect.DENY in (own, limit):
        return Effect.DENY
    return Effect.ALLOW if own is limit is Effect.ALLOW else Effect.NO_MATCH


def user_may(
    seen: View, user: str, action: str, resource: str, *, mfa: bool | None = None, context: Context | None = None
) -> Decision:
    """Decide whether an IAM user of the account may make a call; `mfa` as in `known_of_user`, `context` adds keys.

    Raises:
        UnseenError: there is no such user, or its policies could not be read.
    """
    named = _user(seen, user)
    directory = seen.once(Directory)
    holdings = directory.of_user(named.raw, named.path)
    limit = directory.boundary(holdings)
    known = {**known_of_user(named, directory.place, mfa=mfa), **(context or {})}
    request = Request(action, resource, None, {key.lower(): value for key, value in known.items()})
    return decide_within(holdings.documents(), None if limit is None else limit.document, request)


def _user(seen: View, name: str) -> Named:
    for one in account_users(seen):
        if one.name.lower() == name.lower() and isinstance(one.raw, dict):
            return one
    raise UnseenError(Unknown("no_such_user"), f"{FACT}.users[{name}]")
