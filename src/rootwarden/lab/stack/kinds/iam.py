"""Roles and managed policies of IAM."""

from __future__ import annotations

from rootwarden.lab.stack.kind import Kind, Properties, as_json
from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.values import Made


def _role(site: Site, properties: Properties) -> Made:
    name = properties["RoleName"]
    asked = {"RoleName": name, "AssumeRolePolicyDocument": as_json(properties["AssumeRolePolicyDocument"])}
    if "Description" in properties:
        asked["Description"] = properties["Description"]
    role = site.call("iam", "CreateRole", asked)["Role"]
    for arn in properties.get("ManagedPolicyArns", []):
        site.call("iam", "AttachRolePolicy", {"RoleName": name, "PolicyArn": arn})
    for one in properties.get("Policies", []):
        document = as_json(one["PolicyDocument"])
        site.call(
            "iam", "PutRolePolicy", {"RoleName": name, "PolicyName": one["PolicyName"], "PolicyDocument": document}
        )
    return Made(name, {"Arn": role["Arn"], "RoleId": role["RoleId"]})


def _policy(site: Site, properties: Properties) -> Made:
    document = as_json(properties["PolicyDocument"])
    asked = {"PolicyName": properties["ManagedPolicyName"], "PolicyDocument": document}
    arn = site.call("iam", "CreatePolicy", asked)["Policy"]["Arn"]
    return Made(arn, {"PolicyArn": arn})


KINDS = {
    "AWS::IAM::Role": Kind(
        _role,
        frozenset({"RoleName", "AssumeRolePolicyDocument"}),
        frozenset({"Description", "ManagedPolicyArns", "Policies"}),
    ),
    "AWS::IAM::ManagedPolicy": Kind(_policy, frozenset({"ManagedPolicyName", "PolicyDocument"})),
}
