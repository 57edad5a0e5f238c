"""What is said of one control, and of all: at the terminal and in the documentation."""

from __future__ import annotations

import re

import pytest
from inline_snapshot import snapshot

from rootwarden import catalogue
from rootwarden.report.control_list import as_table
from rootwarden.report.control_page import index, page
from rootwarden.report.explain import explain
from tests.report.sample_controls import BY_CODE, SAMPLES


def test_explain_root_mfa() -> None:
    """Question, why, method, limits, facts, permissions, frameworks, remedy and links, in this order."""
    assert explain(BY_CODE["RW-ROOT-01"]) == snapshot("""\
RW-ROOT-01  root-mfa-enabled
Does the root user have an MFA device?

Severity critical. Practice 2: MFA on root, or no root credentials. One finding
per account.

WHY
  Root signs in with a second factor: without one, whoever learns the password
  owns the account.

  A password leaks by phishing, by reuse on another site or from an old mailbox;
  a second factor is what remains between that leak and deleted backups, stolen
  data or a bill for somebody else's machines.

HOW IT IS MEASURED
  AccountMFAEnabled of the account summary, else mfa_active of the credential
  report.

WHAT IT MISSES
  Whether the device still works and who holds it.

WHAT IT READS
  iam.account_summary    one of these is enough
  iam.credential_report  one of these is enough
  root.privileged_audit  used when readable

PERMISSIONS
  iam:GenerateCredentialReport
  iam:GetAccountSummary
  iam:GetCredentialReport
  sts:AssumeRoot

FRAMEWORKS
  CIS AWS Foundations 5.0: 1.4
  CIS AWS Foundations 4.0: 1.5
  NIST SP 800-53 r5: 19 requirements, listed by `rootwarden controls -o json`

HOW TO MEND IT
  Has to be done by a person.
  1. Sign in as the root user; nobody else can register its MFA device.
  2. Open Security credentials, Multi-factor authentication, Assign MFA device.

  $ aws iam get-account-summary --query SummaryMap.AccountMFAEnabled

LINKS
  https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html

catalogue 2026.11.1; verified on real AWS: no\
""")


def test_explain_with_settings_and_terraform() -> None:
    """Settings are lines for rootwarden.toml; slots of commands are written for a person."""
    users = explain(BY_CODE["RW-IAM-01"])
    assert 'owner_tag = "owner"' in users
    assert 'shared_name_patterns = ["^admin$", "shared"]' in users
    assert "$ aws iam tag-user --user-name <resource> --tags Key=owner,Value=OWNER" in users
    assert 'enabled_features = ["RootCredentialsManagement"]' in explain(BY_CODE["RW-ORG-01"])


@pytest.mark.parametrize("one", [*SAMPLES, *catalogue.controls()], ids=lambda one: one.slug)
def test_explain_fits_eighty_columns(one) -> None:
    """No line but commands, code and links is longer than the terminal."""
    text = explain(one).split("\n  Terraform:")[0]
    lines = [line for line in text.splitlines() if not re.match(r"  (\$|https:)|    ", line)]
    assert max(map(len, lines)) <= 80
    assert "{account}" not in text


@pytest.mark.parametrize("one", [*SAMPLES, *catalogue.controls()], ids=lambda one: one.slug)
def test_page_says_everything(one) -> None:
    """The page of a control has its question, its permissions, its settings and its steps."""
    text = page(one)
    assert text.startswith(f"# {one.control.code}: ")
    assert one.control.question in text
    assert all(step in text for step in one.control.fix.steps)
    assert all(name in text for name in one.control.params)
    assert text.endswith("[all controls](README.md).\n")


def test_index_lists_all_by_practice() -> None:
    """Every control is in the index once, under its practice."""
    text = index(SAMPLES)
    assert all(text.count(f"({one.slug}.md)") == 1 for one in SAMPLES)
    assert "## 5 Billing alerts" in text


def test_list_of_controls() -> None:
    """The list at the terminal fits 80 columns and groups by practice."""
    shown = as_table(SAMPLES)
    assert shown.splitlines()[:3] == snapshot(
        [
            "1 People, not root",
            "  RW-IAM-01    medium    individual-users",
            "               Does every IAM user have exactly one known owner?",
        ]
    )
    assert max(map(len, as_table(catalogue.controls()).splitlines())) <= 80
