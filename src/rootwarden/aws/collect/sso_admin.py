"""IAM Identity Center: whether there is one, and which permission sets people have in each account."""

from __future__ import annotations

import json
from functools import partial
from typing import Any, NamedTuple

from rootwarden.aws.ask import Ask
from rootwarden.aws.collect.account import ENABLED, regions
from rootwarden.aws.collectors import of_account, of_organization
from rootwarden.aws.refusals import UNREACHABLE, UnreadError
from rootwarden.aws.visit import NotAskedError, Round, Visit
from rootwarden.model.readings import Unknown
from rootwarden.proofs.centre_people import given_alone

_SERVICE, _LIST = "sso-admin", "ListInstances"
_PRINCIPAL = "sso.amazonaws.com"


class _Found(NamedTuple):
    """The organization's Identity Center and the Region that answers for it; no instances: there is none."""

    region: str
    instances: list[dict[str, Any]]


@of_organization("sso.instances", per={"sso-admin.ListInstances": "enabled Region, until one has it"})
def instances(visit: Visit) -> list[dict[str, Any]]:
    """Return the organization's instance, wherever it lives; empty only where it is certain that there is none."""
    found = _find(visit.round).instances
    return [{"InstanceArn": one["InstanceArn"], "Status": one.get("Status")} for one in found]


def _find(around: Round) -> _Found:
    """Look for the organization's Identity Center; searched once per reading.

    It lives in one Region, which need not be among those that are audited, so all that the caller has are searched.

    Raises:
        UnreadError: none was found, and that does not prove that there is none.
    """
    return around.caller.once_for_all("identity-center", partial(_search, around))


def _search(around: Round) -> _Found:
    caller, unsearched = around.caller, _Unsearched(around.caller)
    for region in _regions(around, unsearched):
        try:
            found = [one for one in caller.items(_SERVICE, _LIST, "Instances", region) if _whole(around, one)]
        except UnreadError as refusal:
            unsearched.note(region, refusal)
            continue
        if found:
            return _Found(str(found[0].get("PrimaryRegion") or region), found)
    if unsearched.why is not None:
        raise unsearched.why
    _must_see_all(around)
    return _Found("", [])


class _Unsearched:
    """Why a search that found nothing proves nothing: the first Region that did not answer, if it might have one."""

    def __init__(self, caller: Ask) -> None:
        self.why: UnreadError | None = None
        self._offered = frozenset(caller.reading.clients.region_names(caller.partition, _SERVICE))

    def note(self, region: str, refusal: UnreadError) -> None:
        """Remember a Region that did not answer; one without the service has no endpoint and no instance either."""
        nothing_there = refusal.unknown.why == UNREACHABLE and region not in self._offered
        if self.why is None and not nothing_there:
            self.why = refusal


def _regions(around: Round, unsearched: _Unsearched) -> list[str]:
    """Return the Regions that the caller's account has enabled, the reading's own first."""
    caller = around.caller
    try:
        listed = regions(Visit(around, caller))
        names = [one["RegionName"] for one in listed if one["RegionOptStatus"] in ENABLED]
    except UnreadError as refusal:
        unsearched.why = refusal
        names = list(dict.fromkeys((caller.reading.region, *caller.reading.partition.default_regions)))
    return sorted(names, key=lambda region: region != caller.reading.region)


def _whole(around: Round, instance: dict[str, Any]) -> bool:
    """Return whether an instance is the organization's; one that a member made for itself gives access to nothing."""
    owner = instance.get("OwnerAccountId")
    return not around.management or owner is None or owner == around.management


def _must_see_all(around: Round) -> None:
    """Check that a caller who sees no instance would see one: the management account, or who administers the service.

    Raises:
        UnreadError: it might not.
    """
    caller = around.caller
    if isinstance(around.organization, Unknown):
        raise UnreadError(around.organization)
    if caller.account == around.management:
        return
    try:
        delegated = caller.items(
            "organizations", "ListDelegatedServicesForAccount", "DelegatedServices", AccountId=caller.account
        )
    except UnreadError:
        delegated = []
    if _PRINCIPAL not in [one.get("ServicePrincipal") for one in delegated]:
        raise UnreadError(Unknown("not_visible_from_here", f"{_SERVICE}.{_LIST}", hint="run_from_management"))


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
    centre = _find(visit.round)
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


@of_organization(
    "sso.directory",
    per={
        "identitystore.ListGroupMemberships": "group",
        "sso-admin.DescribePermissionSet": "permission set of the organization",
        "sso-admin.ListManagedPoliciesInPermissionSet": "permission set of the organization",
        "sso-admin.GetInlinePolicyForPermissionSet": "permission set of the organization",
        "sso-admin.ListAccountsForProvisionedPermissionSet": "permission set of the organization",
        "sso-admin.ListAccountAssignments": "permission set and account",
    },
)
def directory(visit: Visit) -> dict[str, Any] | None:
    """Return the people and groups of Identity Center, and what each permission set gives to whom; None: no instance.

    Of a user only the name, the kind, the groups and what it holds without a group ("Direct", from the sets) are kept,
    of a group who is in it, by name ("Members").
    """
    centre = _find(visit.round)
    if not centre.instances:
        return None
    caller, arn, store = visit.caller, centre.instances[0]["InstanceArn"], centre.instances[0]["IdentityStoreId"]
    listed = partial(caller.items, "identitystore")
    groups = listed("ListGroups", "Groups", centre.region, IdentityStoreId=store)
    joined: dict[str, dict[str, str]] = {}
    for group in groups:
        members = listed(
            "ListGroupMemberships", "GroupMemberships", centre.region, IdentityStoreId=store, GroupId=group["GroupId"]
        )
        for one in members:
            joined.setdefault(one["MemberId"]["UserId"], {})[group["DisplayName"]] = one["MembershipId"]
    users = listed("ListUsers", "Users", centre.region, IdentityStoreId=store)
    sets = caller.items(_SERVICE, "ListPermissionSets", "PermissionSets", centre.region, InstanceArn=arn)
    found = [_set(caller, centre.region, {"InstanceArn": arn, "PermissionSetArn": one}) for one in sets]
    return {
        "InstanceArn": arn,
        "IdentityStoreId": store,
        "Region": centre.region,
        "groups": [
            {"GroupId": one["GroupId"], "DisplayName": one["DisplayName"], "Members": _members(one, users, joined)}
            for one in groups
        ],
        "users": [
            _user(one, joined.get(one["UserId"], {}), given_alone({"sets": found}, one["UserId"])) for one in users
        ],
        "sets": found,
    }


def _members(group: dict[str, Any], users: list[dict[str, Any]], joined: dict[str, dict[str, str]]) -> list[str]:
    """Return who is in a group: the names of its users, and the ids of those that were not listed."""
    names = {one["UserId"]: str(one.get("UserName")) for one in users}
    return sorted(names.get(key, key) for key, groups in joined.items() if group["DisplayName"] in groups)


def _user(user: dict[str, Any], joined: dict[str, str], alone: list[str]) -> dict[str, Any]:
    about = {"UserId": user["UserId"], "UserName": user.get("UserName"), "UserType": user.get("UserType")}
    return about | {"Groups": sorted(joined), "Memberships": joined, "Direct": alone}


def _set(ask: Ask, region: str, asked: dict[str, Any]) -> dict[str, Any]:
    shared = _shared(ask, region, asked)
    text = ask.call(_SERVICE, "GetInlinePolicyForPermissionSet", region, **asked).get("InlinePolicy")
    accounts = ask.items(_SERVICE, "ListAccountsForProvisionedPermissionSet", "AccountIds", region, **asked)
    assignments = [
        {"AccountId": account, "PrincipalType": one["PrincipalType"], "PrincipalId": one["PrincipalId"]}
        for account in accounts
        for one in ask.items(
            _SERVICE, "ListAccountAssignments", "AccountAssignments", region, **asked, AccountId=account
        )
    ]
    inline = json.loads(text) if text else None
    about = {"PermissionSetArn": asked["PermissionSetArn"], "InlinePolicy": inline, "assignments": assignments}
    return shared | about
