"""Finds how each type of resource is said in Terraform by walking this folder: one file for each AWS service.

How to add one: put `KINDS = {"AWS::Service::Type": Kind(...)}` into a file here, and a row into `aws_types.py`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from rootwarden.report.code.terraform.kind import Kind


def _walk() -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    for info in pkgutil.iter_modules(__path__, f"{__name__}."):
        found |= getattr(importlib.import_module(info.name), "KINDS", {})
    return found


KINDS: Mapping[str, Kind] = MappingProxyType(_walk())
