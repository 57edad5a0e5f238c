"""A way in without root: users with credentials, roles with somebody behind them, and doors that only look open."""

from __future__ import annotations

from typing import Any

import pytest

from tests.controls.iam_facts import (
    ADMINISTRATOR,
    AWS_ADMINISTRATOR,
    account,
    allow,
    deny,
    inline,
    managed,
    policy,
    role,
    row,
    user,
)  # fmt: skip
from tests.controls.judged import ACCOUNT, decisive, only, unread

SLUG = "admin-path-exists"
OTHER = "999988887777"
UNREAD = unread("iam.authorization")
MANAGEMENT = {"AWS": f"arn:aws:iam::{OTHER}:root"}
OWN = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/Okta"
OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
NEEDS_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
NO_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
SSO_PATH = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
SSO_NAME = "AWSReservedSSO_Admins_0123456789abcdef"
SSO = role(SSO_NAME, {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/AWSSSO_1_DO_NOT_DELETE"}, AWS_ADMINISTRATOR,
           path=SSO_PATH)  # fmt: skip


def verdict(*rows: Any, settings: Any = None, **parts: Any) -> Any:
    return only(SLUG, account(*rows, **parts), settings=settings)


def admin_role(trust: Any, **parts: Any) -> Any:
    return role("Admin", trust, ADMINISTRATOR, **parts)


def trusting(principal: Any, action: str = "sts:AssumeRole", **more: Any) -> Any:
    """Return a trust policy of one statement."""
    return policy({"Effect": "Allow", "Principal": principal, "Action": action, **more})


BOB = user("bob", ADMINISTRATOR)
WITH_MFA = user("bob", UserPolicyList=inline(policy(allow(Condition=NEEDS_MFA))))
# A request signed with a bare access key lacks the key: IfExists then holds, Bool alone does not.
SAYS_NO_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "false"}}


@pytest.mark.parametrize(
    ("bob", "credentials", "status"),
    [
        (BOB, row("bob", password="true", mfa="true"), "PASS"),
        (BOB, row("bob", keys=1), "PASS"),
        (BOB, row("bob", access_key_2_active="true"), "PASS"),
        (BOB, row("bob", password="true"), "FAIL"),
        (BOB, row("bob", mfa="true"), "FAIL"),
        (BOB, row("bob"), "FAIL"),
        (BOB, row("bob", password="true", mfa=unread("iam.credential_report")), "UNKNOWN"),
        (BOB, row("bob", password="not_supported", mfa="true"), "UNKNOWN"),
        (BOB, row("bob", access_key_1_active=None), "UNKNOWN"),
        (BOB, row("ann"), "UNKNOWN"),
        (user("bob"), row("bob", keys=1), "FAIL"),
        (user("bob", ADMINISTRATOR, UserPolicyList=inline(policy(deny(Condition=NO_MFA)))), row("bob", keys=1), "FAIL"),
        (user("bob", ADMINISTRATOR, UserPolicyList=inline(policy(deny(Condition=SAYS_NO_MFA)))), row("bob", keys=1),
         "PASS"),
        (user("bob", ADMINISTRATOR, UserPolicyList=inline(policy(deny(
            Condition={"Null": {"aws:MultiFactorAuthAge": "true"}})))), row("bob", keys=1), "FAIL"),
        (WITH_MFA, row("bob", keys=1), "FAIL"),
        (WITH_MFA, row("bob", keys=1, mfa="true"), "PASS"),
        (WITH_MFA, row("bob", password="true", mfa="true"), "PASS"),
        (user("bob", UserPolicyList=inline(policy(allow(UNREAD)))), row("bob", keys=1), "UNKNOWN"),
        (UNREAD, row("bob", keys=1), "UNKNOWN"),
    ],
)  # fmt: skip
def test_users(bob: Any, credentials: Any, status: str) -> None:
    """Password and MFA, or an active key; what the policies ask about MFA is weighed."""
    assert verdict(credentials, users=[bob]).status == status


@pytest.mark.parametrize(
    ("trust", "status"),
    [
        (MANAGEMENT, "PASS"),
        ({"AWS": OTHER}, "PASS"),
        ({"AWS": f"arn:aws:iam::{OTHER}:role/Deploy"}, "PASS"),
        (trusting(MANAGEMENT, Condition={"StringEquals": {"sts:ExternalId": "x"}}), "PASS"),
        (trusting(MANAGEMENT, Condition=NEEDS_MFA), "PASS"),
        (trusting({"AWS": f"arn:aws:iam::{OTHER}:user/dana"}, Condition=NEEDS_MFA), "PASS"),
        (trusting({"AWS": f"arn:aws:iam::{OTHER}:role/Deploy"}, Condition=NEEDS_MFA), "FAIL"),
        (trusting({"AWS": f"arn:aws:iam::{OTHER}:role/Deploy"}, Condition=SAYS_NO_MFA), "PASS"),
        ("*", "PASS"),
        ({"AWS": "AROAEXAMPLEEXAMPLE123"}, "FAIL"),
        ({"AWS": ["AIDAEXAMPLEEXAMPLE123"]}, "FAIL"),
        ({"Service": "ec2.amazonaws.com"}, "FAIL"),
        ({"Service": ["lambda.amazonaws.com"], "AWS": "AROAEXAMPLEEXAMPLE123"}, "FAIL"),
        (trusting(MANAGEMENT, action="sts:TagSession"), "FAIL"),
        (trusting(MANAGEMENT, action="sts:*"), "PASS"),
        (policy(trusting(MANAGEMENT)["Statement"][0], deny("*", Principal="*") | {"Resource": "*"}), "FAIL"),
        (policy(trusting(MANAGEMENT)["Statement"][0],
                {"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": NO_MFA}), "PASS"),
        (policy(trusting(MANAGEMENT)["Statement"][0],
                {"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": {"Odd": {"a": "b"}}}), "UNKNOWN"),
        (policy(trusting(MANAGEMENT)["Statement"][0], {"Effect": "Deny"}), "UNKNOWN"),
        (trusting(MANAGEMENT, Condition={"Odd": {"a": "b"}}), "UNKNOWN"),
        (trusting({"AWS": UNREAD}), "UNKNOWN"),
        (policy({"Effect": "Allow", "NotPrincipal": OWN, "Action": "sts:AssumeRole"}), "UNKNOWN"),
        ({"AWS": "arn:aws:iam::*:root"}, "UNKNOWN"),
        ({"CanonicalUser": "79a5"}, "UNKNOWN"),
        (UNREAD, "UNKNOWN"),
        (policy(), "FAIL"),
        (OWN, "FAIL"),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/gone"}, "FAIL"),
    ],
)  # fmt: skip
def test_trust_from_outside(trust: Any, status: str) -> None:
    """Another account is somebody; a service, a deleted principal and an empty account are nobody."""
    assert verdict(roles=[admin_role(trust)]).status == status


def test_a_role_without_a_trust_policy_is_an_open_question() -> None:
    """AWS always shows one."""
    assert verdict(roles=[admin_role(MANAGEMENT, AssumeRolePolicyDocument=None)]).status == "UNKNOWN"


@pytest.mark.parametrize(
    ("provider", "known", "status"),
    [
        (SAML, {"arns": [OIDC, SAML]}, "PASS"),
        (SAML, {"arns": [OIDC]}, "FAIL"),
        (SAML, {"arns": []}, "FAIL"),
        (SAML, {"arns": [UNREAD]}, "UNKNOWN"),
        (SAML, {"arns": [UNREAD, SAML]}, "UNKNOWN"),
        (SAML, unread("iam.saml_providers"), "UNKNOWN"),
        (SAML, None, "UNKNOWN"),
    ],
)
def test_identity_providers(provider: str, known: Any, status: str) -> None:
    """A provider that was deleted lets nobody in; a list that was not read leaves it open."""
    assert verdict(roles=[admin_role({"Federated": provider})], iam__saml_providers=known).status == status


def test_openid_and_built_in_providers() -> None:
    """Each comes in by its own call."""
    web = "sts:AssumeRoleWithWebIdentity"
    pipeline = trusting({"Federated": OIDC}, web, Condition={"StringLike": {f"{OIDC}:sub": "repo:x/*"}})
    assert verdict(roles=[admin_role(pipeline)], iam__saml_providers={"arns": [OIDC]}).status == "PASS"
    assert verdict(roles=[admin_role(trusting({"Federated": "accounts.google.com"}, web))]).status == "PASS"
    assert verdict(roles=[admin_role(trusting({"Federated": SAML}, web))]).status == "FAIL"


def sets(assignments: Any, name: str = "Admins") -> dict[str, Any]:
    """Return the permission sets provisioned to the account."""
    return {"sets": [{"Name": name, "ManagedPolicies": [], "assignments": assignments}]}


@pytest.mark.parametrize(
    ("known", "status"),
    [
        (sets([{"PrincipalType": "GROUP", "PrincipalId": "g"}]), "PASS"),
        (sets([]), "FAIL"),
        (sets([{"PrincipalType": "GROUP", "PrincipalId": "g"}], name="Readers"), "FAIL"),
        ({"sets": []}, "UNKNOWN"),  # a role of Identity Center exists: such a list missed its permission set
        (sets(UNREAD), "UNKNOWN"),
        (sets(None), "UNKNOWN"),
        ({"sets": [UNREAD]}, "UNKNOWN"),
        (unread("sso.permission_sets"), "UNKNOWN"),
    ],
)
def test_identity_center(known: Any, status: str) -> None:
    """A permission set counts when somebody is assigned to it; whether the provider is listed does not matter."""
    assert verdict(roles=[SSO], sso__permission_sets=known).status == status


def test_identity_center_is_known_by_path_arn_or_name() -> None:
    """Not reading one of them does not turn the role into one of an ordinary provider."""
    for part in ("Path", "Arn", "RoleName"):
        dim = SSO | {part: UNREAD}
        finding = verdict(roles=[dim], sso__permission_sets=sets([]), iam__saml_providers={"arns": [
            f"arn:aws:iam::{ACCOUNT}:saml-provider/AWSSSO_1_DO_NOT_DELETE"]})  # fmt: skip
        assert finding.status != "PASS"


ASSUMES = inline(policy(allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/Admin")))
NAMED = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/ann"}


@pytest.mark.parametrize(
    ("trust", "ann", "credentials", "status"),
    [
        (OWN, user("ann", UserPolicyList=ASSUMES), row("ann", keys=1), "PASS"),
        (OWN, user("ann", UserPolicyList=ASSUMES), row("ann", password="true"), "PASS"),
        (OWN, user("ann", UserPolicyList=ASSUMES), row("ann", mfa="true"), "FAIL"),
        (OWN, user("ann"), row("ann", keys=1), "FAIL"),
        (OWN, user("ann", UserPolicyList=inline(policy(allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/Other")))),
         row("ann", keys=1), "FAIL"),
        (OWN, user("ann", UserPolicyList=[*ASSUMES, *inline(policy(deny("sts:*")))]), row("ann", keys=1), "FAIL"),
        (OWN, user("ann", UserPolicyList=ASSUMES, PermissionsBoundary={"PermissionsBoundaryArn": ADMINISTRATOR}),
         row("ann", keys=1), "PASS"),
        (OWN, user("ann", UserPolicyList=ASSUMES, PermissionsBoundary={"PermissionsBoundaryArn": "arn:x"}),
         row("ann", keys=1), "UNKNOWN"),
        (OWN, user("ann", UserPolicyList=UNREAD), row("ann", keys=1), "UNKNOWN"),
        (OWN, user("ann", UserPolicyList=ASSUMES), row("ann", keys=1, access_key_1_active=None), "UNKNOWN"),
        (NAMED, user("ann"), row("ann", keys=1), "PASS"),
        (NAMED, user("ann"), row("ann"), "FAIL"),
        (NAMED, user("bea"), row("bea", keys=1), "FAIL"),
        (trusting(NAMED, Condition=NEEDS_MFA), user("ann"), row("ann", keys=1), "FAIL"),
        (trusting(NAMED, Condition=NEEDS_MFA), user("ann"), row("ann", keys=1, mfa="true"), "PASS"),
    ],
)  # fmt: skip
def test_users_who_may_assume_the_role(trust: Any, ann: Any, credentials: Any, status: str) -> None:
    """The whole account needs a permission of the user, a named user does not; either needs a credential."""
    assert verdict(credentials, users=[ann], roles=[admin_role(trust)]).status == status


def step(name: str, trust: Any, target: str) -> Any:
    """Return a role that may go on into another one."""
    goes = inline(policy(allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/{target}")))
    return role(name, trust, RolePolicyList=goes)


def own_role(name: str) -> dict[str, str]:
    """Return the principal of a role of this account."""
    return {"AWS": f"arn:aws:iam::{ACCOUNT}:role/{name}"}


def test_by_way_of_other_roles() -> None:
    """Over one role or two, with a permission or by being named; not in a circle that nobody can enter."""
    gate = step("Gate", MANAGEMENT, "Admin")
    assert verdict(roles=[admin_role(OWN), gate]).status == "PASS"
    assert verdict(roles=[admin_role(own_role("Plain")), role("Plain", MANAGEMENT)]).status == "PASS"
    far = step("Far", MANAGEMENT, "Mid")
    assert verdict(roles=[admin_role(OWN), step("Mid", OWN, "Admin"), far]).status == "PASS"
    assert verdict(roles=[admin_role(own_role("Mid")), step("Mid", own_role("Admin"), "Admin")]).status == "FAIL"
    assert verdict(roles=[admin_role(OWN), step("Gate", {"Service": "ec2.amazonaws.com"}, "Admin")]).status == "FAIL"
    assert verdict(roles=[admin_role(OWN), step("Gate", MANAGEMENT, "Other")]).status == "FAIL"
    assert verdict(roles=[admin_role(own_role("Gone")), role("Plain", MANAGEMENT)]).status == "FAIL"
    assert verdict(roles=[admin_role(OWN), gate | {"RolePolicyList": UNREAD}]).status == "UNKNOWN"
    assert verdict(roles=[admin_role(OWN), gate | {"AssumeRolePolicyDocument": UNREAD}]).status == "UNKNOWN"
    assert "by way of another role" in verdict(roles=[admin_role(OWN), gate]).message


def test_power_of_the_role_counts() -> None:
    """A role that is open but bounded or denied is no way in; an unread policy leaves it open."""
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/Boundary"
    limited = admin_role(MANAGEMENT, PermissionsBoundary={"PermissionsBoundaryArn": boundary})
    assert verdict(roles=[limited], policies=[managed(boundary, policy(allow("s3:*")))]).status == "FAIL"
    assert verdict(roles=[limited], policies=[managed(boundary, UNREAD)]).status == "UNKNOWN"
    assert verdict(roles=[admin_role(MANAGEMENT, RolePolicyList=inline(policy(deny())))]).status == "FAIL"
    assert verdict(roles=[role("Reader", MANAGEMENT)]).status == "FAIL"
    assert verdict(roles=[role("Admin", MANAGEMENT, AttachedManagedPolicies=UNREAD)]).status == "UNKNOWN"
    assert verdict(roles=[UNREAD]).status == "UNKNOWN"


def test_a_proven_way_beats_open_questions() -> None:
    """One way is enough, whatever else is unread."""
    assert verdict(users=[UNREAD], roles=[UNREAD, admin_role(MANAGEMENT)]).status == "PASS"


def test_min_paths() -> None:
    """Fewer than wanted fails, unless an open question could fill the gap."""
    two = {"min_paths": 2}
    one = {"roles": [admin_role(MANAGEMENT)]}
    finding = verdict(**one, settings=two)
    assert (finding.status, finding.reason) == ("FAIL", "too_few_paths")
    assert finding.notes == (f"way_in: role Admin (trusts arn:aws:iam::{OTHER}:root)",)
    assert verdict(row("bob", keys=1), users=[BOB], **one, settings=two).status == "PASS"
    assert verdict(users=[BOB], **one, settings=two).status == "UNKNOWN"
    assert verdict(row("bob"), users=[BOB], **one, settings=two).status == "FAIL"


def test_evidence_and_words() -> None:
    """A PASS cites as many ways as it needs and names all; a break-glass user is labelled."""
    glass = user("break-glass-1", AWS_ADMINISTRATOR)
    credentials = row("break-glass-1", password="true", mfa="true")
    finding = verdict(
        credentials, users=[glass], roles=[role("OrganizationAccountAccessRole", MANAGEMENT, ADMINISTRATOR)]
    )
    report = "iam.credential_report.rows[break-glass-1]"
    assert decisive(finding) == {f"{report}.password_enabled": "true", f"{report}.mfa_active": "true"}
    assert finding.message == (
        "2 ways lead into this account as an administrator without root: user break-glass-1 (password and MFA); "
        f"role OrganizationAccountAccessRole (trusts arn:aws:iam::{OTHER}:root)."
    )
    assert finding.notes == ("break_glass: break-glass-1 looks like a break-glass user",)
    key = verdict(row("bob", keys=1), users=[BOB])
    assert decisive(key) == {"iam.credential_report.rows[bob].access_key_1_active": "true"}
    trust = decisive(verdict(roles=[admin_role(MANAGEMENT)]))
    assert set(trust) == {"iam.authorization.roles[Admin].AssumeRolePolicyDocument"}


def test_many_ways_are_listed_in_notes() -> None:
    """The message stays short."""
    finding = verdict(roles=[role(f"Admin{n}", MANAGEMENT, ADMINISTRATOR) for n in range(7)])
    assert finding.message.endswith("and 2 more.")
    assert len(finding.notes) == 7


def test_nobody() -> None:
    """An account without users and roles leaves root alone."""
    finding = verdict()
    assert (finding.status, finding.reason) == ("FAIL", "no_admin_path")


@pytest.mark.parametrize("name", ["iam.authorization", "iam.credential_report"])
@pytest.mark.parametrize("fact", [UNREAD, {}, None, 7, {"users": [], "rows": []}])
def test_unread_facts(name: str, fact: Any) -> None:
    """Both facts are needed, even where a role alone would do."""
    facts = account(roles=[admin_role(MANAGEMENT)])
    assert only(SLUG, facts).status == "PASS"
    assert only(SLUG, facts | {name: fact}).status == "UNKNOWN"


def test_an_open_role_of_unread_power_stays_open_over_another_role() -> None:
    """By way of another role, too, power that could not be read is no proof."""
    unsure = admin_role(OWN, AttachedManagedPolicies=[], RolePolicyList=inline(policy(allow(UNREAD))))
    assert verdict(roles=[unsure, step("Gate", MANAGEMENT, "Admin")]).status == "UNKNOWN"
