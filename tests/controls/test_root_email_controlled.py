"""Root's address: free mail and shared ones fail, company domains pass once stated, standalone is looked at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.findings import Finding
from rootwarden.proofs.email_address import domain_of, folded, is_free_mail
from tests.controls.judged import ACCOUNT, cited, only, unread
from tests.controls.root_facts import MANAGEMENT, NO_ORGANIZATION, organization

SLUG = "root-email-controlled"
OURS = {"allowed_domains": ("example.com",)}


def verdict(address: object, org: dict | None = None, settings: dict | None = OURS) -> Finding:
    """Judge an account with this address by GetPrimaryEmail, and by the list unless another organization is given."""
    facts = {} if address is None else {"account.primary_email": {"PrimaryEmail": address}}
    listed = accounts((ACCOUNT, address), (MANAGEMENT, "aws-root@example.com"))
    return only(SLUG, facts, listed if org is None else org, settings=settings)


def accounts(*rows: tuple[str, object]) -> dict:
    return organization(org__accounts=[{"Id": account, "Email": email, "State": "ACTIVE"} for account, email in rows])


def test_own_domain_passes_and_the_address_is_evidence() -> None:
    """Message and evidence hold the whole address; reports hide its local part."""
    finding = verdict("jane.roe@Example.com")
    assert finding.status == "PASS"
    assert cited(finding)[f"org.accounts[{ACCOUNT}].Email"] == "jane.roe@Example.com"
    assert "jane.roe@Example.com" in finding.message


def test_list_of_accounts_comes_first_and_needs_no_call() -> None:
    """It shows every account's root address, the management account's too, which no other call does."""
    refused = {"account.primary_email": unread("account.primary_email")}
    finding = only(SLUG, refused, organization(), settings=OURS)
    assert finding.status == "PASS"
    assert cited(finding)[f"org.accounts[{ACCOUNT}].Email"] == "aws-root+prod@example.com"
    assert only(SLUG, {}, organization(), settings=OURS, account=MANAGEMENT).status == "PASS"


def test_without_stated_domains_a_person_decides() -> None:
    """Nobody said which domains are the company's."""
    finding = verdict("root@example.com", settings=None)
    assert (finding.status, finding.reason) == ("MANUAL", "domains_not_stated")


@pytest.mark.parametrize(
    "address", ["boss@gmail.com", "boss@GMail.com", "b@yahoo.co.uk", "b@outlook.com.br", "b@qq.com"]
)
def test_free_mail_fails_even_if_it_is_stated_as_own(address: str) -> None:
    """A mailbox without an administrator."""
    domain = domain_of(address)
    assert verdict(address, settings={"allowed_domains": (domain,)}).reason == "free_mail"
    assert verdict(address, settings=None).status == "FAIL"


@pytest.mark.parametrize("address", ["a@gmail.com.example.com", "a@notgmail.com", "a@mail.yahoo.example"])
def test_look_alikes_of_free_mail_are_not_free_mail(address: str) -> None:
    """Domains are compared whole."""
    assert verdict(address, settings=None).status == "MANUAL"


def test_foreign_domain_fails() -> None:
    """A subdomain is another domain, and case does not matter."""
    assert verdict("root@agency.test").reason == "foreign_domain"
    assert verdict("root@sub.example.com").reason == "foreign_domain"
    assert verdict("root@example.com", settings={"allowed_domains": ("EXAMPLE.com",)}).status == "PASS"


def test_same_address_on_two_accounts_fails_whatever_its_case() -> None:
    """Whoever reads it can take over both; the other account is named."""
    org = accounts((ACCOUNT, "aws@example.com"), (MANAGEMENT, " AWS@Example.com "))
    finding = verdict("aws@example.com", org)
    assert (finding.status, finding.reason) == ("FAIL", "shared_address")
    assert MANAGEMENT in finding.message


def test_plus_addresses_are_distinct() -> None:
    """One mailbox, two addresses: fine."""
    org = accounts((ACCOUNT, "aws+a@example.com"), (MANAGEMENT, "aws+b@example.com"))
    assert verdict("aws+a@example.com", org).status == "PASS"


def test_unread_accounts_leave_uniqueness_open() -> None:
    """Somebody else may have the address; what is wrong with it by itself still fails."""
    assert verdict("aws@example.com", organization(org__accounts=unread("org.accounts"))).status == "UNKNOWN"
    assert verdict("aws@example.com", {}).status == "UNKNOWN"
    assert verdict("aws@gmail.com", {}).status == "FAIL"
    assert verdict("aws@agency.test", {}).status == "FAIL"


@pytest.mark.parametrize("other", [unread("org.accounts"), None, 7])
def test_one_account_without_a_legible_address_leaves_it_open(other: object) -> None:
    """It may be the same one; what is proven beside it still fails."""
    org = accounts((ACCOUNT, "aws@example.com"), (MANAGEMENT, other))
    assert verdict("aws@example.com", org).status == "UNKNOWN"
    org = accounts((MANAGEMENT, "aws@example.com"), ("444455556666", other))
    assert verdict("aws@example.com", org).reason == "shared_address"


def test_list_of_accounts_of_another_shape_is_unknown() -> None:
    """An object or a number where the list should be."""
    assert verdict("aws@example.com", organization(org__accounts={"Id": "1"})).status == "UNKNOWN"
    assert verdict("aws@example.com", organization(org__accounts=None)).status == "UNKNOWN"


def test_own_row_that_was_kept_from_us_is_not_talked_over() -> None:
    """The call says one thing; the list, which says it for all, could not be read for this account."""
    org = accounts((ACCOUNT, unread("org.accounts")), (MANAGEMENT, "x@example.com"))
    assert verdict("aws@example.com", org).status == "UNKNOWN"
    assert verdict("aws@gmail.com", org).status == "FAIL"


@pytest.mark.parametrize("address", ["", "root", "root@", "@example.com", "root@localhost", 7, None, "a@b c.de"])
def test_no_address_at_all_is_unknown(address: object) -> None:
    """Neither source holds an address."""
    org = accounts((ACCOUNT, "not an address"), (MANAGEMENT, "x@example.com"))
    assert verdict(address, org).status == "UNKNOWN"


@pytest.mark.parametrize("address", [None, "aws@example.com", "boss@gmail.com", unread("account.primary_email")])
def test_standalone_account_is_looked_at_by_a_person(address: object) -> None:
    """No call of AWS tells the address of an account that is known to be in no organization."""
    finding = verdict(address, NO_ORGANIZATION)
    assert (finding.status, finding.reason) == ("MANUAL", "not_readable_by_api")
    assert cited(finding) == {"org.organization": None}


@pytest.mark.parametrize("org", [{}, {"org.organization": unread("org.organization")}])
def test_account_of_unknown_membership_is_unknown(org: dict) -> None:
    """It may be a member, whose address can be read; not even a listed one passes."""
    finding = verdict(None, org)
    assert finding.status == "UNKNOWN"
    assert finding.unknown_because is not None
    assert finding.unknown_because.missing == ("account:GetPrimaryEmail",)
    listed = {"org.accounts": [{"Id": ACCOUNT, "Email": "aws@example.com", "State": "ACTIVE"}]}
    assert only(SLUG, {}, org | listed, settings=OURS).status == "UNKNOWN"
    assert only(SLUG, {}, org | listed).status == "UNKNOWN"


def test_member_whose_address_was_refused_is_unknown() -> None:
    """Here a call exists, and the permission that it needs is named."""
    facts = {"account.primary_email": unread("account.primary_email")}
    finding = only(SLUG, facts, organization(org__accounts=unread("org.accounts")), settings=OURS)
    assert finding.status == "UNKNOWN"
    assert finding.unknown_because is not None
    assert finding.unknown_because.missing == ("account:GetPrimaryEmail",)


def test_a_thousand_accounts_are_compared_quickly() -> None:
    """Also when one of them could not be read."""
    rows = [(f"{n:012d}", f"root+{n}@example.com") for n in range(1000)]
    assert verdict("root+7@example.com", accounts(*rows)).reason == "shared_address"
    assert verdict("new@example.com", accounts(*rows, ("999999999999", unread("org.accounts")))).status == "UNKNOWN"


@given(st.text(), st.emails())
def test_any_text_is_folded_without_a_crash(text: str, address: str) -> None:
    """Folding twice changes nothing more."""
    for value in (text, address):
        assert folded(folded(value)) == folded(value)
        is_free_mail(domain_of(value))
    assert domain_of(address) == address.rpartition("@")[2].casefold()
