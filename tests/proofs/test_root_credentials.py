"""Does root have credentials: the worse source is believed, one whole source is enough, and silence is no answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.readings import Unknown
from rootwarden.model.shared import Shared
from rootwarden.model.snapshot import Facts
from rootwarden.model.view import Subject, View
from rootwarden.proofs.root_credentials import access_keys, credentials_present, mfa_enabled, summary_has
from rootwarden.proofs.truth import Truth, any_true, witnesses
from tests.controls.judged import only, unread
from tests.controls.root_facts import NO_ORGANIZATION, audit, bare_report, report, summary

TRUTHS = st.sampled_from([True, False, None]).map(Truth)
NAMES = ("iam.account_summary", "iam.credential_report", "root.privileged_audit")
NOTHING = (summary(password=0, mfa=0), bare_report(), audit(False))


def view(*sources: Any) -> View:
    own = Facts({name: value for name, value in zip(NAMES, sources, strict=False) if value is not None})
    return View(Subject(account="111122223333", partition="aws"), own, Facts({}), Shared())


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_each_source_alone_can_show_that_there_is_nothing(kept: int) -> None:
    """When nobody asked the other two; one that was asked and refused leaves it open."""
    alone = [value if n == kept else None for n, value in enumerate(NOTHING)]
    assert credentials_present(view(*alone)).value is False
    one_refused = [unread(NAMES[n]) if n == kept else value for n, value in enumerate(NOTHING)]
    assert credentials_present(view(*one_refused)).hidden


@pytest.mark.parametrize(
    "sources",
    [
        (summary(),),
        (summary(password=0, keys=1),),
        (summary(password=0, certificates=1),),
        (None, report(password_enabled="true")),
        (None, bare_report(access_key_2_active="true")),
        (None, bare_report(access_key_1_last_rotated="2020-01-01T00:00:00+00:00")),
        (None, bare_report(cert_1_active="TRUE")),
        (None, None, audit(True)),
        (None, None, audit(False, keys=("Inactive",))),
        (None, None, audit(False, certificates=("Inactive",))),
    ],
)
def test_one_credential_in_one_source_is_enough(sources: tuple) -> None:
    """Also against two sources that deny it."""
    assert credentials_present(view(*sources)).value is True
    worst = [given or nothing for given, nothing in zip((*sources, None, None)[:3], NOTHING, strict=True)]
    assert credentials_present(view(*worst)).value is True


@pytest.mark.parametrize(
    "sources",
    [
        (),
        ({"AccountPasswordPresent": 0, "AccountAccessKeysPresent": 0},),
        (None, bare_report(password_enabled="not_supported")),
        (None, bare_report(cert_1_active="N/A")),
        (None, None, audit(False) | {"access_keys": unread("root.privileged_audit")}),
        (None, None, audit(False) | {"login_profile": None}),
    ],
)
def test_a_source_with_a_hole_denies_nothing(sources: tuple) -> None:
    """not_supported, N/A and unread parts never mean absent."""
    truth = credentials_present(view(*sources))
    assert truth.value is None
    assert truth.unknown is not None


def test_an_mfa_device_is_no_credential() -> None:
    """It opens nothing by itself."""
    assert credentials_present(view(summary(password=0, mfa=1), None, audit(False, devices=("T1",)))).value is False


def test_mfa_by_summary_first_then_by_report() -> None:
    """The newer source wins; the older one stands in."""
    assert mfa_enabled(view(summary(mfa=0), report(mfa_active="true"))).value is False
    assert mfa_enabled(view({}, report(mfa_active="true"))).value is True
    assert mfa_enabled(view(unread(NAMES[0]), unread(NAMES[1]))).path.startswith("iam.account_summary")


def test_expired_and_unknown_statuses_are_not_active() -> None:
    """Only `Active` signs requests."""
    assert access_keys(view(None, None, audit(keys=("Expired", "Inactive")))).active.value is False


@given(st.lists(TRUTHS))
def test_any_true_is_kleene(answers: list[Truth]) -> None:
    """One yes settles it; without one, one open answer leaves it open."""
    values = [answer.value for answer in answers]
    assert any_true(answers).value is (True if True in values else None if None in values else False)


def test_hidden_answers_are_not_talked_over() -> None:
    """Kept from us is more than silent: only a yes outweighs it."""
    kept, silent = Truth(None, Unknown("AccessDenied")), Truth(None, Unknown("not_collected"))
    assert kept.hidden and not silent.hidden and not Truth(False).hidden
    assert witnesses([Truth(False), kept]) is kept
    assert witnesses([silent, Truth(False)]).value is False
    assert witnesses([kept, Truth(True)]).value is True
    assert any_true([silent, kept, Truth(False)]) is kept


@given(st.lists(TRUTHS))
def test_witnesses_need_one_that_knows(answers: list[Truth]) -> None:
    """One yes settles it, then one no; only silence stays open."""
    values = [answer.value for answer in answers]
    assert witnesses(answers).value is (True if True in values else False if False in values else None)


@pytest.mark.parametrize("count", [5, 2, 1.5, 1.0, -1, True, "1", None])
@pytest.mark.parametrize("field", ["AccountMFAEnabled", "AccountPasswordPresent"])
def test_marks_are_one_or_nought(field: str, count: object) -> None:
    """Whatever else stands there is malformed, and no answer."""
    answer = summary_has(view({**summary(), field: count}), field)
    assert answer.value is None
    assert answer.hidden == (count is not None)


@pytest.mark.parametrize("field", ["AccountAccessKeysPresent", "AccountSigningCertificatesPresent"])
def test_counts_are_whole_numbers(field: str) -> None:
    """Keys and certificates are counted; half a key is malformed."""
    for count, value in {0: False, 1: True, 2: True, 3: True, -1: None, 0.5: None, 1.5: None, "1": None}.items():
        assert summary_has(view({**summary(), field: count}), field).value is value


@pytest.mark.parametrize("count", [5, 1.5])
def test_a_malformed_mark_lets_nothing_pass(count: float) -> None:
    """Neither the summary nor an older report may pass in its place; the report may still disprove it."""
    broken = {"iam.account_summary": {**summary(), "AccountMFAEnabled": count}}
    assert only("root-mfa-enabled", broken, NO_ORGANIZATION).status == "UNKNOWN"
    assert only("root-mfa-enabled", broken | {"iam.credential_report": report()}, NO_ORGANIZATION).status == "UNKNOWN"
    worse = broken | {"iam.credential_report": report(mfa_active="false")}
    assert only("root-mfa-enabled", worse, NO_ORGANIZATION).status == "FAIL"
