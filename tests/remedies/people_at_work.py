"""A lab with a company in it, its roster, and the verbs by which people come and go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from rootwarden.aws.clients import Kept
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.flows.applying.running import Applied, apply_plan
from rootwarden.flows.applying.undoing import undo_run
from rootwarden.flows.audit import JudgeRequest, court_of
from rootwarden.flows.collect import CollectRequest, collect
from rootwarden.flows.people import FACTS, PeopleRequest, plan_people_live
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.lab.world import parse_world
from rootwarden.model.plan import Plan, in_steps
from rootwarden.model.snapshot import Facts
from rootwarden.model.view import Subject, View
from rootwarden.people.reading import read_roster
from rootwarden.people.roster import Roster
from rootwarden.store.snapshots import open_snapshot
from tests.emulated.collecting import sign_in
from tests.emulated.lab_at_work import client, entry

MANAGEMENT, ACCOUNT = "111122223333", "222233334444"
WORLD = f"""
name: company
story: A company of thirty whose people share the root user so far.
region: us-east-1
organization: {{id: o-company0001}}
accounts:
  - {{id: "{MANAGEMENT}", name: management, email: aws@company.example}}
  - id: "{ACCOUNT}"
    name: work
    email: aws+work@company.example
    remediate_role: true
    users:
      - {{name: ci, path: /service/, tags: {{kind: workload}}, active_keys: 1}}
      - {{name: old-hand, owner: old@company.example, password: true}}
"""
JOBS = {
    "developers": "{policies: [PowerUserAccess]}",
    "finance": "{policies: [job-function/Billing]}",
    "auditors": "{policies: [SecurityAudit]}",
    "admins": "{policies: [AdministratorAccess], unbounded: true}",
    "support": (
        "{documents: {app-logs: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: 'logs:GetLogEvents', "
        "Resource: 'arn:aws:logs:*:*:log-group:/app/*'}]}}}"
    ),
}


def person(user: str, function: str = "developers", more: str = "") -> str:
    """Return a line of a roster."""
    return f"  - {{user: {user}, name: {user} of Company, email: {user}@company.example, function: {function}{more}}}"


def roster_text(*people: str, top: str = "", jobs: dict[str, str] | None = None) -> str:
    """Return a roster of these lines."""
    groups = "\n".join(f"  {name}: {body}" for name, body in (jobs or JOBS).items())
    return f'roster: company\naccount: "{ACCOUNT}"\n{top}\ngroups:\n{groups}\npeople:\n' + "\n".join(people) + "\n"


def roster(*people: str, top: str = "", jobs: dict[str, str] | None = None) -> Roster:
    """Return a roster of these lines."""
    return read_roster(roster_text(*people, top=top, jobs=jobs), "roster.yaml")


class Company:
    """Somebody who plans, applies and undoes in the company's account."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab, self.folder = lab, folder
        self.reading = CollectRequest(regions=("us-east-1",), kept=Kept())
        self.request = ApplyRequest(
            reading=self.reading, store=str(folder / "runs.db"), handover=str(folder / "handover"), patience=0
        )
        self.told: list[str] = []

    def sign_in(self, patch: pytest.MonkeyPatch) -> None:
        """Become somebody of the management account."""
        sign_in(patch, self.lab, MANAGEMENT)
        self.__dict__.pop("iam", None)

    @cached_property
    def iam(self) -> Any:
        """IAM of the account, for whoever may do everything there."""
        return client(self.lab, "iam", entry(self.lab, ACCOUNT))

    def plan(self, wanted: Roster, **options: Any) -> Plan:
        """Plan the roster; every step that says that something stays says how it reads then."""
        plan = plan_people_live(self.reading, PeopleRequest(roster=wanted, **options))[1]
        assert all(bool(step.stays) is (step.stays_as is not None) for _, step in in_steps(plan.changes))
        return plan

    def apply(self, plan: Plan) -> Applied:
        """Apply a plan, and see that all of it was made and proved."""
        done = apply_plan(plan, self.request, lambda *_: True, self.told.append)
        assert done is not None
        assert done.stopped is None, done.stopped
        assert done.exit == 0, [one for one in done.checked if not one.proved]
        return done

    def undo(self, run: Applied) -> Applied:
        """Take a run back, and see that all reads as before."""
        undone = undo_run(run.run.id, self.request, lambda *_: True, self.told.append)
        assert undone is not None
        assert undone.stopped is None, undone.stopped
        assert undone.exit == 0, undone.checked
        return undone

    def follow(self, wanted: Roster, **options: Any) -> Applied:
        """Plan the roster and apply it; planned again, there is nothing to do."""
        done = self.apply(self.plan(wanted, **options))
        assert not self.plan(wanted).changes
        return done

    def view(self) -> View:
        """Return the account as it reads now."""
        path = self.folder / "now.jsonl.gz"
        collect(replace(self.reading, accounts=(ACCOUNT,), facts=FACTS), path)
        snapshot = open_snapshot(path)
        own = next(line.facts for line in snapshot.accounts() if line.account == ACCOUNT)
        court = court_of(snapshot, JudgeRequest(controls=(), settings={}))
        return court.view(Subject(account=ACCOUNT, partition="aws"), Facts(own))

    def people(self) -> dict[str, Any]:
        """Return what IAM itself says of users, groups and policies, without times and ids."""
        found = self.iam.get_account_authorization_details()
        kept = {}
        for kind in ("UserDetailList", "GroupDetailList", "Policies"):
            kept[kind] = sorted((_plain(one) for one in found[kind]), key=str)
        return kept


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        left_out = ("CreateDate", "UpdateDate", "AttachmentCount", "PermissionsBoundaryUsageCount", "PolicyId")
        return {key: _plain(item) for key, item in value.items() if key not in left_out}
    return [_plain(one) for one in value] if isinstance(value, list) else value


@pytest.fixture(scope="module", name="open_company")
def _open_company() -> Iterator[Lab]:
    """One server for the tests of a file."""
    with Lab() as lab:
        yield lab


@pytest.fixture(name="company")
def _company(open_company: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """The company as it was founded, and somebody of the management account at work."""
    with open_by(open_company, tmp_path, monkeypatch) as company:
        yield company


@contextmanager
def open_by(lab: Lab, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Company]:
    """Found the company anew, and let somebody of the management account work there."""
    lab.reset()
    seed(lab.endpoint, parse_world(WORLD, "company.yaml"))
    company = Company(lab, folder)
    company.sign_in(patch)
    yield company
    lab.reset()
