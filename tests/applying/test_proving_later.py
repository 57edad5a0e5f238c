"""Proved later is all that was looked at when the run ended; what cannot be read proves nothing, either way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from msgspec.structs import replace

from rootwarden.errors import AuthError, Exit
from rootwarden.flows.applying.proving_later import prove_run
from rootwarden.flows.applying.running import Applied
from rootwarden.model.plan import Plan
from rootwarden.model.run import Checked, Run
from rootwarden.store.opening import open_store
from rootwarden.store.run_log import find_run, write_act
from tests.applying.test_going_on import stopped
from tests.applying.test_undoing import contact_now
from tests.applying.workshop import MANAGEMENT, Workshop
from tests.emulated.lab_at_work import client, entry

Mend = Callable[[Checked], Checked]


def proved(shop: Workshop, run: str) -> Applied | None:
    """Read again what is not proved yet."""
    return prove_run(run, shop.request(), shop.said.append)


def kept(shop: Workshop, run: str, change: Mend | None = None) -> Run:
    """Return a run as it is kept; `change` writes first what would have been found when it ended."""
    with closing(open_store(shop.store)) as store:
        one = find_run(store, run)
        if change is not None:
            write_act(store, one, replace(one, checked=tuple(map(change, one.checked))))
        return find_run(store, run)


def here(plan: Plan) -> Plan:
    """Return what of a plan is about the account that asks."""
    return replace(plan, changes=tuple(one for one in plan.changes if one.account == MANAGEMENT))


def test_what_undoing_looked_at_is_looked_at_again(shop: Workshop) -> None:
    """Nothing was begun, somebody else set it, and undone it is not as before: nor is it when it is read again."""
    run = stopped(shop, "RW-POL-05").run.id
    contact_now(shop, EmailAddress="other@shop.example")
    undone = shop.undo(run)
    assert undone is not None and undone.exit is Exit.UNVERIFIED
    found = proved(shop, run)
    assert found is not None and found.exit is Exit.UNVERIFIED
    assert [(one.change, one.proved) for one in found.checked] == [(one.change, False) for one in undone.checked]
    client(shop.lab, "account", entry(shop.lab, MANAGEMENT)).delete_alternate_contact(AlternateContactType="SECURITY")
    found = proved(shop, run)
    assert found is not None and found.exit is Exit.FINE
    assert proved(shop, run) is None


def test_what_somebody_else_made_stays_in_the_proof(shop: Workshop) -> None:
    """It was checked when the run ended, and it is one of its changes."""
    run = stopped(shop, "RW-POL-05", "RW-TRAIL-03").run.id
    there = client(shop.lab, "cloudtrail", entry(shop.lab, MANAGEMENT), "eu-west-1")
    there.update_trail(Name="management-trail", EnableLogFileValidation=True)
    resumed = shop.resume(run)
    assert resumed is not None and len(resumed.checked) == 2
    kept(shop, run, lambda one: replace(one, proved=False, detail="x"))
    found = proved(shop, run)
    assert found is not None and found.exit is Exit.FINE
    assert {one.change for one in kept(shop, run).checked if one.proved} == {one.change for one in resumed.checked}


def test_what_cannot_be_read_is_as_it_was(shop: Workshop) -> None:
    """It waited, nobody may look, it waits still; once one may, it is proved."""
    applied = shop.apply(here(shop.plan("RW-TRAIL-03")))
    assert applied is not None
    run = applied.run.id
    late = kept(shop, run, lambda one: replace(one, proved=False, waiting=True, detail="late")).checked
    shop.lab.deny("cloudtrail:DescribeTrails", account=MANAGEMENT)
    found = proved(shop, run)
    shop.lab.clear_faults()
    assert found is not None and isinstance(found.unproved, AuthError) and found.unproved.exit_code is Exit.AUTH
    assert kept(shop, run).checked == late and [one.proved for one in kept(shop, run).acts[-1].checked] == [False]
    found = proved(shop, run)
    assert found is not None and found.exit is Exit.FINE
