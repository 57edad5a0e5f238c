"""A desk for the alerting remedies: plan from a living world, apply, undo, and read what is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from rootwarden import catalogue
from rootwarden.aws.audit_policy import member_policy
from rootwarden.aws.clients import Kept
from rootwarden.aws.remediate_policy import plan_policy
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.flows.applying.running import Applied, apply_plan
from rootwarden.flows.applying.undoing import undo_run
from rootwarden.flows.audit import JudgeRequest, judge_snapshot
from rootwarden.flows.collect import CollectRequest, collect
from rootwarden.flows.planning import PlanRequest, make_plan
from rootwarden.lab.blueprint import World
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.model.findings import Finding
from rootwarden.model.plan import Plan, encode
from rootwarden.model.plan_file import read_plan
from rootwarden.model.snapshot import Facts
from rootwarden.proofs.ways_in import FACTS as WAYS_IN
from rootwarden.store.snapshots import OpenSnapshot, open_snapshot
from tests.emulated.collecting import sign_in

FACTS = (
    "account.identity", "account.regions", *WAYS_IN, "org.organization", "org.accounts",
    "org.service_access", "org.delegated_admins", "cloudtrail.trails", "logs.log_groups", "logs.metric_filters",
    "cloudwatch.alarms", "events.rules", "sns.topics", "kms.keys", "guardduty.detectors", "accessanalyzer.analyzers",
)  # fmt: skip
# What changes of itself is left out: when something was last delivered, and who used what when.
ALERTING = (
    "logs.log_groups", "logs.metric_filters", "cloudwatch.alarms", "events.rules", "sns.topics", "kms.keys",
    "guardduty.detectors", "accessanalyzer.analyzers",
)  # fmt: skip
Settings = dict[str, dict[str, Any]]


class Desk:
    """One world in a lab, and whoever changes one account of it."""

    def __init__(self, lab: Lab, world: World, account: str, folder: Path, regions: tuple[str, ...]) -> None:
        """Work in one account; only these Regions are read."""
        self.lab, self.world, self.account, self.folder = lab, world, account, folder
        self.reading = CollectRequest(
            endpoint_url=lab.endpoint,
            region="us-east-1",
            accounts=(account,),
            regions=regions,
            facts=FACTS,
            kept=Kept(),
        )
        self.store = f"sqlite:///{folder / 'runs.db'}"

    def snapshot(self) -> OpenSnapshot:
        """Read the account anew."""
        path = self.folder / "snapshot.jsonl.gz"
        collect(self.reading, path)
        return open_snapshot(path)

    def facts(self) -> dict[str, Any]:
        """Return the facts of the account about alerting as plain values."""
        line = next(iter(self.snapshot().accounts()))
        return {name: Facts(line.facts).get(name)[0] for name in line.facts if name in ALERTING}

    def findings(self, *codes: str) -> dict[str, Finding]:
        """Judge these controls now; findings by resource."""
        audit = judge_snapshot(self.snapshot(), JudgeRequest(controls=controls(*codes), settings={}))
        return {one.resource: one for one in audit.findings}

    def plan(self, *codes: str, wishes: tuple[str, ...] = (), settings: Settings | None = None) -> Plan:
        """Plan for the failing findings of these controls, and for wishes; through a file, as people do it."""
        request = PlanRequest(
            judging=JudgeRequest(controls=controls(*codes), settings={}), settings=settings or {}, wishes=wishes
        )
        return read_plan(encode(make_plan(self.snapshot(), request)), "plan.json")

    def apply(self, plan: Plan) -> Applied:
        """Apply a plan without asking."""
        applied = apply_plan(plan, self.request(), lambda *_: True, lambda _: None)
        assert applied is not None
        assert applied.stopped is None, applied.stopped
        return applied

    def undo(self, applied: Applied) -> Applied:
        """Take a run back."""
        undone = undo_run(applied.run.id, self.request(), lambda *_: True, lambda _: None)
        assert undone is not None
        assert undone.stopped is None, undone.stopped
        return undone

    def request(self) -> ApplyRequest:
        """How to apply and undo here."""
        return ApplyRequest(reading=self.reading, store=self.store, patience=0)

    def client(self, service: str, region: str) -> Any:
        """Return a client for whoever works in the account."""
        given = self.lab.environment(self.account, "Admin", region)
        return boto3.client(
            service, endpoint_url=self.lab.endpoint, region_name=region,
            aws_access_key_id=given["AWS_ACCESS_KEY_ID"], aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=given["AWS_SESSION_TOKEN"],
        )  # fmt: skip

    def confirm(self, topic: str, address: str) -> None:
        """Click the link in the mail that somebody got."""
        from moto.sns.models import sns_backends  # noqa: PLC0415

        from rootwarden.lab.services.sns import confirm, confirmation_token  # noqa: PLC0415

        backend = sns_backends[self.account][topic.split(":")[3]]
        found = [one for one in backend.subscriptions.values() if (one.topic.arn, one.endpoint) == (topic, address)]
        confirm(found[0].topic, confirmation_token(found[0].arn))

    def only(self, patch: pytest.MonkeyPatch, plan: Plan) -> None:
        """Go on with the rights of the plan and of an audit, and no others."""
        policy = {
            "Version": "2012-10-17",
            "Statement": [*plan_policy(plan.changes)["Statement"], *member_policy()["Statement"]],
        }
        # The resources would be too long for STS; the lab asks for the actions.
        actions = sorted({action for one in policy["Statement"] for action in one["Action"]})
        narrow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
        role = f"arn:aws:iam::{self.account}:role/RootwardenAudit"
        keys = self.client("sts", "us-east-1").assume_role(
            RoleArn=role, RoleSessionName="least", Policy=json.dumps(narrow, separators=(",", ":"))
        )["Credentials"]
        patch.setenv("AWS_ACCESS_KEY_ID", keys["AccessKeyId"])
        patch.setenv("AWS_SECRET_ACCESS_KEY", keys["SecretAccessKey"])
        patch.setenv("AWS_SESSION_TOKEN", keys["SessionToken"])


def controls(*codes: str) -> tuple[Any, ...]:
    """Return the registered controls of these codes."""
    return tuple(one for one in catalogue.controls() if one.control.code in codes)


def open_desk(
    lab: Lab, world: str, account: str, folder: Path, patch: pytest.MonkeyPatch, *regions: str, caller: str = ""
) -> Desk:  # fmt: skip
    """Seed a world and sit down in an account of it, or in another one from which it is entered."""
    lab.reset()
    made = seed(lab.endpoint, world)
    sign_in(patch, lab, caller or account)
    return Desk(lab, made, account, folder, regions)
