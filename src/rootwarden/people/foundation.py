"""What must stand before anybody comes: rules for passwords, the boundary, the MFA gate, and the groups of each job."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from rootwarden.errors import RefusedError
from rootwarden.model.expect import Expect
from rootwarden.model.plan import Difference, Step
from rootwarden.people.ground import Ground, iam
from rootwarden.people.groups import ensure_group, ensure_groups
from rootwarden.people.policies import ensure_policy
from rootwarden.people.roster import Boundary, Roster
from rootwarden.proofs.mfa_gate import gate_document
from rootwarden.proofs.people_boundary import boundary_document, fits, lets_newcomers_in

_FACT = "iam.password_policy"
# CIS AWS Foundations 1.8 and 1.9, which RW-IAM-09 follows. The last lets people change their first password.
_LENGTH, _REUSE = 14, 24
_ALWAYS = (
    "RequireSymbols", "RequireNumbers", "RequireUppercaseCharacters", "RequireLowercaseCharacters",
    "AllowUsersToChangePassword",
)  # fmt: skip
# What UpdateAccountPasswordPolicy takes; what is left out falls back to its default, so all of it is sent.
_SENT = ("MinimumPasswordLength", *_ALWAYS, "MaxPasswordAge", "PasswordReusePrevention", "HardExpiry")


class Foundation(Struct, frozen=True):
    """What people are put on: the ARN of their boundary ("": none) and the group of the gate."""

    boundary: str
    gate_group: str


def gate_group(roster: Roster) -> str:
    """Return the name of the group that the gate is attached to."""
    return f"{roster.roster}-mfa-gate"


def lay(ground: Ground) -> Foundation:
    """Plan all of it, in the order in which one part rests on the other.

    Raises:
        UnseenError: how it is now could not be read.
        RefusedError: the boundary would shut new people out, or is longer than AWS takes.
    """
    _password_rules(ground)
    boundary = _boundary(ground)
    name = gate_group(ground.roster)
    purpose = "without MFA only the password and MFA can be managed"
    gate = ensure_policy(ground, name, gate_document(ground.partition), purpose)
    ensure_group(ground, name, (gate,))
    ensure_groups(ground)
    return Foundation(boundary, name)


def _password_rules(ground: Ground) -> None:
    """Plan rules that are at least as strong as they should be; stricter ones that are there stay."""
    now: dict[str, Any] | None = ground.whole(_FACT)
    old = now or {}
    wanted: dict[str, Any] = dict.fromkeys(_ALWAYS, True)
    wanted["MinimumPasswordLength"] = max(_LENGTH, int(old.get("MinimumPasswordLength") or 0))
    wanted["PasswordReusePrevention"] = max(_REUSE, int(old.get("PasswordReusePrevention") or 0))
    if all(old.get(key) == value for key, value in wanted.items()):
        return
    # AWS may read back a MaxPasswordAge of 0 where passwords do not expire, and does not take it.
    before = {key: old[key] for key in _SENT if old.get(key) or old.get(key) is False}
    back = iam("UpdateAccountPasswordPolicy", **before) if now is not None else iam("DeleteAccountPasswordPolicy")
    step = Step(
        id="rules", does="Set the rules for passwords", call=iam("UpdateAccountPasswordPolicy", **(before | wanted)),
        undo=(back,),
    )  # fmt: skip
    ground.plan(
        "password-policy", "Set strong rules for passwords", why="people are about to choose passwords",
        resource=_FACT, steps=(step,), expects=(Expect(fact=_FACT, value=before if now is not None else None),),
        then=(Expect(fact=_FACT, value=before | wanted),),
        shows=[
            Difference(what=key, before=str(old.get(key, "not set")).lower(), after=str(value).lower())
            for key, value in wanted.items() if old.get(key) != value
        ],
    )  # fmt: skip


def _boundary(ground: Ground) -> str:
    roster = ground.roster
    if not roster.boundary:
        return ""
    name = f"{roster.roster}-boundary"
    own = ground.arn("policy", roster.path, name)
    given = roster.boundary if isinstance(roster.boundary, Boundary) else Boundary()
    there = ground.document(given.arn) if given.arn else None
    if given.arn and there is None:
        raise RefusedError(
            f"the boundary {given.arn} cannot be weighed",
            why="AWS shows the text of one of its own policies only where it is attached",
            todo="write it out as boundary.document, or attach it once",
        )
    text = given.document or (there or {}).get("Document") or boundary_document(
        ground.partition, ground.account, roster.path, own, roster.pass_roles
    )  # fmt: skip
    short = fits(text)
    if not (given.arn or short.value):
        raise RefusedError(
            "the boundary is too long", why=short.why,
            todo="name fewer roles under pass_roles, by wildcards, or write a shorter document",
        )  # fmt: skip
    let_in = lets_newcomers_in(text, ground.partition, ground.account, ground.arn("user", roster.path, "newcomer"))
    if not let_in.value:
        raise RefusedError(
            "the boundary would shut new people out",
            why=f"before MFA is enrolled they need {let_in.why}",
            todo="let the boundary allow what docs/people.md lists for the first sign-in",
        )
    return given.arn or ensure_policy(ground, name, text, "the most that anybody of the roster may do")
