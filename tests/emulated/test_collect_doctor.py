"""The doctor names what is missing, what would be UNKNOWN for it, and how far the clocks are apart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rootwarden.flows.collect import CollectRequest
from rootwarden.flows.doctor import Diagnosis, diagnose
from rootwarden.lab.blueprint import World
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from tests.emulated.collecting import sign_in

Seeded = tuple[Lab, World]


@pytest.fixture(scope="module", name="seeded")
def _seeded() -> Iterator[Seeded]:
    """An organization with a delegated administrator."""
    with Lab() as lab:
        yield lab, seed(lab.endpoint, "enterprise")


@pytest.fixture(name="lab")
def _lab(seeded: Seeded, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """The lab, with somebody working in the management account; faults end with the test."""
    lab, world = seeded
    sign_in(monkeypatch, lab, world.management.id)
    yield lab
    lab.clear_faults()


def states(found: Diagnosis) -> dict[str, str]:
    """Return the state of each fact."""
    return {one.fact: one.state for one in found.facts}


def test_healthy(lab: Lab, seeded: Seeded) -> None:
    """With all rights nothing is missing, and what cannot be probed says why."""
    found = diagnose(CollectRequest())
    assert (found.place, found.partition, found.account) == ("management", "aws", seeded[1].management.id)
    assert found.endpoint == lab.endpoint
    assert set(states(found).values()) <= {"ok", "not_probed"}
    assert all(one.why for one in found.facts if one.state == "not_probed")
    assert found.missing == ()
    assert found.blind == ()
    assert not found.skewed
    assert found.source_identity is None


def test_missing_permissions_and_what_they_blind(lab: Lab) -> None:
    """Each missing permission is named with its fact, and the controls that could not judge."""
    lab.deny("sns:ListSubscriptionsByTopic", "iam:GetAccountSummary", "cloudtrail:GetTrailStatus")
    found = diagnose(CollectRequest())
    assert set(found.missing) == {"sns:ListSubscriptionsByTopic", "iam:GetAccountSummary", "cloudtrail:GetTrailStatus"}
    assert {fact for fact, state in states(found).items() if state == "missing"} == {
        "sns.topics", "iam.account_summary", "cloudtrail.trails",
    }  # fmt: skip
    blind = {one.code: one.facts for one in found.blind}
    assert blind["RW-ROOT-02"] == ("iam.account_summary",)
    assert "RW-ROOT-04" not in blind, "the credential report is enough for it"


def test_clocks_apart(lab: Lab) -> None:
    """Two minutes are reported before AWS begins to refuse."""
    lab.skew(120)
    found = diagnose(CollectRequest())
    assert found.skewed
    assert found.skew_seconds == pytest.approx(120, abs=5)


def test_delegated_and_plain_members(lab: Lab, seeded: Seeded, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delegated administrator learns for what; a plain member where to ask."""
    _, world = seeded
    sign_in(monkeypatch, lab, world.account("security").id)
    delegated = diagnose(CollectRequest())
    assert delegated.place == "delegated"
    assert set(delegated.delegated_for or ()) == {"iam.amazonaws.com", "cloudtrail.amazonaws.com"}
    sign_in(monkeypatch, lab, world.accounts[-1].id)
    plain = diagnose(CollectRequest())
    assert plain.place == "member"
    assert states(plain)["org.accounts"] == "elsewhere"
    assert states(plain)["iam.account_summary"] == "ok"


def test_nothing_is_changed_and_nothing_costs(lab: Lab, seeded: Seeded) -> None:
    """The doctor only reads, does not become root, and asks nothing that AWS charges for."""
    records = lab.records(seeded[1].management.id)
    begun = len(records)
    diagnose(CollectRequest(root_audit=True, paid=True))
    names = {record["eventName"] for record in records[begun:]}
    assert all(name.startswith(("Get", "List", "Describe", "Generate")) for name in names)
    assert "GetCostAndUsage" not in names


def test_keys_that_do_not_exist_prove_no_permission(lab: Lab) -> None:
    """Of KMS only a refusal tells something: "not found" is reported as not tried, a denial as missing."""
    request = CollectRequest(facts=("kms.keys",))
    (keys,) = [one for one in diagnose(request).facts if one.fact == "kms.keys"]
    assert keys.state == "not_probed"
    assert {call.state for call in keys.calls if call.call.startswith("kms.")} == {"not_probed"}
    lab.deny("kms:GetKeyPolicy")
    (keys,) = [one for one in diagnose(request).facts if one.fact == "kms.keys"]
    assert (keys.state, keys.missing) == ("missing", ("kms:GetKeyPolicy",))
