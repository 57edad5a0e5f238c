"""What a job of the roster allows, as one permission set, and what of AWS's own policies an account does not show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rootwarden.model.expect import Expect, Item
from rootwarden.people.ground import Ground
from rootwarden.people.roster import Group
from rootwarden.proofs.aws_policies import says_of_iam
from rootwarden.proofs.iam_directory import FACT


def policy_arn(name: str, partition: str) -> str:
    """Return the ARN of a policy of the roster: AWS's own are named by path and name."""
    return name if name.startswith("arn:") else f"arn:{partition}:iam::aws:policy/{name}"


def one_document(job: Group) -> dict[str, Any] | None:
    """Return the documents of a job as one: a permission set has a single inline policy."""
    statements: list[Any] = []
    for document in job.documents.values():
        found = document.get("Statement")
        statements += found if isinstance(found, list) else [found]
    return {"Version": "2012-10-17", "Statement": statements} if statements else None


def as_set(job: Group, partition: str) -> dict[str, Any]:
    """Return the permission set of a job."""
    managed = [{"Arn": policy_arn(one, partition)} for one in job.policies]
    return {"ManagedPolicies": managed, "InlinePolicy": one_document(job)}


def texts_of_aws(ground: Ground) -> Iterator[Expect]:
    """Go through AWS's own policies that the roster names and IAM does not show, because nobody holds them yet.

    Raises:
        UnseenError: the policies could not be read.
    """
    there = {one.get("Arn") for one in ground.items("policies")}
    named = {policy_arn(one, ground.partition) for job in ground.roster.groups.values() for one in job.policies}
    for arn in sorted(named - there):
        text = says_of_iam(arn)
        if text is not None:
            version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": text}
            value = {"PolicyName": arn.rpartition("/")[2], "DefaultVersionId": "v1", "PolicyVersionList": [version]}
            yield Expect(fact=FACT, at=("policies", Item("Arn", arn)), value=value)
