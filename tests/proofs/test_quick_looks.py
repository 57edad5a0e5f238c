"""Quick looks agree with the careful reading, whatever stands in the snapshot: they are quicker, never kinder."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.account_line import Authorization, read_account
from rootwarden.model.shared import Shared
from rootwarden.model.snapshot import Facts
from rootwarden.model.view import Subject, View
from rootwarden.proofs.alert_paths import AlertPaths, _read_with_care, alert_paths
from rootwarden.proofs.iam_directory import Directory
from rootwarden.proofs.iam_users import account_role
from rootwarden.proofs.role_doors import read_role
from tests.laws.effort import tried
from tests.proofs.policies import json_values

ACCOUNT = "111122223333"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
OWN = f"arn:aws:iam::{ACCOUNT}:policy/own"
MARK = {"_unknown": {"why": "AccessDenied", "call": "iam.GetAccountAuthorizationDetails", "missing": []}}
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:alerts"


def mostly(*usual: Any) -> st.SearchStrategy[Any]:
    """Return values that are as AWS writes them most often, else anything at all or the mark of an unread one."""
    return st.integers(0, 19).flatmap(
        lambda n: st.just(MARK) if n == 0 else json_values if n == 1 else st.sampled_from(usual)
    )


def an_object(fields: dict[str, st.SearchStrategy[Any]], *optional: str) -> st.SearchStrategy[Any]:
    """Return objects with these fields, some left out; now and then with a mark beside them, or something else."""
    whole = st.fixed_dictionaries(
        {name: value for name, value in fields.items() if name not in optional},
        optional={**{name: fields[name] for name in optional}, "Tags": mostly([], [{"Key": "a", "Value": "\u00e9"}])},
    )
    marked = whole.map(lambda item: {**item, **MARK})
    return st.integers(0, 29).flatmap(lambda n: marked if n == 0 else json_values if n == 1 else whole)


statements = an_object(
    {
        "Effect": mostly("Allow", "Allow", "Deny"),
        "Action": mostly("*", "s3:GetObject", "iam:*", "IAM:*", "?am:*", ["s3:*", "i*"], ["s3:Get"], [], ["", "*"]),
        "NotAction": mostly("s3:*", ["iam:*"]),
        "Resource": mostly("*", "arn:aws:s3:::x", ["*"]),
    },
    "NotAction", "Action", "Effect",
)  # fmt: skip
documents = an_object(
    {"Version": mostly("2012-10-17"), "Statement": st.one_of(st.lists(statements, max_size=3), statements)}
)
attached = st.lists(an_object({"PolicyArn": mostly(ADMIN, OWN, OWN, "arn:aws:iam::aws:policy/Unlisted")}), max_size=2)
inline = st.lists(an_object({"PolicyName": mostly("inline"), "PolicyDocument": documents}), max_size=2)
roles = an_object(
    {
        "RoleName": mostly("one", "two", ""),
        "Arn": mostly(f"arn:aws:iam::{ACCOUNT}:role/one", f"arn:aws:iam::{ACCOUNT}:role/x/two"),
        "Path": mostly("/", "/x/"),
        "AssumeRolePolicyDocument": documents,
        "AttachedManagedPolicies": st.one_of(attached, mostly([], None)),
        "RolePolicyList": st.one_of(inline, mostly([], None)),
        "PermissionsBoundary": mostly({"PermissionsBoundaryArn": OWN}, None),
    },
    "Path", "RolePolicyList", "PermissionsBoundary", "AssumeRolePolicyDocument",
)  # fmt: skip
policies = an_object(
    {
        "Arn": mostly(OWN, ADMIN),
        "PolicyVersionList": st.lists(
            an_object({"Document": documents, "IsDefaultVersion": mostly(True, False)}, "IsDefaultVersion"), max_size=2
        ),
    }
)


def seen(own: Facts) -> View:
    """Return a view of an account with these facts."""
    return View(Subject(account=ACCOUNT, partition="aws"), own, Facts({}), Shared())


def candidates(own: Facts) -> list[Any]:
    """Return what is known of each role that may administer: name, ARN, policies, boundary and whom it trusts."""
    view = seen(own)
    directory = Directory(view)
    found = []
    for number, role in directory.powerful_roles():
        named = account_role(role, number, view)
        holdings = directory.of_role(role, named.path) if isinstance(role, dict) else None
        told = None if holdings is None else (holdings.policies, list(map(str, holdings.doubts)), holdings.boundary)
        found.append((number, named.name, named.arn, told, read_role(named).trust))
    return found


@tried
@given(st.lists(roles, max_size=3), st.lists(policies, max_size=3))
def test_roles_at_a_glance(some_roles: list[Any], some_policies: list[Any]) -> None:
    """Taken apart in a line or read as a whole, the same roles may administer, with the same policies and doors."""
    fact = {"users": [], "groups": [], "roles": some_roles, "policies": some_policies}
    line = msgspec.json.encode({"account": ACCOUNT, "facts": {"iam.authorization": fact}})
    read = read_account(line, "file", 1).facts
    assert isinstance(read["iam.authorization"], Authorization)
    plain = msgspec.json.decode(line)["facts"]
    assert candidates(Facts(read)) == candidates(Facts(plain))


targets = an_object({"Arn": mostly(TOPIC, TOPIC, "arn:aws:lambda:eu-west-1:1:function:x", "x"), "RoleArn": mostly("r")},
                    "RoleArn")  # fmt: skip
rules = an_object(
    {
        "region": mostly("eu-west-1", ""),
        "Name": mostly("rule"),
        "Arn": mostly("arn:aws:events:rule"),
        "targets": st.lists(targets, max_size=2),
    },
    "region", "Arn",
)  # fmt: skip
alarms = st.lists(
    an_object(
        {
            "AlarmName": mostly("alarm", ""),
            "AlarmArn": mostly("arn:aws:cloudwatch:alarm"),
            "AlarmActions": mostly([TOPIC], [TOPIC, TOPIC], [], ["arn:aws:automate:eu-west-1:ec2:stop"], None),
        },
        "AlarmArn", "AlarmActions",
    ),
    max_size=2,
)  # fmt: skip
regions = an_object(
    {"region": mostly("eu-west-1", "", "us-east-1"), "MetricAlarms": alarms, "CompositeAlarms": alarms,
     "LogAlarms": alarms},
    "LogAlarms",
)  # fmt: skip


def said(paths: AlertPaths) -> Any:
    """Return what was found of who sends where, in a form that can be compared."""
    return dict(paths.publishers), [(gap.fact, gap.region, str(gap.error)) for gap in paths.gaps]


@tried
@given(st.lists(regions, max_size=2), st.lists(rules, max_size=2))
def test_alarms_at_a_glance(some_regions: list[Any], some_rules: list[Any]) -> None:
    """Alarms and rules send to the same topics by either reading, and the same of them is unread."""
    line = msgspec.json.encode({"account": ACCOUNT, "facts": {"cloudwatch.alarms": some_regions,
                                                              "events.rules": some_rules}})  # fmt: skip
    own = Facts(read_account(line, "file", 1).facts)
    assert said(alert_paths(seen(own))) == said(_read_with_care(seen(own)))


def test_what_is_passed_over_must_be_legible() -> None:
    """Bytes that are no text, in a field that no quick look reads, make the fact unread as ever."""
    line = (
        b'{"account":"111122223333","facts":{"events.rules":[],"cloudwatch.alarms":[{"region":"eu-west-1",'
        b'"Note":"\xff","MetricAlarms":[],"CompositeAlarms":[]}]}}'
    )
    own = Facts(read_account(line, "file", 1).facts)
    assert [gap.fact for gap in alert_paths(seen(own)).gaps] == ["cloudwatch.alarms"]
