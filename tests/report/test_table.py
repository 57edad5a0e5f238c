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
from tests.report.audits import MANAGEMENT, OPTIONS, account_id, audit, finding, large, organization_of, root_keys, small


def table(of: Audit, **choices) -> str:
    """Return the masked audit as a table."""
    return find("table").render(masked(of), msgspec.structs.replace(OPTIONS, **choices))


def test_one_account() -> None:
    """One account: resources instead of accounts, the reasons of what is unknown, and what to type next."""
    assert table(small()) == snapshot()


def test_fifteen_accounts() -> None:
    """Fifteen accounts: equal findings are one row with a count; the organization's own are not counted in accounts."""
    assert table(large()) == snapshot()


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
