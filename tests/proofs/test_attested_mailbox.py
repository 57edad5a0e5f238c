"""What counts as vouching for a mailbox, and for how long."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.proofs.attested_mailbox import Attested, MalformedError, doubt, read_attestation

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ACCOUNT = "222233334444"
names = st.text(min_size=1).filter(lambda text: "=" not in text)
days = st.dates(date(1970, 1, 1), date(2999, 12, 31))


@given(account=st.from_regex(r"[0-9]{12}", fullmatch=True), who=names, day=days)
def test_what_is_written_is_read(account: str, who: str, day: date) -> None:
    """Account, name and date come back, whatever the name is, but for blanks around it."""
    if not who.strip():
        with pytest.raises(MalformedError):
            read_attestation(f"{account}={who}={day}")
    else:
        assert read_attestation(f"{account}={who}={day}") == Attested(account, who.strip(), day)


@given(text=st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing else happens, and what is read has three parts."""
    try:
        found = read_attestation(text)
    except MalformedError:
        return
    assert len(found.account) == 12 and found.account.isascii() and found.who


@given(day=days, limit=st.integers(0, 400))
def test_it_holds_from_its_day_for_so_many_days(day: date, limit: int) -> None:
    """Not before, and not longer."""
    age = (NOW.date() - day).days
    why = doubt([f"{ACCOUNT}=ines={day}"], ACCOUNT, NOW, limit)
    assert (why == "") == (0 <= age <= limit)


@given(texts=st.lists(days.map(lambda day: f"{ACCOUNT}=ines={day}"), max_size=4))
def test_of_another_account_none_counts(texts: list[str]) -> None:
    """Whoever vouched for one mailbox said nothing of another."""
    assert doubt(texts, "999999999999", NOW, 10**6).startswith("nobody has attested")


def test_the_newest_counts() -> None:
    """An older one beside it does no harm; one of the future does not help."""
    old, new = NOW.date() - timedelta(days=400), NOW.date() - timedelta(days=1)
    assert doubt([f"{ACCOUNT}=ines={new}", f"{ACCOUNT}=ines={old}"], ACCOUNT, NOW, 90) == ""
    ahead = NOW.date() + timedelta(days=1)
    assert "yet to come" in doubt([f"{ACCOUNT}=ines={new}", f"{ACCOUNT}=ines={ahead}"], ACCOUNT, NOW, 90)
