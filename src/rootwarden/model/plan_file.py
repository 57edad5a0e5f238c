"""Writes a plan into a file and reads it back: only what was planned, and what this program would ask for, is taken."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from rootwarden.errors import InputError
from rootwarden.model.former import read_json
from rootwarden.model.plan import FACT_CALLS, SCHEMA, Change, Plan, Step, encode, in_steps
from rootwarden.model.writes import LOOKS, WRITES

_plan = msgspec.json.Decoder(Plan)


class _Version(Struct):
    rootwarden: str = ""


def write_plan(plan: Plan) -> bytes:
    """Return the plan as its file holds it: JSON in lines, with the checksum of all the rest.

    The checksum shows a slip of the hand, not malice: whoever can write the file can write another checksum.
    """
    body = msgspec.json.decode(encode(plan))
    return msgspec.json.format(msgspec.json.encode(body | {"checksum": _checksum(body)}), indent=2) + b"\n"


def _checksum(body: dict[str, Any]) -> str:
    """Return the SHA-256 of all that a plan's file says, but for the checksum and for how it is laid out."""
    rest = {name: value for name, value in body.items() if name != "checksum"}
    return hashlib.sha256(msgspec.json.encode(rest, order="sorted")).hexdigest()


def checksum_of(plan: Plan) -> str:
    """Return the checksum that stands in the plan's file, by which runs and announcements name it.

    A plan that was read from no file, or from one without a checksum, gets the one that its file would have.
    """
    return plan.checksum or _checksum(msgspec.json.decode(encode(plan)))


def read_plan(data: bytes, file: str) -> Plan:
    """Decode a plan file.

    Raises:
        InputError: it is no plan, of a newer schema, a field is missing or of the wrong type, it was edited, or it
            asks for a call that is in no table.
    """
    again = "make it again with `rootwarden plan -o plan.json`"
    try:
        version = msgspec.json.decode(data, type=_Version).rootwarden
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is not a plan", why=str(error), todo=again) from error
    if version != SCHEMA:
        newer = version.startswith("plan/")
        why = (
            f"its schema is {version}, this program reads {SCHEMA}" if newer else f'it has no "rootwarden": "{SCHEMA}"'
        )
        raise InputError(f"{file} is not a plan that can be read", why=why, todo=again)
    try:
        plan = read_json(data, _plan, Plan)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is damaged", why=str(error), todo=again) from error
    if plan.checksum and plan.checksum != _checksum(msgspec.json.decode(data)):
        why = "its checksum is that of another plan; what is changed by hand, nobody has looked at"
        raise InputError(f"{file} was edited since it was made", why=why, todo=again)
    for change, step in in_steps(plan.changes):
        strange = next(_strange_calls(change, step), "")
        if strange:
            why = f"{change.id}, step {step.id}: {strange}"
            raise InputError(f"{file} asks for what no remedy does", why=why, todo=again)
    return plan


def _strange_calls(change: Change, step: Step) -> Iterator[str]:
    """Go through what no remedy would ask for, in words."""
    for call in (step.call, *step.undo):
        if call.name not in WRITES:
            yield f"{call.name} is no call that Rootwarden makes"
        if call.parameters.get("BypassPolicyLockoutSafetyCheck"):
            yield f"{call.name} would bypass the check that somebody can change the policy again"
    looks = [call.name for one in step.probes for call in one.calls]
    for name in (*looks, *change.looks):
        if name not in LOOKS and (name not in FACT_CALLS or name.startswith("sts.")):
            yield f"{name} is no call by which Rootwarden looks"
    if change.as_root and step.undo:
        yield "what root deletes cannot be taken back"
