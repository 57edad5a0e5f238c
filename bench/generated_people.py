"""Users, groups, roles and policies of a made-up account, in the words of GetAccountAuthorizationDetails.

People come through Identity Center, as they do in organizations of this size: few users are left, roles are many.
"""

from __future__ import annotations

import random
from typing import Any

Json = dict[str, Any]

FIRST = ("alice", "bruno", "chloe", "dario", "elena", "felix", "grace", "henry", "irene", "jonas", "karin", "leo")
LAST = ("meyer", "rossi", "dubois", "novak", "silva", "jansen", "kovacs", "larsen", "moreau", "weber")
APPS = ("billing", "catalog", "checkout", "crm", "data-lake", "identity", "invoices", "mailer", "orders", "reports",
        "search", "shipping", "stock", "web")  # fmt: skip
DUTIES = ("deploy", "execution", "task", "read", "pipeline", "lambda", "backup", "events")
SERVICES = {
    "s3": ("GetObject", "PutObject", "ListBucket", "DeleteObject", "GetBucketLocation"),
    "dynamodb": ("GetItem", "PutItem", "Query", "UpdateItem", "BatchGetItem"),
    "sqs": ("SendMessage", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
    "logs": ("CreateLogStream", "PutLogEvents", "DescribeLogStreams"),
    "ecr": ("GetAuthorizationToken", "BatchGetImage", "GetDownloadUrlForLayer"),
    "kms": ("Decrypt", "GenerateDataKey", "DescribeKey"),
    "secretsmanager": ("GetSecretValue", "DescribeSecret"),
    "ssm": ("GetParameter", "GetParametersByPath"),
}
LINKED = ("autoscaling", "cloudtrail", "config", "ecs", "elasticloadbalancing", "organizations", "rds", "sso",
          "support", "trustedadvisor", "guardduty", "backup")  # fmt: skip


def people(dice: random.Random, count: int) -> list[str]:
    """Return different names of people."""
    return dice.sample([f"{first}.{last}" for first in FIRST for last in LAST], count)


def authorization(dice: random.Random, account: str, users: list[str]) -> Json:
    """Return the whole fact for an account with these users."""
    policies = [_policy(dice, account, app) for app in dice.sample(APPS, 12)]
    arns = [{"PolicyName": policy["PolicyName"], "PolicyArn": policy["Arn"]} for policy in policies]
    linked = [_linked_role(account, name) for name in dice.sample(LINKED, 9)]
    names = dice.sample([f"{app}-{duty}" for app in APPS for duty in DUTIES], 74)
    roles = [_role(dice, account, name, dice.sample(arns, 2)) for name in names]
    return {
        "users": [_user(dice, account, name, dice.sample(arns, 1)) for name in users],
        "groups": [
            _group(account, name, wanted) for name, wanted in (("admins", [_ADMINISTRATOR]), ("developers", arns[:3]))
        ],
        "roles": [*roles, *linked, _entry(account)],
        "policies": [*policies, _administrator_policy(), *(_linked_policy(role) for role in linked)],
    }


_ADMINISTRATOR = {"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}


def _identity(dice: random.Random, prefix: str) -> str:
    return prefix + "".join(dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=17))


def _statements(dice: random.Random, account: str, app: str, count: int) -> Json:
    chosen = dice.sample(sorted(SERVICES), count)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": f"{service.title()}Access",
                "Effect": "Allow",
                "Action": [f"{service}:{action}" for action in SERVICES[service]],
                "Resource": [
                    f"arn:aws:{service}:eu-west-1:{account}:{app}",
                    f"arn:aws:{service}:eu-west-1:{account}:{app}/*",
                ],
            }
            for service in chosen
        ],
    }


def _policy(dice: random.Random, account: str, app: str) -> Json:
    return {
        "PolicyName": f"{app}-access", "PolicyId": _identity(dice, "ANPA"),
        "Arn": f"arn:aws:iam::{account}:policy/{app}-access", "Path": "/", "DefaultVersionId": "v3",
        "AttachmentCount": 4, "PermissionsBoundaryUsageCount": 0, "IsAttachable": True,
        "CreateDate": "2024-03-01T10:11:12Z", "UpdateDate": "2025-03-01T10:11:12Z",
        "PolicyVersionList": [
            {
                "Document": _statements(dice, account, app, 4), "VersionId": "v3", "IsDefaultVersion": True,
                "CreateDate": "2025-03-01T10:11:12Z",
            }
        ],
    }  # fmt: skip


def _administrator_policy() -> Json:
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    return {
        "PolicyName": "AdministratorAccess", "PolicyId": "ANPAIWMBCKSKIEE64ZLYK", "Arn": _ADMINISTRATOR["PolicyArn"],
        "Path": "/", "DefaultVersionId": "v1", "AttachmentCount": 2, "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True, "CreateDate": "2015-02-06T18:39:46Z", "UpdateDate": "2015-02-06T18:39:46Z",
        "PolicyVersionList": [
            {
                "Document": everything, "VersionId": "v1", "IsDefaultVersion": True,
                "CreateDate": "2015-02-06T18:39:46Z",
            }
        ],
    }  # fmt: skip


def _user(dice: random.Random, account: str, name: str, policies: list[Json]) -> Json:
    inline = [{"PolicyName": "own-keys", "PolicyDocument": _statements(dice, account, name, 1)}]
    return {
        "Path": "/", "UserName": name, "UserId": _identity(dice, "AIDA"), "Arn": f"arn:aws:iam::{account}:user/{name}",
        "CreateDate": "2024-02-01T09:00:00Z", "GroupList": [dice.choice(("admins", "developers", "developers"))],
        "AttachedManagedPolicies": policies, "UserPolicyList": inline if dice.random() < 0.3 else [],
        "Tags": [{"Key": "owner", "Value": f"{name}@example.com"}, {"Key": "cost-centre", "Value": "4711"}],
    }  # fmt: skip


def _group(account: str, name: str, policies: list[Json]) -> Json:
    return {
        "Path": "/", "GroupName": name, "GroupId": f"AGPA{name.upper():X<17}", "CreateDate": "2024-02-01T09:00:00Z",
        "Arn": f"arn:aws:iam::{account}:group/{name}", "GroupPolicyList": [], "AttachedManagedPolicies": policies,
    }  # fmt: skip


def _trust(principal: Json, action: str = "sts:AssumeRole") -> Json:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": action}]}


def _role(dice: random.Random, account: str, name: str, policies: list[Json]) -> Json:
    service = dice.choice(("lambda", "ecs-tasks", "ec2", "codebuild", "states"))
    return {
        "Path": "/", "RoleName": name, "RoleId": _identity(dice, "AROA"), "Arn": f"arn:aws:iam::{account}:role/{name}",
        "CreateDate": "2024-05-01T09:00:00Z",
        "AssumeRolePolicyDocument": _trust({"Service": f"{service}.amazonaws.com"}),
        "InstanceProfileList": [], "AttachedManagedPolicies": policies,
        "RolePolicyList": [{"PolicyName": "inline", "PolicyDocument": _statements(dice, account, name, 2)}],
        "Tags": [{"Key": "app", "Value": name.rsplit("-", 1)[0]}, {"Key": "managed-by", "Value": "terraform"}],
        "RoleLastUsed": {"LastUsedDate": f"2026-11-{dice.randint(1, 22):02}T07:00:00Z", "Region": "eu-west-1"},
    }  # fmt: skip


def _linked_role(account: str, service: str) -> Json:
    name, path = f"AWSServiceRoleFor{service.title()}", f"/aws-service-role/{service}.amazonaws.com/"
    policy = f"{service.title()}ServiceRolePolicy"
    return {
        "Path": path, "RoleName": name, "RoleId": f"AROA{service.upper():A<17}",
        "Arn": f"arn:aws:iam::{account}:role{path}{name}", "CreateDate": "2024-05-01T09:00:00Z",
        "AssumeRolePolicyDocument": _trust({"Service": f"{service}.amazonaws.com"}), "InstanceProfileList": [],
        "AttachedManagedPolicies": [
            {"PolicyName": policy, "PolicyArn": f"arn:aws:iam::aws:policy/aws-service-role/{policy}"}
        ],
        "RolePolicyList": [], "Tags": [],
        "RoleLastUsed": {"LastUsedDate": "2026-11-22T07:00:00Z", "Region": "eu-west-1"},
    }  # fmt: skip


def _linked_policy(role: Json) -> Json:
    """Return the policy of AWS's own that a service-linked role holds; AWS lists it among the attached ones."""
    service = role["Path"].split("/")[2].partition(".")[0]
    actions = [f"{service}:{verb}{noun}" for verb in ("Describe", "List", "Get") for noun in ("*", "Tags", "Resources")]
    statements = [
        {"Effect": "Allow", "Action": actions, "Resource": "*"},
        {
            "Effect": "Allow", "Action": ["ec2:CreateNetworkInterface", "ec2:DescribeSubnets"],
            "Resource": "arn:aws:ec2:*:*:*",
            "Condition": {"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}},
        },
    ]  # fmt: skip
    attached = role["AttachedManagedPolicies"][0]
    return {
        "PolicyName": attached["PolicyName"], "PolicyId": f"ANPA{service.upper():B<17}", "Arn": attached["PolicyArn"],
        "Path": "/aws-service-role/", "DefaultVersionId": "v4", "AttachmentCount": 1, "IsAttachable": True,
        "PermissionsBoundaryUsageCount": 0, "CreateDate": "2018-01-01T00:00:00Z",
        "PolicyVersionList": [
            {
                "Document": {"Version": "2012-10-17", "Statement": statements}, "VersionId": "v4",
                "IsDefaultVersion": True, "CreateDate": "2023-01-01T00:00:00Z",
            }
        ],
    }  # fmt: skip


def _entry(account: str) -> Json:
    return {
        "Path": "/", "RoleName": "OrganizationAccountAccessRole", "RoleId": "AROAENTRY0000000000001",
        "Arn": f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole", "CreateDate": "2024-05-01T09:00:00Z",
        "AssumeRolePolicyDocument": _trust({"AWS": "arn:aws:iam::100000000000:root"}), "InstanceProfileList": [],
        "AttachedManagedPolicies": [_ADMINISTRATOR], "RolePolicyList": [], "Tags": [], "RoleLastUsed": {},
    }  # fmt: skip
