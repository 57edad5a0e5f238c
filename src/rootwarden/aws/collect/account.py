"""Account Management: enabled Regions, whom AWS writes to, and the address that can recover root."""

from __future__ import annotations

from functools import partial
from typing import Any

from rootwarden.aws.collectors import of_account
from rootwarden.aws.refusals import UnreadError
from rootwarden.aws.visit import NotAskedError, Visit
from rootwarden.model.readings import Unknown

_ALTERNATE = ("SECURITY", "BILLING", "OPERATIONS")
_PRINCIPAL = "account.amazonaws.com"
_NONE = ("ResourceNotFoundException",)
# EC2 has words of its own for the states of Account Management's ListRegions.
_STATES = {"opt-in-not-required": "ENABLED_BY_DEFAULT", "opted-in": "ENABLED", "not-opted-in": "DISABLED"}
ENABLED = frozenset({"ENABLED", "ENABLED_BY_DEFAULT"})


@of_account("account.regions", per={"ec2.DescribeRegions": "account whose ListRegions is refused"})
def regions(visit: Visit) -> list[dict[str, Any]]:
    """Return every Region and whether this account has it enabled; asked once per account."""
    return visit.ask.once("regions", lambda: _regions(visit))


def _regions(visit: Visit) -> list[dict[str, Any]]:
    try:
        found = visit.ask.items("account", "ListRegions", "Regions")
        return [{"RegionName": one["RegionName"], "RegionOptStatus": one["RegionOptStatus"]} for one in found]
    except UnreadError as refusal:
        try:
            known = visit.ask.call("ec2", "DescribeRegions", AllRegions=True)["Regions"]
        except UnreadError:
            raise refusal from None
        return [
            {"RegionName": one["RegionName"], "RegionOptStatus": _STATES.get(one["OptInStatus"], one["OptInStatus"])}
            for one in known
        ]


@of_account("account.contacts")
def contacts(visit: Visit) -> dict[str, Any]:
    """Return the alternate contacts, and which fields of the owner's are filled; None for those that are not set."""
    found: dict[str, Any] = {kind: visit.ask.or_mark(partial(_alternate, visit, kind)) for kind in _ALTERNATE}
    return found | {"PRIMARY": visit.ask.or_mark(partial(_primary, visit))}


def _alternate(visit: Visit, kind: str) -> Any:
    answer = visit.ask.call_or_none(_NONE, "account", "GetAlternateContact", AlternateContactType=kind)
    return answer and answer["AlternateContact"]


def _primary(visit: Visit) -> dict[str, bool] | None:
    """Return which fields are filled: no judgement needs the street and telephone number of a person."""
    owner = contact_information(visit)
    return None if owner is None else dict.fromkeys(owner, True)


@of_account("account.contact_information")
def contact_information(visit: Visit) -> dict[str, str] | None:
    """Return the filled fields of the owner's contact information, or None; asked once per account."""
    return visit.ask.once("contact information", lambda: _owner(visit))


def _owner(visit: Visit) -> dict[str, str] | None:
    answer = visit.ask.call_or_none(_NONE, "account", "GetContactInformation")
    return answer and {field: value for field, value in answer["ContactInformation"].items() if value}


@of_account("account.primary_email", central=True)
def primary_email(visit: Visit) -> dict[str, Any]:
    """Return root's e-mail address: of members from the management account; its own is in DescribeOrganization."""
    if visit.place == "standalone":
        raise NotAskedError  # no API tells a standalone account's address
    organization = visit.round.organization
    if isinstance(organization, Unknown) and visit.account == visit.caller.account:
        raise UnreadError(organization)  # it may be the management account, for which the question cannot be put
    if visit.place == "management" and isinstance(organization, dict) and "MasterAccountEmail" in organization:
        return {"PrimaryEmail": organization["MasterAccountEmail"]}
    try:
        answer = visit.caller.call("account", "GetPrimaryEmail", AccountId=visit.account)
    except UnreadError as refusal:
        raise _untrusted(visit) or refusal from refusal
    return {"PrimaryEmail": answer["PrimaryEmail"]}


def _untrusted(visit: Visit) -> UnreadError | None:
    """Return the better reason where the organization is known not to trust Account Management."""
    trusted = visit.round.facts.get("org.service_access")
    if not isinstance(trusted, list) or _PRINCIPAL in trusted:
        return None
    return UnreadError(Unknown("trusted_access_off", "account.GetPrimaryEmail", hint=f"enable it for {_PRINCIPAL}"))
