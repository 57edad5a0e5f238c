"""IAM's big picture of an account: users, roles, groups and policies, without AWS's unattached ones."""

from __future__ import annotations

import json

from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry, error_of  # noqa: F401

STATEMENT = {"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}
LITTLE = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})
SECURITY_AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
POWER = "arn:aws:iam::aws:policy/PowerUserAccess"


def furnish(iam) -> None:
    """Put users, groups, roles and policies into an account."""
    trust = {"Effect": "Allow", "Principal": {"AWS": MANAGEMENT}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    for number in range(3):
        iam.create_user(UserName=f"user-{number}", Tags=[{"Key": "owner", "Value": "someone"}])
        iam.create_role(RoleName=f"role-{number}", AssumeRolePolicyDocument=document)
    iam.create_group(GroupName="admins")
    iam.create_policy(PolicyName="mine", PolicyDocument=LITTLE)
    iam.attach_role_policy(RoleName="role-0", PolicyArn=SECURITY_AUDIT)
    iam.attach_group_policy(GroupName="admins", PolicyArn=SECURITY_AUDIT)
    iam.put_user_policy(UserName="user-0", PolicyName="inline", PolicyDocument=LITTLE)
    iam.add_user_to_group(UserName="user-0", GroupName="admins")
    iam.put_user_permissions_boundary(UserName="user-1", PermissionsBoundary=POWER)


def test_authorization_details_hold_what_is_used(lab: Lab):
    """Customer policies, and of AWS's own only those attached or used as a boundary; documents arrive decoded."""
    iam = client(lab, "iam", entry(lab))
    furnish(iam)
    iam.list_policies(Scope="AWS")  # AWS's 1,500 are listed, and stay out of what follows
    details = iam.get_account_authorization_details()
    policies = {one["PolicyName"]: one for one in details["Policies"]}
    assert set(policies) == {"mine", "SecurityAudit", "PowerUserAccess"}
    assert (
        policies["SecurityAudit"]["AttachmentCount"],
        policies["PowerUserAccess"]["PermissionsBoundaryUsageCount"],
    ) == (2, 1)
    document = policies["SecurityAudit"]["PolicyVersionList"][0]["Document"]
    assert document["Statement"][0]["Effect"] == "Allow"
    users = {one["UserName"]: one for one in details["UserDetailList"]}
    assert users["user-0"]["GroupList"] == ["admins"]
    assert users["user-0"]["UserPolicyList"][0]["PolicyDocument"]["Version"] == "2012-10-17"
    assert users["user-1"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == POWER
    assert users["user-0"]["Tags"] == [{"Key": "owner", "Value": "someone"}]
    roles = {one["RoleName"]: one for one in details["RoleDetailList"]}
    assert roles["role-0"]["AttachedManagedPolicies"] == [{"PolicyName": "SecurityAudit", "PolicyArn": SECURITY_AUDIT}]
    assert roles["role-1"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"AWS": MANAGEMENT}


def test_authorization_details_come_in_pages(lab: Lab):
    """MaxItems and Marker go through everything once; a marker is bound to its filter; filters choose kinds."""
    iam = client(lab, "iam", entry(lab))
    furnish(iam)
    pages = list(iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 4}))
    lists = ("Policies", "UserDetailList", "RoleDetailList", "GroupDetailList")
    assert [sum(len(page[name]) for name in lists) for page in pages] == [4, 4, 2]
    assert len({one["Arn"] for page in pages for name in lists for one in page[name]}) == 10
    only = iam.get_account_authorization_details(Filter=["Role", "LocalManagedPolicy"])
    assert [len(only[name]) for name in lists] == [1, 0, 3, 0]
    first = iam.get_account_authorization_details(MaxItems=1)
    again = {"Marker": first["Marker"], "Filter": ["User"]}
    assert error_of(iam.get_account_authorization_details, **again) == ("ValidationError", 400)
    assert error_of(iam.get_account_authorization_details, Filter=["Nobody"]) == ("ValidationError", 400)


def test_aws_managed_policies_are_there_when_asked_for(lab: Lab):
    """Each can be read, attached and listed with its entities, without being loaded into every account."""
    iam = client(lab, "iam", entry(lab))
    furnish(iam)
    version = iam.get_policy(PolicyArn=SECURITY_AUDIT)["Policy"]["DefaultVersionId"]
    assert iam.get_policy_version(PolicyArn=SECURITY_AUDIT, VersionId=version)["PolicyVersion"]["Document"]["Statement"]
    holders = iam.list_entities_for_policy(PolicyArn=SECURITY_AUDIT)
    assert [one["RoleName"] for one in holders["PolicyRoles"]] == ["role-0"]
    assert [one["PolicyName"] for one in iam.list_policies(Scope="Local")["Policies"]] == ["mine"]
    aws = [one for page in iam.get_paginator("list_policies").paginate(Scope="AWS") for one in page["Policies"]]
    assert len(aws) > 1000
    missing = {"RoleName": "role-0", "PolicyArn": "arn:aws:iam::aws:policy/NoSuchThing"}
    assert error_of(iam.attach_role_policy, **missing) == ("NoSuchEntity", 404)


def test_a_user_is_deleted_last(lab: Lab):
    """Keys, passwords and groups must go first; users come in pages."""
    iam = client(lab, "iam", entry(lab))
    iam.create_user(UserName="person")
    key = iam.create_access_key(UserName="person")["AccessKey"]["AccessKeyId"]
    assert error_of(iam.delete_user, UserName="person") == ("DeleteConflict", 409)
    iam.delete_access_key(UserName="person", AccessKeyId=key)
    iam.delete_user(UserName="person")
    for number in range(5):
        iam.create_user(UserName=f"user-{number}")
    pages = list(iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["Users"]) for page in pages] == [2, 2, 1]
