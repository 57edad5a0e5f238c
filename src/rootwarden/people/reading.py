"""Reads a roster file, and says of a mistake in which file and field it is and how to mend it."""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from typing import Any

import msgspec

from rootwarden.errors import InputError
from rootwarden.people.roster import Boundary, Group, Person, Roster, complaints
from rootwarden.proofs.sigma_error import ConstructError
from rootwarden.proofs.sigma_yaml import read_documents

_SEE = "docs/people.md shows a whole roster"
# What a field holds, in words; anything else is a name.
_NAME = "letters, digits and _+=,.@-, as IAM takes names"
_TEXT = "letters, digits, blanks and _.:/=+-@, as IAM takes the values of tags"
_SHAPES = {
    "key": "an age public key (age1...) or an SSH one (ssh-ed25519 ... or ssh-rsa ...), whole",
    "account": "twelve digits, in quotes",
    "path": "a path that begins and ends with a slash, such as /people/",
    "roster": "small letters, digits and hyphens, at most 32",
    "policies": "the name of one of AWS's policies, such as job-function/Billing, or an ARN",
    "boundary": 'default, or "" for none',
    "pass_roles": "a role by path and name, such as app-* or service-role/glue; not every role",
    "others": "write others: keep, or leave it out",
    "name": _TEXT, "email": _TEXT,
}  # fmt: skip


def read_roster(text: str, file: str) -> Roster:
    """Return the roster that this YAML describes; `file` is only for messages. Nothing in it is ever executed.

    Raises:
        InputError: no YAML, an unknown, missing or unfit field, a group that is not there, nobody named.
    """
    try:
        documents = read_documents(text)
    except ConstructError as error:
        where = f"{file}, {error.place}" if error.place else file
        raise InputError(f"{where}: {error.construct}", why="a roster holds plain values", todo=error.todo) from error
    if len(documents) != 1 or not isinstance(documents[0], dict):
        raise InputError(f"{file} is no roster", why="it is empty, or several documents", todo=_SEE)
    plain = _plain(documents[0])
    if plain.get("people", ...) is None:
        plain["people"] = []  # nothing under the key: that is an empty roster, and said so below
    try:
        roster = msgspec.convert(plain, Roster)
    except msgspec.ValidationError as error:
        raise _unfit(file, plain, str(error)) from error
    for field, why, todo in complaints(roster):
        raise InputError(f"{file}: {field}", why=why, todo=todo)
    return roster


def _plain(value: Any) -> Any:
    """Return the value with dates as text: YAML takes the Version of a policy for one."""
    match value:
        case date():
            return value.isoformat()
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case _:
            return value


def _unfit(file: str, plain: Any, said: str) -> InputError:
    why, _, at = said.partition(" - at ")
    field = at.strip("`").removeprefix("$").removeprefix(".") or "the roster"
    todo = _SEE
    if "unknown field" in why:
        given = why.rpartition("`")[0].rpartition("`")[2]
        field = _group_with(plain, given) if field == "groups[...]" else field
        close = get_close_matches(given, _known(field), n=1)
        todo = f"did you mean {close[0]}?" if close else f"known here: {', '.join(_known(field))}"
    elif "matching regex" in why:
        why, todo = "it does not look like one", _SHAPES.get(re.sub(r"\[.*?\]", "", field).rpartition(".")[2], _NAME)
    elif "date" in why:
        why, todo = "it is no date", f"write it as 2026-12-31; {_SEE}"
    elif "enum" in why:
        todo = _SHAPES.get(field.rpartition(".")[2], todo)
    elif "got `int`" in why or "got `bool`" in why:
        todo = "put the value in quotes"
    elif "missing required field" in why:
        todo = "add it; " + _SEE
    return InputError(f"{file}: {_named(field, plain)}", why=why, todo=todo)


def _group_with(plain: Any, given: str) -> str:
    """Return the first group that holds this field, as people write it; msgspec does not say which group it is."""
    groups = plain.get("groups")
    found = [name for name, one in groups.items() if isinstance(one, dict) and given in one]
    return f"groups[{found[0]}]" if found else "groups[...]"


def _known(field: str) -> tuple[str, ...]:
    kinds = {"people": Person, "groups": Group, "boundary": Boundary}
    kind: Any = kinds.get(field.partition("[")[0], Roster)
    return tuple(one.name for one in msgspec.structs.fields(kind))


def _named(field: str, plain: Any) -> str:
    """Return a field with the name of the person it belongs to: nobody counts entries."""
    head, bracket, rest = field.partition("[")
    number, _, tail = rest.partition("]")
    if not bracket or head != "people" or not number.isdigit():
        return field
    try:
        return f"people[{number}] ({plain['people'][int(number)]['user']}){tail}"
    except (LookupError, TypeError):
        return field
