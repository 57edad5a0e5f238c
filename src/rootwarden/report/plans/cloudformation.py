"""A CloudFormation template of what is new; what exists is listed for import, and the rest as commands.

A template is for one account and Region. Creating a stack from it never tries to create what is there already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

from rootwarden.errors import InputError, UsageError
from rootwarden.model.plan import Plan
from rootwarden.report.code.aws_cli import commands, plain
from rootwarden.report.code.functions import Reference, replaced, written
from rootwarden.report.code.left_steps import When
from rootwarden.report.code.owned import theirs
from rootwarden.report.code.resource import Place, Resource, literal, name_of
from rootwarden.report.code.sites import Site, sites
from rootwarden.report.code.stacking import Stack, stack_of
from rootwarden.report.legible import HARMFUL
from rootwarden.report.options import RenderOptions
from rootwarden.report.plan_words import total

ENDINGS = (".yaml", ".yml", ".template")

# A template must hold a resource; this one makes nothing (CloudFormation, AWS::CloudFormation::WaitConditionHandle).
_NOTHING = {"NothingToCreate": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}
_IMPORT = (
    "These exist, or commands make them, so this stack does not create them. Run the commands first; then they read as "
    "described here, and a change set of type IMPORT takes them in: put Resources into the template, and give it "
    "ResourcesToImport."
)
_WHEN = {
    When.BEFORE: "To be done before the stack is created",
    When.AFTER: "To be done when the stack is created",
    When.INSTEAD: "Not done by the stack",
}
_GIVEN = "the id that AWS gives it"
_PLAIN_TEXT = re.compile(r"[A-Za-z](?:[A-Za-z0-9 _./()*-]|:(?=[A-Za-z0-9:*]))+(?<! )")


def render(plan: Plan, options: RenderOptions) -> str:
    """Return the template.

    Raises:
        UsageError: the plan is about several accounts or Regions.
        InputError: a change refers to what nothing declares.
    """
    found = sites(plan)
    if len(found) > 1:
        names = ", ".join(f"{site.place.account} {site.place.region}" for site in found)
        raise UsageError(
            "one CloudFormation template is for one account and Region",
            why=f"the plan is about {len(found)} of them: {names}",
            todo="get one file for each with -o 'fix-{account}-{region}.yaml'",
        )
    site = found[0] if found else Site(Place(plan.partition, "", ""), (), ())
    stack = stack_of(site)
    document = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"For {_where(site)}. {total(plan.cost)}." if found else "The plan changes nothing.",
        "Metadata": {"Rootwarden": _metadata(plan, site, stack)},
        "Resources": dict(_made(site, stack)) or _NOTHING,
    }
    return "\n".join((*_header(plan, site, stack), _yaml(document)))


def _header(plan: Plan, site: Site, stack: Stack) -> Iterator[str]:
    yield f"# Plan of {plan.made_at:%Y-%m-%d %H:%M} UTC for {_where(site)}."
    if any(one.type.startswith("AWS::IAM::") for one in stack.makes):
        yield "# It names IAM resources: create the stack with --capabilities CAPABILITY_NAMED_IAM."
    if stack.beside:
        yield "# What a stack cannot create, because it exists, stands under Metadata with what it takes to import it."
    for one in stack.by_commands:
        yield f"# {_WHEN[one.when]}: {plain(one.change.title)}"
        yield from theirs(one.change)
        yield from (f"#   {line}" for line in commands(one.change, one.steps))


def _where(site: Site) -> str:
    place = site.place
    return f"account {place.account} in {place.region}" if place.account else "no account"


def _metadata(plan: Plan, site: Site, stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = {
        "MadeAt": f"{plan.made_at:%Y-%m-%dT%H:%M:%SZ}",
        "Account": site.place.account,
        "Region": site.place.region,
    }
    if stack.beside:
        found["ToImport"] = {
            "Note": _IMPORT,
            "ResourcesToImport": [_to_import(one) for one in stack.beside],
            "Resources": _yaml(dict(_described(stack))),
        }
    if stack.by_commands:
        found["ByCommand"] = [
            {
                "Title": plain(one.change.title),
                "When": _WHEN[one.when],
                "Commands": "\n".join(commands(one.change, one.steps)) + "\n",
            }
            for one in stack.by_commands
        ]
    return found


def _to_import(one: Resource) -> dict[str, Any]:
    """Return one entry of `--resources-to-import`; parts of an identifier are separated by `|`."""
    exists = one.is_.exists or name_of(one.is_) or _GIVEN
    values = exists.split("|") if len(one.about.identifier) > 1 else [exists]
    return {
        "ResourceType": one.type,
        "LogicalResourceId": one.is_.name,
        "ResourceIdentifier": dict(zip(one.about.identifier, values, strict=False)),
    }


def _described(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in stack.beside:
        yield one.is_.name, _resource(one, one.is_.properties, is_beside=True)


def _made(site: Site, stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    """Go through the resources of the stack; what exists beside it is referred to by its name or ARN."""
    beside = {one.is_.name: one for one in stack.beside}

    def put(reference: Reference) -> Any:
        one = beside.get(reference.name)
        text = None if one is None else literal(one.is_, site.place, reference)
        if one is not None and text is None:
            raise InputError(
                f"the plan needs {reference.attribute or 'the id'} of {reference.name}",
                why="only AWS can tell it", todo="apply the plan, or export it as a script",
            )  # fmt: skip
        return written(reference) if text is None else text

    names = {one.is_.name for one in stack.makes}
    for one in stack.makes:
        after = tuple(name for name in one.after if name in names)
        yield one.is_.name, _resource(msgspec.structs.replace(one, after=after), replaced(one.is_.properties, put))


def _resource(one: Resource, properties: dict[str, Any], *, is_beside: bool = False) -> dict[str, Any]:
    """Return a resource; what holds evidence, and what is imported, outlives its stack."""
    made: dict[str, Any] = {"Type": one.type}
    if one.about.keeps or is_beside:
        made |= {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    if one.after:
        made["DependsOn"] = list(one.after)
    return made | {"Properties": properties}


class _Dumper(yaml.SafeDumper):
    """YAML without anchors, in which text never looks like a number, a date or a truth to any reader."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write what stands in two places twice."""
        return True


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None if _PLAIN_TEXT.fullmatch(text) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)


def _yaml(document: Any) -> str:
    """Return YAML; if a character in it would hide what is there, all beyond ASCII is written by number."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    if HARMFUL.search(text.replace("\n", "")):
        text = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=False, width=120)
    return text
