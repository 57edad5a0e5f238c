"""Every type of resource that a remedy may declare is known everywhere: its names, Terraform, and the lab's stacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

import rootwarden as program
from rootwarden.lab.stack.kinds import KINDS as LAB
from rootwarden.report.code.aws_types import TYPES
from rootwarden.report.code.terraform import KINDS as TERRAFORM
from rootwarden.report.code.terraform.kind import Say
from tests.exports.sample_plans import everything

# What a lab's stack makes, and no remedy: it belongs to deployments.
DEPLOYED = {"AWS::Events::EventBus", "AWS::Events::EventBusPolicy", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy"}
# What has no words in Terraform on purpose: a password is never written down.
SECRET = {"AWS::IAM::User": {"LoginProfile"}}


def schema(type_: str) -> dict[str, Any]:
    """Return AWS's own schema of a type."""
    found: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_).schema
    return found


def test_one_set_of_types() -> None:
    """What the exports know is what the lab can make."""
    assert set(TYPES) == set(TERRAFORM) == set(LAB) - DEPLOYED


def test_the_sample_plans_hold_every_type() -> None:
    """So that every test of them is one of every type."""
    assert {one.type for change in everything().changes for one in change.declares} == set(TYPES)


@pytest.mark.parametrize("type_", sorted(TYPES))
def test_names_are_those_of_the_schema(type_: str) -> None:
    """Names, identifiers and attributes are those of AWS's own schema."""
    about, said = TYPES[type_], schema(type_)
    assert [f"/properties/{name}" for name in about.identifier] == said["primaryIdentifier"]
    assert {path.split(".")[0] for path in about.named} <= set(said["properties"])
    attributes = {path.split("/")[2] for path in said.get("readOnlyProperties", [])}
    assert set(about.arns) <= attributes | set(about.names)
    assert set(about.names) <= attributes | {"TopicName"}
    if about.attached_to:
        assert about.attached_to in said["properties"]


@pytest.mark.parametrize("type_", sorted(TYPES))
def test_terraform_and_lab_know_the_same_properties(type_: str) -> None:
    """What a stack of the lab takes, Terraform says, and every name is one of the schema."""
    kind, made = TERRAFORM[type_], LAB[type_]
    ours = {*kind.says, *kind.parts}
    assert ours == {*made.needs, *made.takes}
    assert ours <= set(schema(type_)["properties"])
    assert not ours & SECRET.get(type_, set())
    assert set(schema(type_).get("required", [])) <= ours


@pytest.mark.parametrize("type_", sorted(TYPES))
def test_inner_names_are_those_of_the_schema(type_: str) -> None:
    """What stands deeper in a property is looked up in the schema, too."""
    whole = schema(type_)
    for name, say in TERRAFORM[type_].says.items():
        wrong = list(_strangers(say, whole["properties"][name], whole, name))
        assert not wrong


def _strangers(say: Say, place: Mapping[str, Any], whole: dict[str, Any], path: str) -> Iterator[str]:
    if not say.inside:
        return
    while "$ref" in place or "items" in place:
        place = whole["definitions"][place["$ref"].rsplit("/", 1)[1]] if "$ref" in place else place["items"]
    known = place["properties"]
    for name, inner in say.inside.items():
        if name not in known:
            yield f"{path}.{name}"
        else:
            yield from _strangers(inner, known[name], whole, f"{path}.{name}")


@pytest.mark.parametrize("type_", sorted(TYPES))
def test_attributes_are_known_to_terraform_and_lab(type_: str) -> None:
    """Every attribute that CloudFormation gives of a type has words in Terraform."""
    about = TYPES[type_]
    assert {*about.arns, *about.names} - set(TERRAFORM[type_].gets) <= {"Id"}


def test_every_type_that_a_remedy_declares_is_known() -> None:
    """A remedy of a new type is told here what it lacks; what only runs would tell is not waited for."""
    rooms = Path(program.__file__).parent
    found = {
        type_
        for room in ("remedies", "proofs")
        for path in (rooms / room).glob("*.py")
        for type_ in re.findall(r'type="(AWS::\w+::\w+)"', path.read_text(encoding="utf-8"))
    }
    assert found <= set(TYPES)
