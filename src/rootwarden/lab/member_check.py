"""Refuses values that AWS's own model of a service forbids: missing, too short, too long, or of another form.

boto3 checks by the same model only what is missing or too short; AWS checks the rest when the call arrives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.call import model_of


def check_members(service: str, shape: str, given: Mapping[str, Any]) -> None:
    """See that the text members of a structure are what its shape allows; others are not looked at.

    Raises:
        AwsError: one is not; ValidationException, which never repeats what was sent.
    """
    model = model_of(service)
    assert model is not None  # a service of the lab is one of botocore's
    structure = model.shape_for(shape)
    for name, member in structure.members.items():  # type: ignore[attr-defined]
        value, limits = given.get(name), member.metadata
        if value is None and name in structure.metadata.get("required", ()):
            raise _refused(name, "must not be null")
        if isinstance(value, str):
            if len(value) < limits.get("min", 0):
                raise _refused(name, f"must have length greater than or equal to {limits['min']}")
            if len(value) > limits.get("max", len(value)):
                raise _refused(name, f"must have length less than or equal to {limits['max']}")
            if "pattern" in limits and re.fullmatch(limits["pattern"], value, re.ASCII) is None:
                raise _refused(name, f"must satisfy regular expression pattern: {limits['pattern']}")


def _refused(name: str, must: str) -> AwsError:
    at = name[:1].lower() + name[1:]
    message = f"1 validation error detected: Value at '{at}' failed to satisfy constraint: Member {must}"
    return AwsError("ValidationException", message)
