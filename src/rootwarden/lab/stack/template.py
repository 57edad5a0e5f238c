"""Reads a CloudFormation template: YAML whose short forms (`!Ref`) become long ones, and whose sections are known.

Source: CloudFormation User Guide, "Template sections" and "Intrinsic function reference".
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from msgspec import Struct

from rootwarden.errors import InputError

SECTIONS = frozenset(
    {"AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Conditions", "Resources", "Outputs"}
)
# What to do when a stack is deleted means nothing while it is being made.
_RESOURCE_KEYS = frozenset({"Type", "Properties", "Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy"})
_BARE = frozenset({"Ref", "Condition"})  # whose long form has no "Fn::" before it


class Resource(Struct, frozen=True):
    """One resource as written: its type, its properties unresolved, its condition and what it names under DependsOn."""

    type: str
    properties: dict[str, Any]
    condition: str
    after: tuple[str, ...]


class Template(Struct, frozen=True):
    """The parts of a template that matter here, all functions in their long form."""

    parameters: dict[str, dict[str, Any]]
    conditions: dict[str, Any]
    resources: dict[str, Resource]
    outputs: dict[str, dict[str, Any]]


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags, where dates stay text."""


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """Return the long form of a short one; `!GetAtt A.B` is a list in it."""
    name = suffix if suffix in _BARE else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        value = value.split(".", 1) if suffix == "GetAtt" else value
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        raise InputError(f"template: !{suffix} of a map", why="no function used here takes one", todo="use a list")
    return {name: value}


def _text(_: _Loader, node: yaml.Node) -> str:
    """Return a date as it is written: versions of policies are text."""
    return str(node.value)


_Loader.add_multi_constructor("!", _function)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _text)


def read_template(text: str) -> Template:
    """Return a template.

    Raises:
        InputError: it is no YAML, or a section or key of it is not known here; names it.
    """
    try:
        document = yaml.load(text, _Loader)  # a SafeLoader, with tags of plain data
    except yaml.YAMLError as error:
        raise InputError("template is no YAML", why=re.sub(r"\s+", " ", str(error)), todo="correct it") from error
    if not isinstance(document, dict) or not isinstance(document.get("Resources"), dict):
        raise InputError("template has no Resources", why="it is no map with that section", todo="add it")
    _only(document, SECTIONS, "the template")
    return Template(
        parameters=document.get("Parameters", {}),
        conditions=document.get("Conditions", {}),
        resources={name: _resource(name, one) for name, one in document["Resources"].items()},
        outputs=document.get("Outputs", {}),
    )


def _resource(name: str, written: dict[str, Any]) -> Resource:
    _only(written, _RESOURCE_KEYS, f"resource {name}")
    after = written.get("DependsOn", [])
    return Resource(
        written["Type"],
        written.get("Properties", {}),
        written.get("Condition", ""),
        tuple(after) if isinstance(after, list) else (after,),
    )


def _only(found: dict[str, Any], known: frozenset[str], where: str) -> None:
    unknown = sorted(set(found) - known)
    if unknown:
        raise InputError(
            f"{where} has {', '.join(unknown)}", why="it is not known here", todo="teach lab/stack or leave it out"
        )
