"""Account Management, Budgets, Cost Explorer and Identity Center in the lab answer as AWS does."""

from __future__ import annotations

import urllib.request
from datetime import UTC, datetime
from typing import Any

import pytest

from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry, error_of, organize  # noqa: F401

ADDRESS = {
    "FullName": "Ada",
    "AddressLine1": "1 Example Street",
    "City": "Berlin",
    "StateOrRegion": "Berlin",
    "PostalCode": "10115",
    "CountryCode": "DE",
    "PhoneNumber": "+49 30 5550100",
}
CONTACT = {"Name": "Duty", "Title": "Officer", "EmailAddress": "duty@example.com", "PhoneNumber": "+1 555 0100"}


def test_regions_have_three_states(lab: Lab):
    """Default Regions cannot be changed, the others are off until turned on; the list comes in pages."""
    account = client(lab, "account", entry(lab))
    states = {}
    for page in account.get_paginator("list_regions").paginate(PaginationConfig={"PageSize": 10}):
        states |= {one["RegionName"]: one["RegionOptStatus"] for one in page["Regions"]}
    assert (states["us-east-1"], states["af-south-1"], len(states)) == ("ENABLED_BY_DEFAULT", "DISABLED", 34)
    account.enable_region(RegionName="af-south-1")
    assert account.get_region_opt_status(RegionName="af-south-1")["RegionOptStatus"] == "ENABLED"
    enabled = account.list_regions(RegionOptStatusContains=["ENABLED"])["Regions"]
    assert [one["RegionName"] for one in enabled] == ["af-south-1"]
    account.disable_region(RegionName="af-south-1")
    assert account.get_region_opt_status(RegionName="af-south-1")["RegionOptStatus"] == "DISABLED"
    assert error_of(account.disable_region, RegionName="us-east-1") == ("ValidationException", 400)


def test_contacts_are_kept_and_missed(lab: Lab):
    """A contact that is not there is ResourceNotFoundException, before and after it was."""
    account = client(lab, "account", entry(lab))
    security = {"AlternateContactType": "SECURITY"}
    assert error_of(account.get_alternate_contact, **security) == ("ResourceNotFoundException", 404)
    account.put_alternate_contact(**security, **CONTACT)
    assert account.get_alternate_contact(**security)["AlternateContact"] == security | CONTACT
    account.delete_alternate_contact(**security)
    assert error_of(account.get_alternate_contact, **security) == ("ResourceNotFoundException", 404)
    assert error_of(account.get_contact_information) == ("ResourceNotFoundException", 404)
    account.put_contact_information(ContactInformation=ADDRESS)
    assert account.get_contact_information()["ContactInformation"] == ADDRESS


def test_contacts_are_refused_as_aws_refuses_them(lab: Lab):
    """Too long, of another form, without the state that some countries ask for: nothing of it is kept, or repeated."""
    account = client(lab, "account", entry(lab))
    security = {"AlternateContactType": "SECURITY"} | CONTACT
    for name, value in (("EmailAddress", "duty"), ("PhoneNumber", "x" * 5), ("Title", "x" * 51)):
        assert error_of(account.put_alternate_contact, **security | {name: value}) == ("ValidationException", 400)
    for name, value in (("PhoneNumber", "030 5550100"), ("FullName", "x" * 51), ("CountryCode", "DEU")):
        wrong = ADDRESS | {name: value}
        with pytest.raises(account.exceptions.ValidationException) as refused:
            account.put_contact_information(ContactInformation=wrong)
        assert value not in str(refused.value)
    for country in ("US", "CA", "GB", "DE", "JP", "IN", "BR", "FR"):
        bare = {name: value for name, value in ADDRESS.items() if name != "StateOrRegion"} | {"CountryCode": country}
        if country == "FR":
            account.put_contact_information(ContactInformation=bare)
        else:
            asked = error_of(account.put_contact_information, ContactInformation=bare)
            assert asked == ("ValidationException", 400)
    assert account.get_contact_information()["ContactInformation"]["CountryCode"] == "FR"
    assert error_of(account.get_alternate_contact, AlternateContactType="SECURITY")[0] == "ResourceNotFoundException"


def test_only_administrators_may_name_a_member(lab: Lab):
    """Naming an account needs trusted access, and the management account or a delegated administrator."""
    member, helper = organize(lab, "member", "helper")
    here, there = client(lab, "account", entry(lab)), client(lab, "account", entry(lab, helper))
    assert error_of(here.get_primary_email, AccountId=member) == ("AccessDeniedException", 403)
    organizations = client(lab, "organizations", entry(lab))
    organizations.enable_aws_service_access(ServicePrincipal="account.amazonaws.com")
    assert here.get_primary_email(AccountId=member)["PrimaryEmail"] == "member@example.com"
    assert error_of(here.get_primary_email, AccountId=MANAGEMENT) == ("AccessDeniedException", 403)
    assert error_of(there.get_primary_email, AccountId=member) == ("AccessDeniedException", 403)
    organizations.register_delegated_administrator(AccountId=helper, ServicePrincipal="account.amazonaws.com")
    there.put_alternate_contact(AccountId=member, AlternateContactType="BILLING", **CONTACT)
    own = client(lab, "account", entry(lab, member)).get_alternate_contact(AlternateContactType="BILLING")
    assert own["AlternateContact"]["Name"] == "Duty"
    assert error_of(there.get_contact_information, AccountId="999999999999") == ("AccessDeniedException", 403)


ACTUAL = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}


def budget(lab: Lab, **more: Any) -> Any:
    """Create a budget of 100 USD with one alert and return the client."""
    budgets = client(lab, "budgets", entry(lab))
    wanted = {"BudgetName": "all", "BudgetType": "COST", "TimeUnit": "MONTHLY"}
    limit = {"BudgetLimit": {"Amount": "100", "Unit": "USD"}}
    alert = {"Notification": ACTUAL, "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "a@example.com"}]}
    budgets.create_budget(AccountId=MANAGEMENT, Budget=wanted | limit | more, NotificationsWithSubscribers=[alert])
    return budgets


NAMED = {"AccountId": MANAGEMENT, "BudgetName": "all"}


def test_subscribers_of_a_budget_can_be_read_back(lab: Lab):
    """Recipients are added, listed, refused twice and beyond eleven, and removed; the last takes the alert along."""
    budgets = budget(lab)
    about = NAMED | {"Notification": ACTUAL}
    for number in range(10):
        budgets.create_subscriber(**about, Subscriber={"SubscriptionType": "EMAIL", "Address": f"{number}@example.com"})
    again = {"SubscriptionType": "EMAIL", "Address": "3@example.com"}
    assert error_of(budgets.create_subscriber, **about, Subscriber=again)[0] == "DuplicateRecordException"
    more = {"SubscriptionType": "SNS", "Address": "arn:aws:sns:eu-west-1:111122223333:alerts"}
    assert error_of(budgets.create_subscriber, **about, Subscriber=more)[0] == "CreationLimitExceededException"
    listed = budgets.describe_subscribers_for_notification(**about)["Subscribers"]
    assert [one["Address"] for one in listed] == ["a@example.com", *(f"{number}@example.com" for number in range(10))]
    for one in listed:
        budgets.delete_subscriber(**about, Subscriber=one)
    assert budgets.describe_notifications_for_budget(**NAMED)["Notifications"] == []
    assert error_of(budgets.describe_subscribers_for_notification, **about)[0] == "NotFoundException"


def test_spend_decides_the_state_of_an_alert(lab: Lab):
    """An alert is in state ALARM once the spend is over its line; a budget can be changed and keeps its alerts.

    What was calculated of it drops to zero then (AWS Budgets API Reference, UpdateBudget).
    """
    spent = {"ActualSpend": {"Amount": "90", "Unit": "USD"}, "ForecastedSpend": {"Amount": "120", "Unit": "USD"}}
    budgets = budget(lab, CalculatedSpend=spent)
    (alert,) = budgets.describe_notifications_for_budget(**NAMED)["Notifications"]
    assert (alert["NotificationState"], alert["ThresholdType"]) == ("ALARM", "PERCENTAGE")
    new = {"BudgetName": "all", "BudgetType": "COST", "TimeUnit": "MONTHLY"}
    budgets.update_budget(AccountId=MANAGEMENT, NewBudget=new | {"BudgetLimit": {"Amount": "1000", "Unit": "USD"}})
    (found,) = budgets.describe_budgets(AccountId=MANAGEMENT)["Budgets"]
    assert (found["BudgetLimit"]["Amount"], found["CalculatedSpend"]["ActualSpend"]["Amount"]) == ("1000", "0")
    assert budgets.describe_notifications_for_budget(**NAMED)["Notifications"][0]["NotificationState"] == "OK"


def test_budgets_that_are_not_there_or_not_ours(lab: Lab):
    """An unknown budget is NotFoundException, another account's is AccessDeniedException."""
    budgets = client(lab, "budgets", entry(lab))
    assert error_of(budgets.describe_notifications_for_budget, **NAMED)[0] == "NotFoundException"
    assert error_of(budgets.describe_budgets, AccountId="999999999999")[0] == "AccessDeniedException"
    assert budgets.describe_budgets(AccountId=MANAGEMENT)["Budgets"] == []


def test_costs_by_month_and_account(lab: Lab):
    """The management account sees everybody's costs, a member its own; what is not kept is a 501."""
    (member,) = organize(lab, "member")
    for account, body in ((MANAGEMENT, b"[1.5, 2, 3.25]"), (member, b"[10]")):
        url = f"{lab.endpoint}/rw-api/costs/{account}"
        urllib.request.urlopen(urllib.request.Request(url, body, method="POST")).close()
    today = datetime.now(UTC).date().replace(day=1)
    last = today.replace(year=today.year - (today.month == 1), month=(today.month - 2) % 12 + 1)
    asked = {
        "TimePeriod": {"Start": str(last), "End": str(today)},
        "Granularity": "MONTHLY",
        "Metrics": ["UnblendedCost"],
    }
    whole, own = client(lab, "ce", entry(lab)), client(lab, "ce", entry(lab, member))
    assert total(whole.get_cost_and_usage(**asked)) == ["13.25"]
    assert total(own.get_cost_and_usage(**asked)) == ["10"]
    by_account = {"GroupBy": [{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}]}
    groups = whole.get_cost_and_usage(**asked, **by_account)["ResultsByTime"][0]["Groups"]
    assert {one["Keys"][0]: one["Metrics"]["UnblendedCost"]["Amount"] for one in groups} == {
        MANAGEMENT: "3.25",
        member: "10",
    }
    assert error_of(whole.get_cost_and_usage, **asked | {"Granularity": "HOURLY"}) == ("NotImplemented", 501)


def total(answer: dict[str, Any]) -> list[str]:
    """Return the total of each period."""
    return [one["Total"]["UnblendedCost"]["Amount"] for one in answer["ResultsByTime"]]


def test_identity_center_is_nowhere_until_it_is_made(lab: Lab):
    """No instance, then one; a second is a conflict; permission sets of an unknown instance are not found."""
    (member,) = organize(lab, "member")
    sso = client(lab, "sso-admin", entry(lab), "eu-west-1")
    assert sso.list_instances()["Instances"] == []
    instance = sso.create_instance()["InstanceArn"]
    assert [one["InstanceArn"] for one in sso.list_instances()["Instances"]] == [instance]
    assert error_of(sso.create_instance)[0] == "ConflictException"
    assert client(lab, "sso-admin", entry(lab), "us-east-1").list_instances()["Instances"] == []
    about = {"InstanceArn": instance, "AccountId": member}
    assert sso.list_permission_sets_provisioned_to_account(**about)["PermissionSets"] == []
    wrong = about | {"InstanceArn": instance[:-4] + "0000"}
    assert error_of(sso.list_permission_sets_provisioned_to_account, **wrong)[0] == "ResourceNotFoundException"
    (made,) = [sso.create_permission_set(InstanceArn=instance, Name="Billing")["PermissionSet"]]
    policy = "arn:aws:iam::aws:policy/job-function/Billing"
    named = {"InstanceArn": instance, "PermissionSetArn": made["PermissionSetArn"]}
    sso.attach_managed_policy_to_permission_set(**named, ManagedPolicyArn=policy)
    target = {"TargetId": member, "TargetType": "AWS_ACCOUNT", "PrincipalType": "GROUP", "PrincipalId": "g-1"}
    sso.create_account_assignment(**named, **target)
    assert sso.list_accounts_for_provisioned_permission_set(**named)["AccountIds"] == [member]
    attached = sso.list_managed_policies_in_permission_set(**named)["AttachedManagedPolicies"]
    assert [one["Arn"] for one in attached] == [policy]
    roles = client(lab, "iam", entry(lab, member)).list_roles(PathPrefix="/aws-reserved/sso.amazonaws.com/")["Roles"]
    assert [one["RoleName"].startswith("AWSReservedSSO_Billing_") for one in roles] == [True]
