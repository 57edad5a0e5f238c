"""IAM: root's credentials as the account sees them, the people and roles in it, and how they may sign in."""

from __future__ import annotations

import csv
import io
from typing import Any

from rootwarden.aws.ask import Ask
from rootwarden.aws.collectors import of_account, of_organization
from rootwarden.aws.refusals import TIMEOUT, UnreadError
from rootwarden.aws.visit import Visit
from rootwarden.model.readings import Unknown

# Seconds to wait for a credential report; AWS keeps one for four hours (IAM User Guide, "Getting credential reports").
_REPORT_PATIENCE, _REPORT_PAUSE = 90.0, 1.0
# The most that IAM puts into one answer (IAM API Reference, GetAccountAuthorizationDetails).
_PAGE = 1000
_NO_REPORT_YET = ("ReportNotPresent", "ReportInProgress", "ReportExpired")
_DETAILS = {"users": "UserDetailList", "groups": "GroupDetailList", "roles": "RoleDetailList", "policies": "Policies"}


@of_account("iam.account_summary")
def account_summary(visit: Visit) -> Any:
    """Return the flat map of counts, among them root's password, keys, certificates and MFA."""
    return visit.ask.call("iam", "GetAccountSummary")["SummaryMap"]


@of_account("iam.credential_report")
def credential_report(visit: Visit) -> dict[str, Any]:
    """Have the report made, wait for it, and return its rows by the names of its columns."""
    refused: UnreadError | None = None
    try:
        _wait_until_made(visit.ask)
    except UnreadError as refusal:
        refused = refusal  # somebody else may have had one made within four hours
    answer = visit.ask.call_or_none(_NO_REPORT_YET, "iam", "GetCredentialReport")
    if answer is None:
        raise refused or UnreadError(Unknown("ReportNotPresent", "iam.GetCredentialReport"))
    rows = csv.DictReader(io.StringIO(answer["Content"].decode()))
    return {"GeneratedTime": answer["GeneratedTime"], "rows": [dict(row) for row in rows]}


def _wait_until_made(ask: Ask) -> None:
    clock = ask.reading.clock
    until = clock.monotonic() + min(_REPORT_PATIENCE, ask.reading.seconds_left)
    while ask.call("iam", "GenerateCredentialReport").get("State") != "COMPLETE":
        if clock.monotonic() >= until:
            raise UnreadError(Unknown(TIMEOUT, "iam.GenerateCredentialReport"))
        clock.sleep(_REPORT_PAUSE)


@of_account("iam.virtual_mfa_devices")
def virtual_mfa_devices(visit: Visit) -> dict[str, Any]:
    """Return the virtual MFA devices that are assigned to somebody, with no seeds in them."""
    found = visit.ask.items("iam", "ListVirtualMFADevices", "VirtualMFADevices", AssignmentStatus="Assigned")
    return {
        "devices": [
            {
                "SerialNumber": device["SerialNumber"],
                "User": {"Arn": device.get("User", {}).get("Arn")},
                "EnableDate": device.get("EnableDate"),
            }
            for device in found
        ]
    }


@of_account("iam.authorization")
def authorization(visit: Visit) -> dict[str, Any]:
    """Return users, groups, roles and policies with what each may do; AWS's own policies only where attached.

    Who is in a group ("Members") is put together from what AWS says of each user.
    """
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in _DETAILS}
    for page in visit.ask.pages("iam", "GetAccountAuthorizationDetails", MaxItems=_PAGE):
        for name, key in _DETAILS.items():
            found[name] += page.get(key, ())
    members: dict[str, list[str]] = {}
    for user in found["users"]:
        for name in user.get("GroupList", ()):
            members.setdefault(name, []).append(user["UserName"])
    found["groups"] = [one | {"Members": sorted(members.get(one["GroupName"], ()))} for one in found["groups"]]
    for role in found["roles"]:
        role.pop("InstanceProfileList", None)  # repeats the role itself
    found["policies"] = [_default_version(policy) for policy in found["policies"] if _matters(policy)]
    return found


def _matters(policy: dict[str, Any]) -> bool:
    of_aws = policy.get("Arn", "").split(":")[4:5] == ["aws"]
    return not of_aws or policy.get("AttachmentCount", 1) > 0 or policy.get("PermissionsBoundaryUsageCount", 0) > 0


def _default_version(policy: dict[str, Any]) -> dict[str, Any]:
    versions = [version for version in policy.get("PolicyVersionList", ()) if version.get("IsDefaultVersion")]
    return policy | {"PolicyVersionList": versions}


@of_account("iam.password_policy")
def password_policy(visit: Visit) -> dict[str, Any] | None:
    """Return the rules for passwords of IAM users, None where the account set none."""
    answer = visit.ask.call_or_none(("NoSuchEntity",), "iam", "GetAccountPasswordPolicy")
    return answer and answer["PasswordPolicy"]


@of_account("iam.saml_providers")
def saml_providers(visit: Visit) -> dict[str, Any]:
    """Return the ARNs of all identity providers, SAML and OpenID Connect."""
    saml = visit.ask.call("iam", "ListSAMLProviders").get("SAMLProviderList", ())
    openid = visit.ask.call("iam", "ListOpenIDConnectProviders").get("OpenIDConnectProviderList", ())
    return {"arns": [provider["Arn"] for provider in (*saml, *openid)]}


@of_organization("iam.org_features")
def org_features(visit: Visit) -> dict[str, Any]:
    """Return which parts of centralized root access are enabled."""
    answer = visit.ask.call("iam", "ListOrganizationsFeatures")
    return {"OrganizationId": answer.get("OrganizationId"), "EnabledFeatures": answer.get("EnabledFeatures", [])}
