"""Somebody at work on the bills of a world: plans, applies and undoes, and looks at what AWS holds."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jmespath
import pytest
from botocore import xform_name
from msgspec import Struct, field

from rootwarden import catalogue
from rootwarden.aws.clients import Kept
from rootwarden.aws.remediate_policy import plan_policy
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.flows.applying.running import Applied, apply_plan
from rootwarden.flows.applying.undoing import undo_run
from rootwarden.flows.audit import JudgeRequest
from rootwarden.flows.limits import checked, checked_remedies
from rootwarden.flows.live import audit_live, plan_live
from rootwarden.flows.planning import PlanRequest
from rootwarden.flows.request import CollectRequest
from rootwarden.lab.blueprint import World
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.model.findings import Finding
from rootwarden.model.placeholders import resolved
from rootwarden.model.plan import Call, Change, Plan, encode
from rootwarden.model.plan_file import read_plan
from tests.emulated.collecting import sign_in
from tests.emulated.lab_at_work import client, entry

BILLING = ("budgets.budgets", "budgets.notifications", "budgets.subscribers", "sns.topics", "cloudwatch.alarms",
           "ce.cost", "ce.anomaly_monitors", "ce.anomaly_subscriptions", "kms.keys")  # fmt: skip
# What AWS itself changes when a budget is touched.
_BY_ITSELF = ("CalculatedSpend", "LastUpdatedTime", "NotificationState", "Status")


class Desk(Struct, kw_only=True):
    """A world, the account somebody works from, and how much of it is read."""

    lab: Lab
    world: World
    store: str
    org: bool
    paid: bool = True
    kept: Kept = field(default_factory=Kept)

    @property
    def reading(self) -> CollectRequest:
        """How AWS is read."""
        return CollectRequest(
            endpoint_url=self.lab.endpoint,
            org=self.org,
            paid=self.paid,
            regions=("us-east-1",),
            facts=BILLING,
            kept=self.kept,
        )

    def plan(
        self, settings: Mapping[str, Mapping[str, Any]], *, controls: Mapping[str, Mapping[str, Any]] | None = None,
        wishes: tuple[str, ...] = (),
    ) -> Plan:  # fmt: skip
        """Plan all that is about bills; the plan goes through its file, as it does when people apply it."""
        judging = JudgeRequest(
            controls=tuple(one for one in catalogue.controls() if one.control.code.startswith("RW-BILL")),
            settings=checked(controls or {}, "test"),
        )
        request = PlanRequest(judging=judging, settings=checked_remedies(settings, "test"), wishes=wishes)
        _, found = plan_live(self.reading, request)
        return read_plan(encode(found), "plan.json")

    def apply(self, plan: Plan) -> Applied | None:
        """Carry the plan out."""
        return apply_plan(plan, self._request(), lambda *_: True, lambda _: None)

    def undo(self, applied: Applied) -> Applied | None:
        """Take the run back."""
        return undo_run(applied.run.id, self._request(), lambda *_: True, lambda _: None)

    def findings(self, code: str) -> list[Finding]:
        """Judge one control now."""
        controls = tuple(one for one in catalogue.controls() if one.control.code == code)
        _, audit = audit_live(self.reading, JudgeRequest(controls=controls, settings={}))
        return list(audit.findings)

    def client(self, service: str, account: str) -> Any:
        """Return a client of an administrator."""
        return client(self.lab, service, entry(self.lab, account))

    def held(self) -> dict[str, Any]:
        """Return everything that all accounts hold of budgets and anomaly detection, without what AWS works out."""
        return {one.id: _without(_held(self, one.id)) for one in self.world.accounts}

    def _request(self) -> ApplyRequest:
        return ApplyRequest(reading=self.reading, store=self.store, patience=0)


def open_desk(patch: pytest.MonkeyPatch, folder: Path, lab: Lab, world: str, **given: Any) -> Desk:
    """Seed a world and sit down in its first account."""
    made = seed(lab.endpoint, world)
    sign_in(patch, lab, made.management.id)
    patch.setenv("AWS_ENDPOINT_URL", lab.endpoint)
    assert "AWS_ACCESS_KEY_ID" in os.environ
    return Desk(lab=lab, world=made, store=f"sqlite:///{folder}/store.db", org=made.organization is not None, **given)


def write_world(folder: Path, **account: Any) -> str:
    """Write a world of one account, with these fields beside its name."""
    path = folder / "alone.yaml"
    alone = {"id": "666666666601", "name": "alone", "email": "a@alone.example", **account}
    path.write_text(json.dumps({"name": "alone", "story": "One account.", "accounts": [alone]}))
    return str(path)


def law_of_a_remedy(desk: Desk, plan: Plan, again: Any) -> None:
    """Hold what every plan must keep: applied it is proved, planned again it is empty, undone all reads as before.

    `again` plans once more.
    """
    before = desk.held()
    narrow(desk, plan)
    assert desk.held() == before, "what the narrow session did was taken back"
    applied = desk.apply(plan)
    assert applied is not None
    assert all(one.proved or one.waiting for one in applied.checked), applied.checked
    assert applied.stopped is None
    after = desk.held()
    assert after != before
    mended = {one.remedy for one in plan.changes}
    assert [one.title for one in again().changes if one.remedy in mended] == []
    assert desk.apply(plan) is None, "applied twice is applied once"
    assert desk.held() == after
    undone = desk.undo(applied)
    assert undone is not None
    assert all(one.proved for one in undone.checked), undone.checked
    assert desk.held() == before


def narrow(desk: Desk, plan: Plan) -> None:
    """Make and take back every change in a session that may do only what the policy of the plan says."""
    for change in plan.changes:
        keys = _narrowed(desk, change)
        kept: dict[str, Any] = {}
        for step in change.steps:
            if step.seen is not None:
                assert not _seen(desk, keys, step.seen, kept), f"{step.id}: the probe finds it before it is made"
            answer = _call(desk, keys, step.call, kept)
            kept |= {f"{step.id}.{name}": jmespath.search(path, answer) for name, path in step.keeps.items()}
            if step.seen is not None:
                found = _seen(desk, keys, step.seen, kept)
                assert found, f"{step.id}: the probe does not find it once it is made"
                probed = _call(desk, keys, step.seen.call, kept)
                for name, path in step.keeps.items():
                    assert jmespath.search(path, probed) == kept[f"{step.id}.{name}"]
        for step in reversed(change.steps):
            for call in step.undo:
                _call(desk, keys, call, kept)


def _seen(desk: Desk, keys: dict[str, str], probe: Any, kept: dict[str, Any]) -> bool:
    client_ = client(desk.lab, probe.call.service, keys)
    try:
        answer = getattr(client_, xform_name(probe.call.operation))(**resolved(probe.call.parameters, kept))
    except client_.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] in probe.absent, error
        return False
    return bool(jmespath.search(probe.done, answer))


def _call(desk: Desk, keys: dict[str, str], call: Call, kept: dict[str, Any]) -> dict[str, Any]:
    operation = getattr(client(desk.lab, call.service, keys), xform_name(call.operation))
    answer: dict[str, Any] = operation(**resolved(call.parameters, kept))
    return answer


def _narrowed(desk: Desk, change: Change) -> dict[str, str]:
    """Return keys of an administrator's session in the account that a session policy narrows to the plan's policy."""
    iam, sts = desk.client("iam", change.account), desk.client("sts", change.account)
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{change.account}:root"},
                       "Action": "sts:AssumeRole"}],
    }  # fmt: skip
    name = f"everything-{change.id}"[:60]
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    text = json.dumps(plan_policy((change,)), separators=(",", ":"))
    found: dict[str, str] = sts.assume_role(RoleArn=arn, RoleSessionName="narrow", Policy=text)["Credentials"]
    return found


def _held(desk: Desk, account: str) -> dict[str, Any]:
    budgets, ce = desk.client("budgets", account), desk.client("ce", account)
    found: dict[str, Any] = {}
    for budget in budgets.describe_budgets(AccountId=account)["Budgets"]:
        named = {"AccountId": account, "BudgetName": budget["BudgetName"]}
        alerts = budgets.describe_notifications_for_budget(**named)["Notifications"]
        told = [budgets.describe_subscribers_for_notification(**named, Notification=one)["Subscribers"]
                for one in alerts]  # fmt: skip
        found[budget["BudgetName"]] = [budget, [list(pair) for pair in zip(alerts, told, strict=True)]]
    return found | {
        "monitors": ce.get_anomaly_monitors()["AnomalyMonitors"],
        "subscriptions": ce.get_anomaly_subscriptions()["AnomalySubscriptions"],
    }


def _without(value: Any) -> Any:
    match value:
        case dict():
            return {name: _without(item) for name, item in value.items() if name not in _BY_ITSELF}
        case list():
            return [_without(item) for item in value]
        case _:
            return value
