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
from rootwarden.proofs.root_credentials import access_keys, credentials_present, mfa_enabled
from rootwarden.proofs.truth import Truth, any_true, witnesses
from tests.controls.judged import unread
from tests.controls.root_facts import audit, bare_report, report, summary

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
