"""The templates as they are deployed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from rootwarden.lab.stack.template import Template, read_template

DEPLOY = Path(__file__).parents[2] / "deploy"
CLOUDFORMATION = DEPLOY / "cloudformation"
NAMES = ("central", "drill", "member", "payer", "stackset")


def text(name: str) -> str:
    """Return the text of a template."""
    return (CLOUDFORMATION / f"{name}.yaml").read_text(encoding="utf-8")


def template(name: str) -> Template:
    """Return a template, its functions in their long form."""
    return read_template(text(name))


def yaml_of(path: Path) -> Any:
    """Return what a plain YAML file says."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))
