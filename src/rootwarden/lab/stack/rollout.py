"""Rolls a stack set out in the lab: the template inside it, in each given account and Region.

CloudFormation resolves organizational units to their accounts, the management account left out (CloudFormation User
Guide, "StackSets concepts", service-managed permissions); here the caller names the accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rootwarden.errors import InputError
from rootwarden.lab.seeding.hands import Hands
from rootwarden.lab.stack.building import Stack, apply
from rootwarden.lab.stack.template import read_template
from rootwarden.lab.stack.values import Values, parameters_of

TYPE = "AWS::CloudFormation::StackSet"
# What says how AWS goes about it, but nothing of what comes to be.
_MANNER = frozenset(
    {
        "StackSetName",
        "Description",
        "PermissionModel",
        "CallAs",
        "Capabilities",
        "AutoDeployment",
        "ManagedExecution",
        "OperationPreferences",
    }
)
_MATTER = frozenset({"TemplateBody", "Parameters", "StackInstancesGroup"})


def roll_out(
    template: str, parameters: Mapping[str, str], hands: Hands, accounts: Iterable[str], region: str
) -> dict[tuple[str, str], Stack]:
    """Apply what the one stack set of a template contains, in every account given and every Region it names.

    `region` is where the stack set itself stands. Returns the stacks by (account, Region).

    Raises:
        InputError: the template holds anything but one stack set, or more than is known here.
        UsageError, ClientError: as `apply`.
    """
    read = read_template(template)
    [(name, resource)] = read.resources.items() if len(read.resources) == 1 else [("", None)]
    if resource is None or resource.type != TYPE:
        raise InputError("template is no roll-out", why=f"it should hold one {TYPE}", todo="use `apply` for it")
    values = Values(read, parameters_of(read, parameters), "000000000000", region)
    properties: dict[str, Any] = values.of(resource.properties)
    unknown = sorted(set(properties) - _MANNER - _MATTER)
    if unknown:
        raise InputError(f"{name} has {', '.join(unknown)}", why="it is not known here", todo="teach lab/stack")
    inner = {one["ParameterKey"]: one["ParameterValue"] for one in properties["Parameters"]}
    regions = [one for group in properties["StackInstancesGroup"] for one in group["Regions"]]
    return {
        (account, one): apply(properties["TemplateBody"], inner, hands, account, one)
        for account in accounts
        for one in regions
    }
