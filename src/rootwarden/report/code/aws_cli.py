"""Calls as commands of the AWS CLI, for a shell that runs them in order."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from rootwarden.model.placeholders import JSON, REF, SECRET
from rootwarden.model.plan import Call, Change, Step
from rootwarden.report.legible import HARMFUL, legible

# Services that the AWS CLI calls by another name than botocore does.
_COMMANDS = {"s3": "s3api", "config": "configservice"}
# Where a word of an operation's name ends: EnableAWSServiceAccess is enable-aws-service-access.
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Made by anybody but root, the same calls would be about whoever makes them; and a script looks at nothing beforehand.
_AS_ROOT = "# left out: only `rootwarden apply` does this as root, once its guards have looked; it cannot be taken back"
# Between double quotes these mean something to a shell.
_MEANING = re.compile(r'([\\"$`])')


def operation_name(operation: str) -> str:
    """Return an operation as the AWS CLI calls it."""
    return _WORDS.sub("-", operation).lower()


def commands(change: Change, steps: Iterable[Step] | None = None, *, checks: bool = False) -> Iterator[str]:
    """Go through the lines that do what a change does; what people must do, and the ways back, are comments.

    `steps` are those to do, all without them. `checks` lets the shell function `known` look at what comes out of
    answers.
    """
    yield from (f"# by hand: {plain(deed)}" for deed in change.by_hand)
    if change.as_root:
        yield _AS_ROOT
        return
    for step in change.steps if steps is None else steps:
        yield from _step(change, step, checks=checks)


def plain(text: str) -> str:
    """Return a text in one line, fit for a comment."""
    return legible(" ".join(text.split()))


def _step(change: Change, step: Step, *, checks: bool) -> Iterator[str]:
    command = _command(change, step.call)
    variables = [_variable(change, f"{step.id}.{name}") for name in step.keeps]
    if not variables:
        yield command
    else:
        # The paths are JMESPath, which the AWS CLI speaks too.
        paths = tuple(step.keeps.values())
        query = shlex.quote(paths[0] if len(paths) == 1 else f"[{', '.join(paths)}]")
        answer = variables[0] if len(variables) == 1 else _variable(change, f"{step.id}.answer")
        yield f"{answer}=$({command} --query {query} --output text)"
        if len(variables) > 1:
            yield f"IFS=$'\\t' read -r {' '.join(variables)} <<< \"${answer}\""
        if checks:
            yield " ".join(("known", *(f'"${variable}"' for variable in variables)))
    for call in step.undo:
        yield f"# taken back by: {_command(change, call)}"
    if step.stays:
        yield f"# cannot be taken back: {plain(step.stays)}"


def _command(change: Change, call: Call) -> str:
    words = ["aws", _COMMANDS.get(call.service, call.service), operation_name(call.operation)]
    words += ["--region", call.region] if call.region else []
    line = " ".join(shlex.quote(word) for word in words)
    if not call.parameters:
        return line
    return f"{line} --cli-input-json {_argument(change, call.parameters)}"


def _argument(change: Change, parameters: dict[str, Any]) -> str:
    """Return parameters as one word of a shell, in which variables stand for what earlier commands answered."""
    text = msgspec.json.encode(parameters).decode()
    mark = "@@"
    while mark in text:  # what the parameters say themselves is never taken for a variable
        mark += "@"
    marked = HARMFUL.sub(_by_number, msgspec.json.encode(_marked(change, parameters, mark)).decode())
    pieces = marked.split(mark)
    if len(pieces) == 1:
        return shlex.quote(marked)
    said = [f"${{{one}}}" if at % 2 else _MEANING.sub(r"\\\1", one) for at, one in enumerate(pieces)]
    return f'"{"".join(said)}"'


def _marked(change: Change, value: Any, mark: str) -> Any:
    """Return parameters with the names of variables between marks in the place of references."""
    match value:
        case {"$ref": str() as name} if set(value) == {REF}:
            return f"{mark}{_variable(change, name)}{mark}"
        case {"$secret": str() as name} if set(value) == {SECRET}:
            return f"{mark}{_variable(change, f'secret.{name}')}:?set it first: {_secret(change, name)}{mark}"
        case {"$json": inner} if set(value) == {JSON}:
            return msgspec.json.encode(_marked(change, inner, mark)).decode()
        case dict():
            return {name: _marked(change, item, mark) for name, item in value.items()}
        case list() | tuple():
            return [_marked(change, item, mark) for item in value]
        case _:
            return value


def _secret(change: Change, name: str) -> str:
    """Return what a secret is, in words that a shell takes for nothing else."""
    what = next((one.what for one in change.secrets if one.name == name), name)
    return re.sub(r"[^\w .,-]", " ", what, flags=re.ASCII)


def _by_number(found: re.Match[str]) -> str:
    """Return a character as JSON writes it by number: what turns the direction of text would hide what is done."""
    units = found[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _variable(change: Change, name: str) -> str:
    """Return the name of a shell's variable: letters, digits and underscores, and no digit first."""
    return re.sub(r"\W", "_", f"{change.id}_{name}", flags=re.ASCII)
