"""The contacts of two accounts of the lab are registered from the configuration, read again, and put back."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rootwarden.errors import RefusedError
from rootwarden.flows.audit import JudgeRequest
from rootwarden.flows.collect import collect
from rootwarden.flows.planning import PlanRequest, make_plan
from rootwarden.flows.request import CollectRequest
from rootwarden.lab.blueprint import Account, Contact, Contacts, Organization, PrimaryContact, World
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.model.plan import Plan
from rootwarden.report.options import RenderOptions
from rootwarden.report.plans.shell import render
from rootwarden.store.snapshots import open_snapshot
from tests.emulated.collecting import sign_in
from tests.remedies.billing_desk import Desk, law_of_a_remedy, narrow
from tests.remedies.test_contact_fields import SHOP

FIRST, SECOND = "777777777701", "777777777702"
SLUGS = ("register-billing-contact", "register-operations-contact", "register-primary-contact")
SETTINGS: dict[str, dict[str, Any]] = {
    SLUGS[0]: {"name": "Billing", "title": "Finance", "email": "bills@shop.example", "phone": "+49 30 5550100"},
    SLUGS[1]: {"name": "Duty", "title": "Officer", "email": "duty@shop.example", "phone": "+49 30 5550101"},
    SLUGS[2]: SHOP,
}
FOUNDER = PrimaryContact(
    full_name="Ada Example", company="Garage", address="7 Garage Road", city="Porto", postal_code="4000-001",
    country="PT", phone="+351 22 555 0177",
)  # fmt: skip
FINANCE = Contact(name="Ada Example", title="Founder", email="ada@shop.example", phone="+351 22 555 0178")


def world(*contacts: Contacts) -> World:
    """Return an organization of accounts with these contacts."""
    accounts = tuple(
        Account(id=id_, name=f"shop-{id_[-1]}", email=f"aws+{id_[-1]}@shop.example", remediate_role=True, contacts=held)
        for id_, held in zip((FIRST, SECOND), contacts, strict=False)
    )
    return World(
        name="contacts", story="Whom AWS knows has left.", region="eu-west-1", accounts=accounts,
        organization=Organization(id="o-contacts777") if len(accounts) > 1 else None,
    )  # fmt: skip


class Office(Desk, kw_only=True):
    """Somebody at work on contacts; only what is about them is read and compared."""

    @property
    def reading(self) -> CollectRequest:
        """How AWS is read."""
        return CollectRequest(
            endpoint_url=self.lab.endpoint, org=self.org, regions=("us-east-1",),
            facts=("account.contacts", "account.primary_email"),
        )  # fmt: skip

    def held(self) -> dict[str, Any]:
        """Return every contact of all accounts, as AWS answers."""
        return {one.id: _held(self.client("account", one.id)) for one in self.world.accounts}


def _held(account: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind in ("SECURITY", "BILLING", "OPERATIONS"):
        try:
            found[kind] = account.get_alternate_contact(AlternateContactType=kind)["AlternateContact"]
        except account.exceptions.ResourceNotFoundException:
            found[kind] = None
    try:
        return found | {"PRIMARY": account.get_contact_information()["ContactInformation"]}
    except account.exceptions.ResourceNotFoundException:
        return found


@pytest.fixture(scope="module", name="open_lab")
def _open_lab() -> Iterator[Lab]:
    """One server for the tests of the file."""
    with Lab() as lab:
        yield lab


def at_work(patch: pytest.MonkeyPatch, folder: Path, lab: Lab, made: World) -> Office:
    """Seed a world and sit down in its first account."""
    lab.reset()
    seed(lab.endpoint, made)
    sign_in(patch, lab, FIRST)
    patch.setenv("AWS_ENDPOINT_URL", lab.endpoint)
    return Office(lab=lab, world=made, store=f"sqlite:///{folder}/store.db", org=made.organization is not None)


def wish(desk: Desk) -> Plan:
    """Plan all three contacts."""
    return desk.plan(SETTINGS, wishes=SLUGS)


def test_contacts_are_registered_and_put_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, open_lab: Lab) -> None:
    """In the caller's account and in a member: new ones, others in place of former ones, and all back again."""
    made = world(Contacts(primary=FOUNDER), Contacts(primary=FOUNDER, billing=FINANCE))
    desk = at_work(monkeypatch, tmp_path, open_lab, made)
    plan = wish(desk)
    assert [(one.remedy, one.account) for one in plan.changes] == [
        (slug, id_) for id_ in (FIRST, SECOND) for slug in SLUGS
    ]
    assert not any(one.stays for one in plan.changes)
    law_of_a_remedy(desk, plan, lambda: wish(desk))
    ours = [one for one in open_lab.records(SECOND) if "run/" in str(one.get("userAgent")) and not one["readOnly"]]
    assert [one["eventName"] for one in ours].count("PutContactInformation") == 2
    assert {one["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] for one in ours} == {
        "RootwardenRemediate"
    }
    assert render(plan, RenderOptions()).count("\naws account put-contact-information --cli-input-json") == 2


def test_where_none_was_the_new_one_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, open_lab: Lab) -> None:
    """AWS has no call that removes a primary contact: that is said before, and undo is refused."""
    desk = at_work(monkeypatch, tmp_path, open_lab, world(Contacts()))
    settings = {SLUGS[2]: SHOP}
    plan = desk.plan(settings, wishes=SLUGS[2:])
    assert [one.stays for one in plan.changes] == [
        ("AWS has no call that removes a primary contact: the new one stays",)
    ]
    applied = desk.apply(plan)
    assert applied is not None
    assert [one.proved for one in applied.checked] == [True]
    assert desk.held()[FIRST]["PRIMARY"]["FullName"] == "Shop Ltd"
    assert desk.plan(settings, wishes=SLUGS[2:]).changes == ()
    assert desk.apply(plan) is None
    with pytest.raises(RefusedError, match=r"nothing of the run .* can be taken back"):
        desk.undo(applied)
    narrow(desk, plan)


def test_the_address_is_read_for_whoever_changes_it_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, open_lab: Lab
) -> None:
    """Neither an audit's snapshot nor a plan of other things holds street and number; offline nothing is guessed."""
    desk = at_work(monkeypatch, tmp_path, open_lab, world(Contacts(primary=FOUNDER)))
    path = tmp_path / "snapshot.jsonl.gz"
    collect(desk.reading, path)
    text = gzip.decompress(path.read_bytes()).decode()
    assert '"PRIMARY":{"FullName":true' in text
    for private in (FOUNDER.address, FOUNDER.phone, FOUNDER.full_name):
        assert private not in text
    request = PlanRequest(judging=JudgeRequest(controls=(), settings={}), settings=SETTINGS, wishes=SLUGS)
    plan = make_plan(open_snapshot(path), request)
    assert [one.remedy for one in plan.changes] == list(SLUGS[:2])
    assert ["not in the snapshot" in one.why for one in plan.left] == [True]
    assert FOUNDER.phone not in str(desk.plan(SETTINGS, wishes=SLUGS[:2]))
    assert FOUNDER.phone in str(wish(desk))
