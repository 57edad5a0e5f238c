"""Makes a way into the account for administrators who are not root: a role that named people enter with MFA.

Root may only rest while somebody else can do its everyday work. Whom the role trusts is written by name in the
configuration; it trusts no whole account of its own, and nobody without MFA.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec.structs import replace

from rootwarden.model.expect import Expect, Item
from rootwarden.model.placeholders import as_json
from rootwarden.model.plan import Call, Change, Declared, Difference, Probe, Risk, Step, change_id
from rootwarden.model.readings import UnseenError
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.proofs.iam_users import Report, account_users, credentials
from rootwarden.proofs.resting import on_role

REMEDY = Remedy(
    title="Make a way in for administrators",
    order=20,
    params={"role": "RootwardenAdmin", "principals": (), "other_accounts": ()},
    facts=("org.accounts", "org.organization"),
    risks=(Risk.CAREFUL,),
    calls=("iam.AttachRolePolicy", "iam.CreateRole", "iam.DeleteRole", "iam.DetachRolePolicy"),
)

_FACT = "iam.authorization"
# IAM User Guide, "Principal": an IAM user or role, or another account as a whole. No wildcard names anybody.
_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:iam::(?P<account>[0-9]{12}):(?P<who>root|(?:user|role)/[\w+=,.@/-]+)")
# IAM User Guide, "AWS global condition context keys": a federated session has no aws:MultiFactorAuthPresent.
_NOTE = "sessions of Identity Center and other federated sign-in carry no MFA key: they need a permission set instead"
_ROLE = re.compile(r"[\w+=,.@-]{1,64}")


def prescribe(case: Case) -> Change | Not:
    """Create the role with AdministratorAccess; taken back, it is gone."""
    where, name = f"[remedies.{case.slug}]", case.settings.text("role")
    principals = tuple(dict.fromkeys(case.settings.texts("principals")))
    if not principals:
        return Not("nobody said who the administrators are", f"set principals, ARNs of users or roles, under {where}")
    why = _unfit(name, principals, case.finding.account)
    if why:
        return Not(why, f"correct it under {where}")
    if any(role["RoleName"].text() == name for role in case.seen.account.part(_FACT, "roles").each()):
        return Not(f"there is a role {name} already, through which nobody can come", "look at its trust and policies")
    amiss = (_strange(case, one, where) or _shut_out(case, one) for one in principals)
    return next(filter(None, amiss), None) or _change(case, name, principals)


def _strange(case: Case, principal: str, where: str) -> Not | None:
    """Return why nobody is let in from an account: it is not of the organization, and not written down as trusted.

    A digit wrong in an ARN would make a stranger the administrator.
    """
    number = principal.split(":")[4]
    if number == case.finding.account or number in case.settings.texts("other_accounts"):
        return None
    organization = case.seen.about().organization
    try:
        if not organization["org.organization"].is_none and (
            organization["org.organization"]["MasterAccountId"].text(default="") == number
            or not organization.row("org.accounts", "Id", number).is_none
        ):
            return None
        why = f"account {number} is not of this organization"
    except UnseenError as unseen:
        why = f"nobody can tell whether account {number} is of this organization: {unseen}"
    return Not(why, f"correct {principal}, or add {number} to other_accounts under {where} if it is trusted")


def _shut_out(case: Case, principal: str) -> Not | None:
    """Return why a role, or a user of the account itself, could not come in, None for whoever could or is another's.

    Raises:
        UnseenError: the users or the credential report could not be read.
    """
    account = case.finding.account
    found = _PRINCIPAL.fullmatch(principal)
    if found is None:
        return None
    kind, _, name = found["who"].partition("/")
    name = name.rpartition("/")[2]
    if kind == "role":
        # IAM User Guide, "Secure API access with MFA": what AssumeRole returns holds no MFA information.
        return Not(f"a session of a role carries no MFA, so that nobody could come from {principal}", "name users")
    if found["account"] != account:
        return None
    if not any(one.arn == principal for one in account_users(case.seen)):
        todo = "create the user, with MFA, or correct principals"
        return Not(f"there is no user {name} in account {account} with the ARN {principal}", todo)
    held = credentials(case.seen.once(Report).row(name))
    unsure = next((one.unknown for one in (held.mfa, held.usable) if one.value is None), None)
    if unsure is not None:
        return Not(f"it cannot be told whether {name} has MFA and can sign in: {unsure}", "audit again in four hours")
    if not held.mfa.value:
        why = f"the user {name} has no MFA, by the credential report, and could not come in"
        return Not(why, f"`rootwarden runbook user-mfa {name}`; the report knows a new device within four hours")
    if not held.usable.value:
        return Not(
            f"the user {name} has neither a password nor an active key", "give the user a password, or name another"
        )
    return None


def _unfit(name: str, principals: tuple[str, ...], account: str) -> str:
    if _ROLE.fullmatch(name) is None:
        return f"role = {name!r} is no name of a role"
    for one in principals:
        found = _PRINCIPAL.fullmatch(one)
        if found is None:
            return f"{one!r} is no ARN of a user, role or account"
        if found["who"] == "root" and found["account"] == account:
            return "the whole account itself is nobody by name"
    return ""


def _change(case: Case, name: str, principals: tuple[str, ...]) -> Change:
    partition, account = case.seen.subject.partition, case.finding.account
    arn, admin = f"arn:{partition}:iam::{account}:role/{name}", f"arn:{partition}:iam::aws:policy/AdministratorAccess"
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": principals[0] if len(principals) == 1 else list(principals)},
                "Action": "sts:AssumeRole",
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            }
        ],
    }
    mark = change_id(case.slug, case.finding.account, "", arn)  # a role of that name that is not ours lacks it
    create = Step(
        id="role", does=f"Create the role {name}",
        call=_call("CreateRole", RoleName=name, AssumeRolePolicyDocument=as_json(trust),
                   Description="The way in for administrators who are not root",
                   Tags=[{"Key": "rootwarden:change", "Value": mark}]),
        undo=(_call("DeleteRole", RoleName=name),), used=on_role(name, attached=(admin,)), on=(arn,),
        seen=Probe(
            call=_call("GetRole", RoleName=name), done=f"Role.Tags[?Key=='rootwarden:change' && Value=='{mark}']",
            absent=("NoSuchEntity",),
        ),
    )  # fmt: skip
    both = {"RoleName": name, "PolicyArn": admin}
    attach = Step(
        id="attach", does="Attach AdministratorAccess", call=_call("AttachRolePolicy", **both),
        undo=(_call("DetachRolePolicy", **both),), used=on_role(name, attached=(admin,)), on=(arn,),
    )  # fmt: skip
    place = ("roles", Item("RoleName", name))
    held = [{"PolicyName": "AdministratorAccess", "PolicyArn": admin}]
    about = {"Arn": arn, "Path": "/", "AssumeRolePolicyDocument": trust, "AttachedManagedPolicies": held}
    change = case.change(
        f"Create the role {name}, with MFA for {_counted(principals)}",
        risk=Risk.CAREFUL,
        steps=(create, attach),
        expects=(Expect(fact=_FACT, at=place),),
        then=(Expect(fact=_FACT, at=place, value=about),),
        shows=tuple(_shown(name, one) for one in principals),
        resource=arn,
    )  # fmt: skip
    properties = {"RoleName": name, "AssumeRolePolicyDocument": trust, "ManagedPolicyArns": [admin]}
    declared = Declared(type="AWS::IAM::Role", name="AdminPath", properties=properties)
    return replace(change, declares=(declared,), notes=(_NOTE, *_unlooked(principals, account)))


def _unlooked(principals: tuple[str, ...], account: str) -> tuple[str, ...]:
    """Say of whom nobody looked whether they are there and have MFA: those of other accounts."""
    others = [one for one in principals if one.split(":")[4] != account]
    if not others:
        return ()
    them = f"{others[0]} and {len(others) - 1} more" if len(others) > 1 else others[0]
    return (f"nobody looked whether {them} of another account is there and has MFA: AWS refuses a user who is not",)


def _counted(principals: tuple[str, ...]) -> str:
    return "one named principal" if len(principals) == 1 else f"{len(principals)} named principals"


def _shown(name: str, principal: str) -> Difference:
    return Difference(what=f"role {name}", before="not there", after=f"entered by {principal}")


def _call(operation: str, **parameters: Any) -> Call:
    return Call(service="iam", operation=operation, parameters=parameters)
