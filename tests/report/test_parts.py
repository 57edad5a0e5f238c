"""The small rules of reports: percentages, commands, harms, frameworks, formats, bars, harmless text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden import catalogue
from rootwarden.errors import UsageError
from rootwarden.model.audit import Coverage
from rootwarden.model.findings import Status
from rootwarden.report import formats
from rootwarden.report.commands import filled
from rootwarden.report.counting import read_of_expected
from rootwarden.report.frameworks import mapped
from rootwarden.report.grouping import grouped
from rootwarden.report.harms import BEGINNING, HARMS, family, threat
from rootwarden.report.labels import percent
from rootwarden.report.legible import legible, value_text
from rootwarden.report.matrix import matrix
from rootwarden.report.page.bars import segments
from rootwarden.report.page.lead import headline
from rootwarden.report.unread import missing_actions, reasons
from tests.report.audits import MANAGEMENT, audit, finding, large, small
from tests.report.sample_controls import SAMPLES


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_whole_is_said_of_the_whole_only(read: int, expected: int) -> None:
    """100 % is said when nothing is missing and never otherwise."""
    assert (percent(read, expected) == "100 %") == (read >= expected)


def test_no_percentage_without_denominator() -> None:
    """Where nothing was expected there is no percentage."""
    assert read_of_expected(Coverage(what="Regions", read=0, expected=0)) == "0 of 0 (none expected)"
    assert read_of_expected(Coverage(what="accounts", read=1999, expected=2000)) == "1,999 of 2,000 (99 %)"


@given(st.text())
def test_commands_take_only_safe_values(resource: str) -> None:
    """A value goes into a command only if a shell reads it as one plain word."""
    one = finding("RW-IAM-01", Status.FAIL, MANAGEMENT, "x", resource=resource)
    (command,) = filled(("aws x --name {resource} --account {account} --json '{\"a\": {}}'",), one, "aws")
    value = command.split(" --account")[0].removeprefix("aws x --name ")
    assert value == "<resource>" or (value == resource and not set(value) & set(" '\"$`;|&<>()\\\n*?[]{}!#~"))
    assert command.endswith(f"--account {MANAGEMENT} --json '{{\"a\": {{}}}}'")


def test_option_like_resource_is_no_option() -> None:
    """A resource that looks like an option stays a slot."""
    one = finding("RW-IAM-01", Status.FAIL, MANAGEMENT, "x", resource="--profile")
    assert filled(("aws x {resource}",), one, "aws") == ("aws x <resource>",)


def test_every_family_has_one_harm() -> None:
    """Each family of controls belongs to exactly one of the four stories."""
    placed = [name for harm in (BEGINNING, *HARMS) for name in harm.families]
    assert len(placed) == len(set(placed))
    assert {family(one.control.code) for one in (*SAMPLES, *catalogue.controls())} <= set(placed)


def test_harms_show_what_fails() -> None:
    """A harm lists the failing controls of its families, the worst first, and tells held from manual ones."""
    groups = grouped(large().findings)
    assert [group.first.code for group in threat(BEGINNING, groups).failing] == [
        "RW-ROOT-04",
        "RW-ROOT-01",
        "RW-ORG-01",
    ]
    calm = grouped([finding("RW-BILL-01", Status.PASS, MANAGEMENT, "x")])
    assert (threat(HARMS[0], calm).held, threat(HARMS[0], calm).manual) == (1, 0)


def test_reasons_and_missing_actions() -> None:
    """Reasons are grouped with what they hide; only refused calls ask for permissions."""
    found = reasons(large().findings)
    assert [(reason.what, reason.findings) for reason in found] == [
        ("bucket out of scope", 14),
        ("AccessDenied on iam.GetCredentialReport", 2),
        ("AccessDeniedException on budgets.DescribeBudgets", 2),
    ]
    assert missing_actions(found) == (
        "budgets:ViewBudget", "iam:GenerateCredentialReport", "iam:GetCredentialReport",
    )  # fmt: skip


def test_matrix_has_every_account_worst_first() -> None:
    """A row per account, one also for an account that only findings name; the worst account leads."""
    rows = matrix(large())
    assert len(rows) == 15
    assert rows[0].account.name == "legacy-erp"
    assert len(matrix(audit([], large().findings))) == 15
    assert all(len(row.cells) == 8 for row in rows)


@given(st.dictionaries(st.sampled_from(list(Status)), st.integers(0, 10**5)))
def test_bars_fill_their_width(counted) -> None:
    """The parts of a bar are visible, do not overlap, and end where the bar ends."""
    parts = segments(counted)
    assert [part.status for part in parts] == [status for status, count in counted.items() if count]
    for one, following in pairwise(parts):
        assert one.start + one.wide < following.start
    if parts:
        assert parts[-1].start + parts[-1].wide == 1000
        assert min(part.wide for part in parts) >= 8


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ((), "Nothing was judged."),
        ((Status.PASS,), "Everything that was judged holds."),
        ((Status.PASS, Status.UNKNOWN), "Nothing that was read fails, but not everything was read."),
        ((Status.FAIL, Status.UNKNOWN), "The root users themselves stand well; what surrounds them does not."),
    ],
)
def test_headline_is_honest(statuses, said: str) -> None:
    """The first sentence never says more than was judged."""
    assert headline(audit([], [finding("RW-BILL-01", one, MANAGEMENT, "x") for one in statuses])) == said


def test_headline_counts_accounts() -> None:
    """Where root itself fails, the first sentence says in how many accounts."""
    assert headline(large()) == "Root is not under control in 3 of 15 accounts."
    assert headline(small()) == "Root is not under control in this account."


def test_frameworks_newest_first_and_spelled_as_published() -> None:
    """Versions sort by number; NIST and SOC 2 ids are written as their publishers do; an unknown key stays as it is."""
    shown = mapped(
        {"cis_aws_1.5": ("1.5",), "cis_aws_10.0": ("9",), "nist_800_53_r5": ("ac_3_3_b_1",), "our_own": ("x",)}
    )
    assert [(one.name, one.ids) for one in shown] == [
        ("CIS AWS Foundations 10.0", ("9",)),
        ("CIS AWS Foundations 1.5", ("1.5",)),
        ("NIST SP 800-53 r5", ("AC-3(3)(b)(1)",)),
        ("our own", ("x",)),
    ]


def test_formats_are_found_by_walking() -> None:
    """The formats are the files of the folder; a mistyped one is answered with the closest."""
    assert formats.names() == ("html", "json", "table")
    assert all(formats.find(name).purpose for name in formats.names())
    with pytest.raises(UsageError, match="did you mean html") as refused:
        formats.find("htm")
    assert "html, json, table" in refused.value.todo


def test_legible_text_and_values() -> None:
    """Invisible characters become escapes, long values are cut and say so."""
    assert legible("a\x1b[31mb\u202ec\nd") == "a\\x1b[31mb\\u202ec d"
    assert value_text({"a": [1, None]}) == '{"a":[1,null]}'
    assert value_text("") == '"" (empty)'
    assert value_text("x" * 500).endswith("… (500 characters, whole in the JSON)")
