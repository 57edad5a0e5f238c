"""IAM Identity Center: whether there is one, and which permission sets people have in each account."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from rootwarden.aws.ask import Ask
from rootwarden.aws.collectors import of_account, of_organization
from rootwarden.aws.visit import NotAskedError, Visit

_SERVICE = "sso-admin"


class _Found(NamedTuple):
    """Identity Center's instances and the one Region that they are in ("" when there are none)."""

    region: str
    instances: list[dict[str, Any]]


@of_organization("sso.instances", per={"sso-admin.ListInstances": "Region, until one has it"})
def instances(visit: Visit) -> list[dict[str, Any]]:
    """Return the instances that the caller can see; an organization's instance lives in one Region."""
    found = _find(visit.ask, visit.regions).instances
    return [{"InstanceArn": one["InstanceArn"], "Status": one.get("Status")} for one in found]


def _find(ask: Ask, regions: tuple[str, ...]) -> _Found:
    """Look for Identity Center Region by Region, the reading's own first; asked once per reading."""

    def search() -> _Found:
        own = ask.reading.region
        for region in (own, *(name for name in regions if name != own)):
            found = ask.items(_SERVICE, "ListInstances", "Instances", region)
            if found:
                return _Found(region, found)
        return _Found("", [])

    return ask.once_for_all("identity-center", search)


@of_account(
    "sso.permission_sets",
    central=True,
    per={
        "sso-admin.ListAccountAssignments": "permission set",
        "sso-admin.ListManagedPoliciesInPermissionSet": "permission set of the organization",
        "sso-admin.DescribePermissionSet": "permission set of the organization",
    },
)
def permission_sets(visit: Visit) -> dict[str, Any]:
    """Return the permission sets provisioned to this account, what they allow, and to whom they are assigned."""
    if visit.place == "standalone":
        raise NotAskedError  # permission sets reach accounts only through an organization's instance
    caller = visit.caller
    centre = _find(caller, visit.round.visits[caller.account].regions if caller.account in visit.round.visits else ())
    if not centre.instances:
        return {"sets": []}
    arn = centre.instances[0]["InstanceArn"]
    provisioned = caller.items(
        _SERVICE, "ListPermissionSetsProvisionedToAccount", "PermissionSets", centre.region,
        InstanceArn=arn, AccountId=visit.account,
    )  # fmt: skip
    return {"sets": [_one(visit, centre, one) for one in provisioned]}


def _one(visit: Visit, centre: _Found, permission_set: Any) -> dict[str, Any]:
    caller, arn = visit.caller, centre.instances[0]["InstanceArn"]
    asked = {"InstanceArn": arn, "PermissionSetArn": permission_set}
    shared = caller.or_mark(
        partial(caller.once_for_all, f"set:{permission_set}", partial(_shared, caller, centre.region, asked))
    )
    named = partial(caller.items, _SERVICE, "ListAccountAssignments", "AccountAssignments", centre.region)
    return {
        "PermissionSetArn": permission_set,
        "Name": shared.get("Name", shared),
        "ManagedPolicies": shared.get("ManagedPolicies", shared),
        "assignments": caller.or_mark(
            lambda: [
                {"PrincipalType": one["PrincipalType"], "PrincipalId": one["PrincipalId"]}
                for one in named(**asked, AccountId=visit.account)
            ]
        ),
    }


def _shared(ask: Ask, region: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what is the same in all accounts that have this permission set."""
    described = ask.call(_SERVICE, "DescribePermissionSet", region, **asked)["PermissionSet"]
    attached = ask.items(_SERVICE, "ListManagedPoliciesInPermissionSet", "AttachedManagedPolicies", region, **asked)
    return {
        "Name": described.get("Name"),
        "ManagedPolicies": [{"Name": one.get("Name"), "Arn": one.get("Arn")} for one in attached],
    }
