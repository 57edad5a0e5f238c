"""Where resources are made, and the one way to make a call there: checked against AWS's own model of it first."""

from __future__ import annotations

import re
from typing import Any

from botocore.validate import ParamValidator
from msgspec import Struct

from rootwarden.errors import InputError
from rootwarden.lab.seeding.hands import Hands


class Site(Struct, frozen=True):
    """An account and a Region of the lab, and the hands that work there."""

    hands: Hands
    account: str
    region: str

    def call(self, service: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Call an operation (`CreateQueue`) and return its answer.

        Raises:
            InputError: AWS's model of the operation has no such parameter, or not of that type.
            ClientError: the lab refused the call.
        """
        client = self.hands(service, self.region)
        shape = client.meta.service_model.operation_model(operation).input_shape
        report = ParamValidator().validate(parameters, shape)
        if report.has_errors():
            why = re.sub(r"\s+", " ", report.generate_report())
            raise InputError(f"{service} {operation} takes no such parameters", why=why, todo="correct the template")
        answer: dict[str, Any] = getattr(client, _snake(operation))(**parameters)
        return answer


def _snake(operation: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
