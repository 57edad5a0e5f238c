"""An organization as each of its accounts sees it, and the rules of its root features and delegated administrators."""

from __future__ import annotations

import json

from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry, error_of, organize  # noqa: F401


def test_members_see_their_organization_and_nothing_more(lab: Lab):
    """DescribeOrganization works everywhere; lists are for the management account and delegated administrators."""
    delegate, member = organize(lab, "delegate", "member")
    management = client(lab, "organizations", entry(lab))
    there = client(lab, "organizations", entry(lab, member))
    assert there.describe_organization()["Organization"]["MasterAccountId"] == MANAGEMENT
    for call in (there.list_accounts, there.list_roots, there.list_aws_service_access_for_organization):
        assert error_of(call) == ("AccessDeniedException", 400)
    management.register_delegated_administrator(AccountId=delegate, ServicePrincipal="iam.amazonaws.com")
    admin = client(lab, "organizations", entry(lab, delegate))
    assert {one["Id"] for one in admin.list_accounts()["Accounts"]} == {MANAGEMENT, delegate, member}
    assert error_of(admin.create_account, Email="x@example.com", AccountName="x") == ("AccessDeniedException", 400)
    outside = client(lab, "organizations", entry(lab, "999999999999"))
    assert error_of(outside.describe_organization) == ("AWSOrganizationsNotInUseException", 400)


def test_accounts_come_in_pages_with_state_and_status(lab: Lab):
    """Twenty a page at most; a closed account is SUSPENDED in the old field and CLOSED in the new one, and shut."""
    members = organize(lab, *(f"member-{number}" for number in range(24)))
    organizations = client(lab, "organizations", entry(lab))
    organizations.close_account(AccountId=members[3])
    pages = list(organizations.get_paginator("list_accounts").paginate())
    assert [len(page["Accounts"]) for page in pages] == [20, 5]
    found = {one["Id"]: (one["State"], one["Status"]) for page in pages for one in page["Accounts"]}
    assert set(found) == {MANAGEMENT, *members}
    assert found[members[3]] == ("CLOSED", "SUSPENDED")
    assert found[members[4]] == ("ACTIVE", "ACTIVE")
    arn = "arn:aws:iam::{}:role/OrganizationAccountAccessRole"
    sts = client(lab, "sts", entry(lab))
    assert error_of(sts.assume_role, RoleArn=arn.format(members[3]), RoleSessionName="me") == ("AccessDenied", 403)
    assert sts.assume_role(RoleArn=arn.format(members[4]), RoleSessionName="me")["Credentials"]


def test_root_features_need_organization_trust_and_the_right_account(lab: Lab):
    """Each missing condition has its own error; a delegate may list and disable, only the management account enable."""
    iam = client(lab, "iam", entry(lab))
    assert error_of(iam.list_organizations_features) == ("OrganizationNotFoundException", 400)
    organizations = client(lab, "organizations", entry(lab))
    organizations.create_organization(FeatureSet="ALL")
    made = organizations.create_account(Email="d@example.com", AccountName="d")["CreateAccountStatus"]["AccountId"]
    assert error_of(iam.list_organizations_features) == ("ServiceAccessNotEnabledException", 400)
    assert error_of(iam.enable_organizations_root_sessions) == ("ServiceAccessNotEnabledException", 400)
    refused = error_of(
        organizations.register_delegated_administrator, AccountId=made, ServicePrincipal="iam.amazonaws.com"
    )
    assert refused == ("ConstraintViolationException", 400)
    organizations.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    delegate = client(lab, "iam", entry(lab, made))
    nobody = ("AccountNotManagementOrDelegatedAdministratorException", 400)
    assert error_of(delegate.list_organizations_features) == nobody
    organizations.register_delegated_administrator(AccountId=made, ServicePrincipal="iam.amazonaws.com")
    assert error_of(delegate.enable_organizations_root_sessions) == ("CallerIsNotManagementAccountException", 400)
    iam.enable_organizations_root_credentials_management()
    both = iam.enable_organizations_root_sessions()
    assert both["EnabledFeatures"] == ["RootSessions", "RootCredentialsManagement"]
    assert both["OrganizationId"] == organizations.describe_organization()["Organization"]["Id"]
    assert delegate.disable_organizations_root_sessions()["EnabledFeatures"] == ["RootCredentialsManagement"]
    off = error_of(organizations.disable_aws_service_access, ServicePrincipal="iam.amazonaws.com")
    assert off == ("ConstraintViolationException", 400)


def test_consolidated_billing_has_no_root_features(lab: Lab):
    """Without all features the error says so."""
    client(lab, "organizations", entry(lab)).create_organization(FeatureSet="CONSOLIDATED_BILLING")
    found = error_of(client(lab, "iam", entry(lab)).list_organizations_features)
    assert found == ("OrganizationNotInAllFeaturesModeException", 400)


def test_services_are_trusted_and_delegated_by_name(lab: Lab):
    """iam, cloudtrail and sso are known, a typing error is not; administrators are listed by service."""
    (member,) = organize(lab, "member")
    organizations = client(lab, "organizations", entry(lab))
    for name in ("cloudtrail.amazonaws.com", "sso.amazonaws.com"):
        organizations.enable_aws_service_access(ServicePrincipal=name)
        organizations.register_delegated_administrator(AccountId=member, ServicePrincipal=name)
    wrong = error_of(organizations.enable_aws_service_access, ServicePrincipal="iamm.amazonaws.com")
    assert wrong == ("InvalidInputException", 400)
    trusted = organizations.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert {one["ServicePrincipal"] for one in trusted} == {
        f"{name}.amazonaws.com" for name in ("iam", "cloudtrail", "sso")
    }
    listed = organizations.list_delegated_administrators(ServicePrincipal="cloudtrail.amazonaws.com")
    assert [one["Id"] for one in listed["DelegatedAdministrators"]] == [member]
    assert (
        organizations.list_delegated_administrators(ServicePrincipal="iam.amazonaws.com")["DelegatedAdministrators"]
        == []
    )


def test_policies_are_attached_only_where_their_type_is_on(lab: Lab):
    """A policy that is no JSON is refused, and so is attaching before the type is enabled, or twice."""
    organize(lab)
    organizations = client(lab, "organizations", entry(lab))
    asked = {"Name": "deny-root", "Description": "", "Type": "SERVICE_CONTROL_POLICY"}
    broken = error_of(organizations.create_policy, Content="{", **asked)
    assert broken == ("MalformedPolicyDocumentException", 400)
    made = organizations.create_policy(Content=json.dumps({"Version": "2012-10-17", "Statement": []}), **asked)
    policy, root = made["Policy"]["PolicySummary"]["Id"], organizations.list_roots()["Roots"][0]["Id"]
    attach = {"PolicyId": policy, "TargetId": root}
    assert error_of(organizations.attach_policy, **attach) == ("PolicyTypeNotEnabledException", 400)
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    organizations.attach_policy(**attach)
    assert error_of(organizations.attach_policy, **attach) == ("DuplicatePolicyAttachmentException", 400)
