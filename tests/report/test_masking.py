"""What a shared report must not tell: whole key ids and people's addresses, in whatever field they stand."""

from __future__ import annotations

import string

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.audit import AccountSeen
from rootwarden.model.findings import Status
from rootwarden.report.masking import masked
from tests.report.audits import account_id, audit, finding, large

UPPER = string.ascii_uppercase + string.digits
KEYS = st.builds(
    lambda prefix, body: prefix + body,
    st.sampled_from(["AKIA", "ASIA", "ABIA", "ACCA"]),
    st.text(UPPER, min_size=16, max_size=16),
)
LOCALS = st.text(string.ascii_letters + string.digits + "._%+-'", min_size=3, max_size=20).filter(
    lambda text: not text.startswith("'") and not text.endswith("'") and "''" not in text
)
AROUND = st.sampled_from(["", " ", "arn:aws:iam::111122223333:user/", "<", "(", '"', "mailto:", "key=", "users["])


def everywhere(text: str):
    """An audit that holds `text` in every place where text from AWS may stand."""
    one = finding(
        "RW-ROOT-04", Status.FAIL, account_id(1), f"It is {text}.", resource=text, region=text, notes=(text,),
        evidence=((f"a[{text}]", text), ("b", {text: [text, {"c": text}]})),
    )  # fmt: skip
    return audit([AccountSeen(id=account_id(1), name=text, unit=text)], [one])


def written(of) -> str:
    """The whole audit as JSON."""
    return msgspec.json.encode(of).decode()


@given(KEYS, AROUND)
def test_key_ids_keep_their_last_four(key: str, before: str) -> None:
    """Of a key id the last four characters remain, in every field."""
    shown = written(masked(everywhere(before + key)))
    assert key not in shown
    assert f"…{key[-4:]}" in shown


@given(LOCALS, AROUND)
def test_mail_addresses_lose_their_local_part(local: str, before: str) -> None:
    """Of an e-mail address the domain remains, in every field; what stands before it stays."""
    shown = written(masked(everywhere(f"{before}{local}@corp.example.com")))
    assert f"{local}@" not in shown
    assert "…@corp.example.com" in shown


@given(KEYS, LOCALS)
def test_both_can_be_shown(key: str, local: str) -> None:
    """`--show-ids` shows key ids and only those; `--show-pii` addresses and only those; both change nothing."""
    whole = everywhere(f"{key} {local}@corp.example.com")
    assert key in written(masked(whole, show_ids=True))
    assert f"{local}@" not in written(masked(whole, show_ids=True))
    assert f"{local}@" in written(masked(whole, show_pii=True))
    assert key not in written(masked(whole, show_pii=True))
    assert masked(whole, show_ids=True, show_pii=True) == whole


@given(st.text(string.ascii_letters + string.digits + " :/.-_", max_size=60))
def test_other_text_stays(text: str) -> None:
    """Text without key ids and addresses is not touched."""
    calm = everywhere(text)
    assert masked(calm) == calm


def test_masking_twice_is_masking_once() -> None:
    """What is hidden stays hidden the same way."""
    assert masked(masked(large())) == masked(large())


def test_nothing_else_changes() -> None:
    """Statuses, severities, fingerprints and counts are those of the whole audit."""
    for before, after in zip(large().findings, masked(large()).findings, strict=True):
        kept = ("code", "status", "severity", "practice", "account", "fingerprint", "unknown_because")
        assert [getattr(before, name) for name in kept] == [getattr(after, name) for name in kept]


def test_contact_details_are_hidden() -> None:
    """Phone numbers, names and postal addresses of contacts are personal too; that there is one still shows."""
    contact = finding(
        "RW-POL-05", Status.PASS, account_id(1), "AWS knows a security contact.",
        evidence=(
            ("account.contacts.SECURITY.PhoneNumber", "+1 555 0100"), ("account.contacts.SECURITY.Name", "Ann Example"),
            ("account.contacts.PRIMARY", {"FullName": "Ann Example", "City": "Berlin", "CountryCode": "DE"}),
            ("account.contacts.BILLING.PhoneNumber", ""),
        ),
    )  # fmt: skip
    shown = masked(audit([], [contact])).findings[0]
    assert [item.value for item in shown.evidence] == [
        "…",
        "…",
        {"FullName": "…", "City": "…", "CountryCode": "DE"},
        "",
    ]
    whole = masked(audit([], [contact]), show_pii=True).findings[0]
    assert whole.evidence == contact.evidence


def test_two_keys_with_equal_ends_stay_two() -> None:
    """Masking must not merge what are two things."""
    keys = {"AKIAAAAAAAAAAAAAWXYZ": 1, "AKIABBBBBBBBBBBBWXYZ": 2}
    mine = audit([], [finding("RW-ROOT-04", Status.FAIL, "", "Two.", evidence=(("keys", keys),))])
    assert masked(mine).findings[0].evidence[0].value == {"…WXYZ": 1, "…WXYZ'": 2}
