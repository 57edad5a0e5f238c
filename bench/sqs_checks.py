"""Checks what callers ask of the SQS server as AWS does, and says what is wrong in AWS's error shapes and codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bench.sqs_queue import BadHandleError, NotInFlightError

Json = dict[str, Any]
BATCH = 10
LONGEST_HIDDEN, LONGEST_WAIT = 43_200, 20  # seconds
_OLD = "AWS.SimpleQueueService."
# Shape of the error: its code in the older protocol, where it differs.
CODES = {
    "QueueDoesNotExist": f"{_OLD}NonExistentQueue",
    "EmptyBatchRequest": f"{_OLD}EmptyBatchRequest",
    "TooManyEntriesInBatchRequest": f"{_OLD}TooManyEntriesInBatchRequest",
    "BatchEntryIdsNotDistinct": f"{_OLD}BatchEntryIdsNotDistinct",
    "MessageNotInflight": f"{_OLD}MessageNotInflight",
    "QueueNameExists": "QueueAlreadyExists",
    "UnsupportedOperation": f"{_OLD}UnsupportedOperation",
}


class RefusedError(Exception):
    """An operation was refused: the name of the error's shape, and why."""

    def __init__(self, shape: str, why: str) -> None:
        """Keep both, and the code that clients show."""
        super().__init__(why)
        self.why, self.code = why, CODES.get(shape, shape)
        self.body = json.dumps({"__type": f"com.amazonaws.sqs#{shape}", "message": why}).encode()


def decoded(body: bytes) -> Json:
    """Return the object in a request's body."""
    try:
        asked = json.loads(body)
    except ValueError as error:
        raise RefusedError("SerializationException", f"the body is no JSON: {error}") from error
    if not isinstance(asked, dict):
        raise RefusedError("SerializationException", "the body is no JSON object")
    return asked


def text(asked: Json, name: str) -> str:
    """Return a parameter that must be there and be text."""
    value = asked.get(name)
    if not isinstance(value, str) or not value:
        raise RefusedError(
            "MissingParameter", f"The request must contain the parameter {name}, a text that is not empty."
        )
    return value


def names(asked: Json, parameter: str) -> list[str]:
    """Return a parameter that is a list of names, empty if it is not there."""
    value = asked.get(parameter, [])
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise RefusedError("InvalidParameterValue", f"{parameter} must be a list of names.")
    return value


def number(asked: Json, name: str, default: int | None, most: int, least: int = 0) -> int:
    """Return a parameter that is a whole number within bounds; one without a default must be there."""
    value = asked.get(name, default)
    if not isinstance(value, int) or not least <= value <= most:
        why = f"Value {value} for parameter {name} is invalid. Reason: Must be between {least} and {most}, if provided."
        raise RefusedError("InvalidParameterValue", why)
    return value


def digits(asked: Json, name: str, default: int, most: int, least: int = 0) -> int:
    """Return a whole number that is written as text, as those of a queue's attributes are."""
    value = str(asked.get(name, default))
    if not value.isdigit() or not least <= int(value) <= most:
        raise RefusedError("InvalidAttributeValue", f"Invalid value for the parameter {name}: {value}.")
    return int(value)


def entries(asked: Json, known: set[str]) -> list[Json]:
    """Return the entries of a batch: one to ten, each with an id of its own and nothing that is not known."""
    found = asked.get("Entries")
    if not isinstance(found, list) or not found:
        raise RefusedError("EmptyBatchRequest", "There should be at least one entry in the request.")
    if len(found) > BATCH:
        why = f"Maximum number of entries per request are {BATCH}. You have sent {len(found)}."
        raise RefusedError("TooManyEntriesInBatchRequest", why)
    if len({text(entry, "Id") for entry in found}) < len(found):
        raise RefusedError("BatchEntryIdsNotDistinct", "Two entries have the same id.")
    if unknown := {name for entry in found for name in entry} - known:
        raise RefusedError("UnsupportedOperation", f"this server does not know {sorted(unknown)} of an entry")
    return found


def with_handle(act: Callable[..., None], handle: str, *more: Any) -> None:
    """Act on the message of a handle, and refuse as AWS does if there is something wrong with it."""
    try:
        act(handle, *more)
    except BadHandleError as error:
        raise RefusedError("ReceiptHandleIsInvalid", f"The receipt handle {error} is not valid.") from error
    except NotInFlightError as error:
        raise RefusedError("MessageNotInflight", f"The message of {error} is not in flight.") from error


def each(found: list[Json], act: Callable[[Json], None]) -> Json:
    """Act on every entry of a batch; one that is refused does not keep the others from it."""
    done, failed = [], []
    for entry in found:
        try:
            act(entry)
        except RefusedError as refused:
            failed.append({"Id": entry["Id"], "SenderFault": True, "Code": refused.code, "Message": refused.why})
        else:
            done.append({"Id": entry["Id"]})
    return {"Successful": done, "Failed": failed}
