"""Roles, groups, users and managed policies of IAM. Passwords and keys are in no template of ours, so none is made."""

from __future__ import annotations

from rootwarden.lab.stack.kind import Kind, Properties, as_json
from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.values import Made

# Properties of the three that are parameters of the same name where the call has them.
_SAME = ("Path", "Description", "MaxSessionDuration", "PermissionsBoundary", "Tags")
_HELD = frozenset({"ManagedPolicyArns", "Policies"})


def _same(properties: Properties) -> Properties:
    return {name: properties[name] for name in _SAME if name in properties}


def _hold(site: Site, who: str, name: str, properties: Properties) -> None:
    """Give a Role, Group or User its managed policies, and put those that stand in it."""
    owner = {f"{who}Name": name}
    for arn in properties.get("ManagedPolicyArns", []):
        site.call("iam", f"Attach{who}Policy", {**owner, "PolicyArn": arn})
    for one in properties.get("Policies", []):
        document = as_json(one["PolicyDocument"])
        asked = {**owner, "PolicyName": one["PolicyName"], "PolicyDocument": document}
        site.call("iam", f"Put{who}Policy", asked)


def _role(site: Site, properties: Properties) -> Made:
    name = properties["RoleName"]
    trust = as_json(properties["AssumeRolePolicyDocument"])
    asked = {"RoleName": name, "AssumeRolePolicyDocument": trust, **_same(properties)}
    role = site.call("iam", "CreateRole", asked)["Role"]
    _hold(site, "Role", name, properties)
    return Made(name, {"Arn": role["Arn"], "RoleId": role["RoleId"]})


def _group(site: Site, properties: Properties) -> Made:
    name = properties["GroupName"]
    group = site.call("iam", "CreateGroup", {"GroupName": name, **_same(properties)})["Group"]
    _hold(site, "Group", name, properties)
    return Made(name, {"Arn": group["Arn"]})


def _user(site: Site, properties: Properties) -> Made:
    name = properties["UserName"]
    user = site.call("iam", "CreateUser", {"UserName": name, **_same(properties)})["User"]
    for group in properties.get("Groups", []):
        site.call("iam", "AddUserToGroup", {"UserName": name, "GroupName": group})
    _hold(site, "User", name, properties)
    return Made(name, {"Arn": user["Arn"]})


def _policy(site: Site, properties: Properties) -> Made:
    document = as_json(properties["PolicyDocument"])
    asked = {"PolicyName": properties["ManagedPolicyName"], "PolicyDocument": document, **_same(properties)}
    arn = site.call("iam", "CreatePolicy", asked)["Policy"]["Arn"]
    for who in ("Role", "Group", "User"):
        for name in properties.get(f"{who}s", []):
            site.call("iam", f"Attach{who}Policy", {f"{who}Name": name, "PolicyArn": arn})
    return Made(arn, {"PolicyArn": arn})


KINDS = {
    "AWS::IAM::Role": Kind(
        _role,
        frozenset({"RoleName", "AssumeRolePolicyDocument"}),
        frozenset({"Path", "Description", "MaxSessionDuration", "PermissionsBoundary", "Tags"}) | _HELD,
    ),
    "AWS::IAM::Group": Kind(_group, frozenset({"GroupName"}), frozenset({"Path"}) | _HELD),
    "AWS::IAM::User": Kind(
        _user, frozenset({"UserName"}), frozenset({"Path", "PermissionsBoundary", "Tags", "Groups"}) | _HELD
    ),
    "AWS::IAM::ManagedPolicy": Kind(
        _policy,
        frozenset({"ManagedPolicyName", "PolicyDocument"}),
        frozenset({"Path", "Description", "Roles", "Groups", "Users"}),
    ),
}
