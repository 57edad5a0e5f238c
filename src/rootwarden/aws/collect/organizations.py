"""AWS Organizations: which accounts there are, how they are grouped, and which policies and services reach them."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from rootwarden.aws.ask import Ask
from rootwarden.aws.collectors import of_organization
from rootwarden.aws.visit import Visit

_SERVICE = "organizations"


@of_organization("org.organization")
def organization(visit: Visit) -> dict[str, Any] | None:
    """Return the organization, None for a standalone account; asked once per reading."""
    return visit.ask.once_for_all("organization", lambda: _organization(visit.ask))


def _organization(ask: Ask) -> dict[str, Any] | None:
    answer = ask.call_or_none(("AWSOrganizationsNotInUseException",), _SERVICE, "DescribeOrganization")
    return answer and answer["Organization"]


@of_organization("org.accounts")
def accounts(visit: Visit) -> list[dict[str, Any]]:
    """Return every account with its state; asked once per reading.

    `State` replaces `Status`, whose retirement AWS announced; the old field counts only where the new one is absent.
    """
    return visit.ask.once_for_all(
        "accounts",
        lambda: [
            {name: one.get(name) for name in ("Id", "Name", "Email")} | {"State": one.get("State", one.get("Status"))}
            for one in visit.ask.items(_SERVICE, "ListAccounts", "Accounts")
        ],
    )


@of_organization(
    "org.tree",
    per={
        "organizations.ListOrganizationalUnitsForParent": "root and organizational unit",
        "organizations.ListAccountsForParent": "root and organizational unit",
    },
)
def tree(visit: Visit) -> dict[str, Any]:
    """Return the roots, the parent of every unit and account, and the units' names."""
    roots = visit.ask.items(_SERVICE, "ListRoots", "Roots")
    parents: dict[str, str] = {}
    units: dict[str, str] = {}
    waiting = [root["Id"] for root in roots]
    while waiting:
        parent = waiting.pop()
        for unit in visit.ask.items(
            _SERVICE, "ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=parent
        ):
            parents[unit["Id"]], units[unit["Id"]] = parent, unit["Name"]
            waiting.append(unit["Id"])
        for account in visit.ask.items(_SERVICE, "ListAccountsForParent", "Accounts", ParentId=parent):
            parents[account["Id"]] = parent
    return {
        "roots": [{"Id": root["Id"], "PolicyTypes": root.get("PolicyTypes", [])} for root in roots],
        "parents": parents,
        "units": units,
    }


def _policies(ask: Ask) -> list[dict[str, Any]]:
    return ask.once_for_all(
        "policies", lambda: ask.items(_SERVICE, "ListPolicies", "Policies", Filter="SERVICE_CONTROL_POLICY")
    )


@of_organization("org.scps", per={"organizations.DescribePolicy": "service control policy"})
def scps(visit: Visit) -> dict[str, Any]:
    """Return every service control policy by name, decoded."""
    return {
        policy["Name"]: visit.ask.or_mark(partial(_document, visit.ask, policy["Id"]))
        for policy in _policies(visit.ask)
    }


def _document(ask: Ask, policy_id: str) -> Any:
    return json.loads(ask.call(_SERVICE, "DescribePolicy", PolicyId=policy_id)["Policy"]["Content"])


@of_organization("org.attachments", per={"organizations.ListTargetsForPolicy": "service control policy"})
def attachments(visit: Visit) -> dict[str, list[str]]:
    """Return, for every root, unit and account, the names of the policies attached to it."""
    found: dict[str, list[str]] = {}
    for policy in _policies(visit.ask):
        for target in visit.ask.items(_SERVICE, "ListTargetsForPolicy", "Targets", PolicyId=policy["Id"]):
            found.setdefault(target["TargetId"], []).append(policy["Name"])
    return found


@of_organization("org.service_access")
def service_access(visit: Visit) -> list[str]:
    """Return the AWS services that may act in all accounts."""
    found = visit.ask.items(_SERVICE, "ListAWSServiceAccessForOrganization", "EnabledServicePrincipals")
    return [one["ServicePrincipal"] for one in found]


@of_organization(
    "org.delegated_admins", per={"organizations.ListDelegatedServicesForAccount": "delegated administrator account"}
)
def delegated_admins(visit: Visit) -> dict[str, list[str]]:
    """Return which accounts administer which service for the organization."""
    found: dict[str, list[str]] = {}
    for admin in visit.ask.items(_SERVICE, "ListDelegatedAdministrators", "DelegatedAdministrators"):
        services = visit.ask.items(
            _SERVICE, "ListDelegatedServicesForAccount", "DelegatedServices", AccountId=admin["Id"]
        )
        for service in services:
            found.setdefault(service["ServicePrincipal"], []).append(admin["Id"])
    return found
