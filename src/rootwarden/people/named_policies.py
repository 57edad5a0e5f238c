"""Every policy that a roster names must be there before anything is planned: a slip shows now, not on the way.

AWS's policies for job functions are known without asking; of the others AWS was asked (the fact `iam.named_policies`).
What it did not tell is left as unchecked, never taken for there.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple

from rootwarden.errors import InputError
from rootwarden.model.readings import Unknown, not_collected, unknown_in
from rootwarden.people.ground import Ground
from rootwarden.people.job_power import policy_arn
from rootwarden.people.roster import Boundary, Roster

NAMED = "iam.named_policies"
# IAM User Guide, "AWS managed policies for job functions", and the two that read.
KNOWN = frozenset({
    "AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "SecurityAudit", "job-function/Billing",
    "job-function/DatabaseAdministrator", "job-function/DataScientist", "job-function/NetworkAdministrator",
    "job-function/SupportUser", "job-function/SystemAdministrator", "job-function/ViewOnlyAccess",
})  # fmt: skip
_AWS = ":iam::aws:policy/"


class _Named(NamedTuple):
    """One policy: the field that names it, how it is written there, its ARN, and whether a group is given it."""

    field: str
    written: str
    arn: str
    given: bool


def to_be_asked(roster: Roster) -> tuple[str, ...]:
    """Return AWS's own policies of which only AWS knows whether they are there, as the roster writes them."""
    found = (one.written for one in _named(roster, "aws") if _AWS in one.arn and _short(one.arn) not in KNOWN)
    return tuple(sorted(set(found)))


def check_policies(ground: Ground, file: str, *, centre: bool) -> None:
    """See that every policy which the roster names is there; `centre`: Identity Center is to be given them.

    Raises:
        InputError: one is not, or Identity Center cannot take it; `file` is only for the message.
        UnseenError: the policies of the account could not be read.
    """
    there = {str(one.get("Arn")) for one in ground.items("policies")}
    for one in _named(ground.roster, ground.partition):
        of_aws = one.arn.startswith(f"arn:{ground.partition}{_AWS}")
        if centre and one.given and not of_aws:
            # SSO Admin API Reference, AttachManagedPolicyToPermissionSet: "The AWS managed policy ARN".
            raise InputError(
                f"{file}: {one.field}", why=f"permission sets take AWS's own policies only, and {one.written} is none",
                todo="write its text under documents, or plan IAM users with --iam",
            )  # fmt: skip
        if one.arn in there or (of_aws and _short(one.arn) in KNOWN):
            continue
        answer = _answer(ground, one.arn) if of_aws else None
        if isinstance(answer, Unknown):
            ground.leave(
                f"policy {one.written}", f"unchecked: whether AWS has it could not be read: {answer}",
                f"see that {one.field} of the roster is spelt as AWS spells it; if not, applying stops there",
            )  # fmt: skip
        elif answer is None:
            raise InputError(
                f"{file}: {one.field}", why=f"there is no policy {one.written}{'' if of_aws else ' in the account'}",
                todo=_nearest(one, there, ground.partition),
            )  # fmt: skip


def _named(roster: Roster, partition: str) -> Iterator[_Named]:
    for name, group in roster.groups.items():
        for number, written in enumerate(group.policies):
            yield _Named(f"groups.{name}.policies[{number}]", written, policy_arn(written, partition), given=True)
    if isinstance(roster.boundary, Boundary) and roster.boundary.arn:
        yield _Named("boundary.arn", roster.boundary.arn, roster.boundary.arn, given=False)


def _answer(ground: Ground, arn: str) -> dict[str, Any] | Unknown | None:
    """Return the policy as AWS showed it, None: AWS said that there is none, else why that is not known."""
    fact = ground.facts.get(NAMED)
    why = fact if isinstance(fact, Unknown) else unknown_in(fact)
    listed = fact.get("policies") if isinstance(fact, dict) else None
    for one in listed if why is None and isinstance(listed, list) else ():
        if isinstance(one, dict) and one.get("Arn") == arn and "Policy" in one:
            policy = one["Policy"]
            if policy is None or isinstance(policy, dict):
                return unknown_in(policy) or policy
            return Unknown("malformed: no object", "iam.GetPolicy", ("iam:GetPolicy",))
    return why or not_collected(NAMED)


def _nearest(one: _Named, there: set[str], partition: str) -> str:
    """Return what to do, with the name that looks most like the one that is not there: `Billing` lies in a folder."""
    own = f"arn:{partition}{_AWS}"
    names = KNOWN | {arn.removeprefix(own) for arn in there}
    written = one.arn.removeprefix(own)
    last = {name.rpartition("/")[2].lower(): name for name in sorted(names)}
    close = get_close_matches(written, sorted(names), n=1, cutoff=0.75) or [
        last[name] for name in get_close_matches(written.rpartition("/")[2].lower(), list(last), n=1, cutoff=0.75)
    ]
    if close:
        return f"did you mean {close[0]}?"
    return "correct the name; AWS's own are in the AWS Managed Policy Reference Guide, with their path"


def _short(arn: str) -> str:
    return arn.partition(_AWS)[2]
