"""The table at a terminal: what a person sees of a small and a large audit, in 80 columns, with and without colour."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from rich.cells import cell_len

from rootwarden.model.audit import AccountSeen, Audit
from rootwarden.model.findings import Status
from rootwarden.report.formats import find
from rootwarden.report.masking import masked
from rootwarden.report.options import RenderOptions
from tests.report.audits import (
    MANAGEMENT,
    OPTIONS,
    account_id,
    audit,
    finding,
    large,
    organization_of,
    root_keys,
    small,
)


def table(of: Audit, **choices) -> str:
    """Return the masked audit as a table."""
    return find("table").render(masked(of), msgspec.structs.replace(OPTIONS, **choices))


def test_one_account() -> None:
    """One account: resources instead of accounts, the reasons of what is unknown, and what to type next."""
    assert table(small()) == snapshot("""\
Root risk of 444455556666 founder · 1 account
read 2026-11-23 22:45 UTC · rootwarden 0.1.0, catalogue 2026.11.1

The worst first ────────────────────────────────────────────────────────────────
  1 critical Root has a password and no MFA device.
             RW-ROOT-01
  2 critical Root has 1 active access key.
             RW-ROOT-04

1 People, not root ────────────────────────────────────────────────────── 1 PASS

2 MFA on root, or no root credentials ─────────────────────────────────── 1 FAIL
✗ FAIL    critical RW-ROOT-01  Root has a password and no MFA device.

3 Watch root with CloudTrail ────────────────────────── 1 UNKNOWN, 1 PASS, 1 N/A
? UNKNOWN critical RW-TRAIL-05 The trail bucket is private and accepts only this
                               trail: could not tell, bucket out of scope.
                               example-trail-logs

4 Root only in emergencies ──────────────────────────────────── 1 FAIL, 1 MANUAL
✗ FAIL    critical RW-ROOT-04  Root has 1 active access key.
◇ MANUAL  medium   RW-ROOT-09  Somebody has to confirm that …@example.com is
                               watched.

5 Billing alerts ───────────────────────────────────────────────────── 1 UNKNOWN
? UNKNOWN high     RW-BILL-01  A cost budget with early and forecast alerts
                               covers the account: could not tell,
                               AccessDeniedException on budgets.DescribeBudgets.

7 A written policy ────────────────────────────────────────────────────── 1 PASS

What was read ──────────────────────────────────────────────────────────────────
  accounts  1 of 1 (100 %)
  Regions   17 of 17 (100 %)
  facts     11 of 12 (91 %)
            not read: budgets.budgets: AccessDeniedException on
            budgets.DescribeBudgets (needs budgets:ViewBudget)

Why something is UNKNOWN ──────────────────────────────────────────── 2 findings
  AccessDeniedException on budgets.DescribeBudgets
    hides 1 finding: RW-BILL-01
    needs: budgets:ViewBudget
  bucket out of scope
    hides 1 finding: RW-TRAIL-05
    try: include the account that owns the bucket

In all ─────────────────────────────────────────────────────────────────────────
2 FAIL   2 UNKNOWN   1 MANUAL   3 PASS   1 N/A   of 9 findings
failing: 2 critical

Next ───────────────────────────────────────────────────────────────────────────
  rootwarden explain RW-ROOT-01          why it matters, how to mend it
  rootwarden audit -o html=report.html   the evidence for everything
""")


def test_fifteen_accounts() -> None:
    """Fifteen accounts: equal findings are one row with a count; the organization's own are not counted in accounts."""
    assert table(large()) == snapshot("""\
Root risk of o-a1b2c3d4e5 · 15 accounts
read 2026-11-23 22:45 UTC · rootwarden 0.1.0, catalogue 2026.11.1

The worst first ────────────────────────────────────────────────────────────────
  1 critical Root has 1 active access key.
             RW-ROOT-04 · 3 of 15 accounts
  2 critical Root has a password and no MFA device.
             RW-ROOT-01 · 2 of 15 accounts
  3 critical No trail records all management events of all Regions.
             RW-TRAIL-01 · 1 of 15 accounts
  4 high     No budget.
             RW-BILL-01 · 4 of 15 accounts
  5 high     Nobody has confirmed a subscription.
             RW-MON-05 · 2 of 15 accounts

1 People, not root ────────────────────────────────────────────── 7 FAIL, 8 PASS
✗ FAIL    medium   RW-IAM-01   user/deploy has no owner. And 6 more like it.
                               7 of 15 accounts: 200000001111 log-archive,
                               200000003333 network, 200000005555 payments-prod
                               and 4 more accounts

2 MFA on root, or no root credentials ───────── 3 FAIL, 2 UNKNOWN, 9 PASS, 2 N/A
✗ FAIL    critical RW-ROOT-01  Root has a password and no MFA device.
                               2 of 15 accounts: 200000013332 sandbox-old,
                               200000015554 legacy-erp
✗ FAIL    high     RW-ORG-01   The feature RootCredentialsManagement is off.
                               the organization
? UNKNOWN critical RW-ROOT-01  Root user has MFA enabled: could not tell,
                               AccessDenied on iam.GetCredentialReport.
                               2 of 15 accounts: 200000004444 shared-services,
                               200000009999 data-lake

3 Watch root with CloudTrail ─────────────── 4 FAIL, 14 UNKNOWN, 14 PASS, 13 N/A
✗ FAIL    critical RW-TRAIL-01 No trail records all management events of all
                               Regions.
                               1 of 15 accounts: 200000015554 legacy-erp
✗ FAIL    high     RW-MON-05   Nobody has confirmed a subscription.
                               2 of 15 accounts: 200000001111 log-archive,
                               200000002222 security-tooling
✗ FAIL    medium   RW-TRAIL-05 Any trail of any account may write to the bucket.
                               1 of 15 accounts: 111111111111 management
? UNKNOWN critical RW-TRAIL-05 The trail bucket is private and accepts only this
                               trail: could not tell, bucket out of scope.
                               14 of 15 accounts: 200000001111 log-archive,
                               200000002222 security-tooling, 200000003333
                               network and 11 more accounts

4 Root only in emergencies ────────────────────────── 3 FAIL, 15 MANUAL, 12 PASS
✗ FAIL    critical RW-ROOT-04  Root has 1 active access key.
                               3 of 15 accounts: 111111111111 management,
                               200000013332 sandbox-old, 200000015554 legacy-erp
◇ MANUAL  medium   RW-ROOT-09  Somebody has to confirm that …@example.com is
                               watched.
                               15 of 15 accounts

5 Billing alerts ───────────────────────────────────── 4 FAIL, 2 UNKNOWN, 9 PASS
✗ FAIL    high     RW-BILL-01  No budget.
                               4 of 15 accounts: 200000001111 log-archive,
                               200000004444 shared-services, 200000007777
                               shop-prod and 1 more account
? UNKNOWN high     RW-BILL-01  A cost budget with early and forecast alerts
                               covers the account: could not tell,
                               AccessDeniedException on budgets.DescribeBudgets.
                               2 of 15 accounts: 200000006666 payments-stage,
                               200000014443 ci

7 A written policy ────────────────────────────────────────────── 7 FAIL, 8 PASS
✗ FAIL    medium   RW-POL-05   AWS knows no security contact.
                               7 of 15 accounts: 200000001111 log-archive,
                               200000003333 network, 200000005555 payments-prod
                               and 4 more accounts

What was read ──────────────────────────────────────────────────────────────────
  accounts  14 of 15 (93 %)
            not read: 200000015554: AccessDenied on sts.AssumeRole (needs
            sts:AssumeRole)
  Regions   238 of 238 (100 %)
  facts     134 of 135 (99 %)
            not read: iam.credential_report: AccessDenied on
            iam.GetCredentialReport (needs iam:GenerateCredentialReport,
            iam:GetCredentialReport) (3 times)

Why something is UNKNOWN ─────────────────────────────────────────── 18 findings
  bucket out of scope
    hides 14 findings in 14 of 15 accounts: RW-TRAIL-05
    try: include the account that owns the bucket
  AccessDenied on iam.GetCredentialReport
    hides 2 findings in 2 of 15 accounts: RW-ROOT-01
    needs: iam:GenerateCredentialReport, iam:GetCredentialReport
  AccessDeniedException on budgets.DescribeBudgets
    hides 2 findings in 2 of 15 accounts: RW-BILL-01
    needs: budgets:ViewBudget

In all ─────────────────────────────────────────────────────────────────────────
28 FAIL   18 UNKNOWN   15 MANUAL   60 PASS   15 N/A   of 136 findings
failing: 6 critical, 7 high, 15 medium

Next ───────────────────────────────────────────────────────────────────────────
  rootwarden explain RW-ROOT-04          why it matters, how to mend it
  rootwarden audit -o html=report.html   the evidence for everything
""")


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
@pytest.mark.parametrize("make", [small, large, lambda: organization_of(300)])
def test_no_line_is_wider_than_asked(make, width: int) -> None:
    """Whatever the width, no line exceeds it, and headings fill it exactly."""
    lines = table(make(), width=width, verbose=True).splitlines()
    assert max(map(cell_len, lines)) == width


def test_no_escape_sequences_without_colour() -> None:
    """A file or pipe gets plain text."""
    assert "\x1b" not in table(large())


def test_colour_adds_nothing_but_colour() -> None:
    """With the escape sequences taken out, the coloured table reads the same: nothing is said by colour alone."""
    from rich.text import Text  # noqa: PLC0415 - only here

    coloured = table(large(), color=True)
    assert "\x1b[" in coloured
    plain = "\n".join(line.rstrip() for line in Text.from_ansi(coloured).plain.splitlines())
    assert plain.strip() == table(large()).strip()


def test_plain_is_ascii() -> None:
    """`--plain` gives up every symbol, and colour with it."""
    assert table(large(), plain=True, color=True).isascii()


def test_verbose_lists_what_passes() -> None:
    """PASS and NOT_APPLICABLE are counts unless asked for."""
    assert "✓ PASS" not in table(large())
    assert "· N/A" not in table(large())
    shown = table(large(), verbose=True)
    assert "✓ PASS" in shown
    assert "· N/A" in shown


def test_nothing_fails_but_something_is_unknown() -> None:
    """An audit without FAIL never reads as safe while something is unknown."""
    mine = audit(small().accounts, [one for one in small().findings if one.status is not Status.FAIL])
    shown = table(mine)
    assert "Nothing that was read fails" in shown
    assert "2 questions could not be answered" in shown


def test_snapshot_is_named_in_the_next_command() -> None:
    """A judged snapshot is judged again by the command that is offered."""
    assert "rootwarden audit --snapshot 'my snap.gz' -o html=report.html" in table(small(), snapshot="my snap.gz")


def test_five_worst_are_of_five_controls() -> None:
    """One control in many forms does not fill the list of the worst."""
    forms = [finding("RW-TRAIL-05", Status.FAIL, MANAGEMENT, f"Form {n}.", reason=f"r{n}") for n in range(6)]
    shown = table(audit([AccountSeen(id=MANAGEMENT)], [*forms, root_keys(MANAGEMENT)]))
    worst = shown.split("1 People")[0].split("4 Root only")[0].split("3 Watch")[0]
    assert "RW-ROOT-04" in worst
    assert worst.count("RW-TRAIL-05") == 1


def test_many_accounts_stay_readable() -> None:
    """Ten times as many accounts add no row: only counts change."""
    assert abs(table(organization_of(1000)).count("\n") - table(organization_of(100)).count("\n")) <= 5


HOSTILE = st.text(st.characters(codec="utf-8"), max_size=40)


@given(name=HOSTILE, resource=HOSTILE, message=HOSTILE)
def test_names_from_aws_cannot_draw(name: str, resource: str, message: str) -> None:
    """No control or direction character of a name, resource or message reaches the terminal."""
    me = account_id(1)
    hostile = [
        finding("RW-IAM-01", Status.FAIL, me, message, resource=resource),
        finding("RW-IAM-01", Status.PASS, account_id(2), message, resource=resource),
    ]
    mine = audit([AccountSeen(id=me, name=name), AccountSeen(id=account_id(2), name=name)], hostile)
    for shown in (table(mine), table(mine, verbose=True)):
        assert not any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u202e\u2066\u200b" for c in shown.replace("\n", ""))
        assert max(map(cell_len, shown.splitlines())) <= 80


def test_options_have_defaults() -> None:
    """A format can be rendered without choosing anything."""
    assert find("table").render(small(), RenderOptions())
