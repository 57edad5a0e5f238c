"""A policy of the roster's own: made, or given a new version; the version before is kept, so that it can come back."""

from __future__ import annotations

from typing import Any

from rootwarden.model.expect import Expect, Item
from rootwarden.model.placeholders import as_json, refer
from rootwarden.model.plan import Difference, Probe, Risk, Step
from rootwarden.people.ground import Ground, iam
from rootwarden.people.roster import MANAGED
from rootwarden.proofs.iam_directory import FACT
from rootwarden.proofs.resting_people import on_policy


def ensure_policy(ground: Ground, name: str, document: dict[str, Any], purpose: str) -> str:
    """Plan a managed policy of this name and content at the roster's path; return its ARN."""
    arn = ground.arn("policy", ground.roster.path, name)
    there = ground.document(arn)
    if there is None:
        _create(ground, arn, name, document, purpose)
    elif there["Document"] != document:
        _renew(ground, arn, name, there, document, purpose)
    return arn


def _create(ground: Ground, arn: str, name: str, document: dict[str, Any], purpose: str) -> None:
    create = Step(
        id="policy",
        does=f"Create the policy {name}",
        call=iam(
            "CreatePolicy", PolicyName=name, Path=ground.roster.path, PolicyDocument=as_json(document),
            Description=purpose, Tags=[{"Key": MANAGED, "Value": ground.roster.roster}],
        ),
        undo=(iam("DeletePolicy", PolicyArn=arn),),
        used=on_policy(arn),
        seen=Probe(call=iam("GetPolicy", PolicyArn=arn), done="Policy.Arn", absent=("NoSuchEntity",)),
        on=(arn,),
    )  # fmt: skip
    ground.plan(
        "policy", f"Create the policy {name}: {purpose}", why=f"the roster {ground.roster.roster} needs it",
        resource=arn, steps=(create,), expects=(_there(arn, None),),
        then=(
            _there(arn, {"PolicyName": name, "DefaultVersionId": "v1"}),
            Expect(fact=FACT, at=("policies", Item("Arn", arn), "PolicyVersionList", Item("IsDefaultVersion", True)),
                   value={"VersionId": "v1", "Document": document}),
        ),
        shows=(Difference(what=name, before="not there", after=purpose),),
    )  # fmt: skip


def _renew(ground: Ground, arn: str, name: str, there: dict[str, Any], document: dict[str, Any], purpose: str) -> None:
    """Put a new version in place of the default one; IAM keeps five, so the former can come back."""
    old = str(there["VersionId"])
    make = Step(
        id="version",
        does=f"Give the policy {name} its new text",
        call=iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=as_json(document), SetAsDefault=True),
        keeps={"id": "PolicyVersion.VersionId || Policy.DefaultVersionId"},
        undo=(
            iam("SetDefaultPolicyVersion", PolicyArn=arn, VersionId=old),
            iam("DeletePolicyVersion", PolicyArn=arn, VersionId=refer("version", "id")),
        ),
        seen=Probe(call=iam("GetPolicy", PolicyArn=arn), done=f"Policy.DefaultVersionId != '{old}'"),
        on=(arn,),
    )
    places = ("policies", Item("Arn", arn), "PolicyVersionList", Item("IsDefaultVersion", True))
    ground.plan(
        "policy-version", f"Give the policy {name} its new text: {purpose}",
        why=f"it is not what the roster {ground.roster.roster} says", resource=arn, steps=(make,), risk=Risk.CAREFUL,
        expects=(Expect(fact=FACT, at=places, value={"Document": there["Document"]}),),
        then=(Expect(fact=FACT, at=places, value={"Document": document}),),
        shows=(Difference(what=name, before=f"version {old}", after="a new version"),),
        notes=("IAM keeps five versions of a policy; where there are five, delete one first",),
    )  # fmt: skip


def _there(arn: str, value: Any) -> Expect:
    return Expect(fact=FACT, at=("policies", Item("Arn", arn)), value=value)
