"""Identity Center lives in one Region of the organization: it is found there, and not finding it is no proof."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rootwarden.lab.blueprint import World
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from tests.emulated.collecting import collected, sign_in
from tests.emulated.lab_at_work import client, entry

Seeded = tuple[Lab, World]
FACTS = ("sso.instances", "sso.permission_sets")
ELSEWHERE = ("ca-central-1",)


@pytest.fixture(scope="module", name="seeded")
def _seeded() -> Iterator[Seeded]:
    """An organization with Identity Center in its home Region."""
    with Lab() as lab:
        yield lab, seed(lab.endpoint, "enterprise")


@pytest.fixture(name="at_work")
def _at_work(seeded: Seeded, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seeded]:
    """Somebody with all rights works in the management account; faults end with the test."""
    lab, world = seeded
    sign_in(monkeypatch, lab, world.management.id)
    yield seeded
    lab.clear_faults()


def test_found_whatever_regions_are_audited(at_work: Seeded, tmp_path: Path) -> None:
    """An audit of another Region alone still sees the permission sets, after one search for all accounts."""
    lab, world = at_work
    assert world.region not in ELSEWHERE
    begun = len(lab.records(world.management.id))
    read = collected(tmp_path, org=True, region=ELSEWHERE[0], regions=ELSEWHERE, facts=FACTS)
    assert len(read.organization["sso.instances"]) == 1
    assert any(facts["sso.permission_sets"]["sets"] for facts in read.accounts.values())
    asked = [
        one["awsRegion"] for one in lab.records(world.management.id)[begun:] if one["eventName"] == "ListInstances"
    ]
    assert asked[0] == ELSEWHERE[0]
    assert asked[-1] == world.region
    assert len(asked) == len(set(asked))


def test_a_plain_member_cannot_tell(seeded: Seeded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member that sees none, or only one that it made for itself, does not report an organization without one."""
    lab, world = seeded
    member = world.accounts[-1].id
    sign_in(monkeypatch, lab, member)
    for makes_one in (False, True):
        if makes_one:
            client(lab, "sso-admin", entry(lab, member)).create_instance(Name="its own")
        read = collected(tmp_path, facts=FACTS)
        for value in (read.organization["sso.instances"], read.accounts[member]["sso.permission_sets"]):
            assert value["_unknown"]["why"] == "not_visible_from_here"
            assert value["_unknown"]["hint"] == "run_from_management"
