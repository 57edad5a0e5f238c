"""A shell script of AWS CLI commands that does the same, for people who apply by themselves."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import msgspec

from rootwarden.model.plan import JSON, REF, Call, Change, Plan, Step
from rootwarden.report.options import RenderOptions
from rootwarden.report.plan_words import cost

ENDINGS = (".sh",)

_COMMANDS = {"s3": "s3api", "resourcegroupstaggingapi": "resourcegroupstaggingapi"}
# Where a word of an operation's name ends: EnableAWSServiceAccess is enable-aws-service-access.
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HEAD = """\
#!/usr/bin/env bash
# {title}
# Run each part with credentials of the account it names. Nothing is checked beforehand, nothing is written down, and
# nothing is proved afterwards: `rootwarden apply` does all three.
set -euo pipefail

in_account() {{
  local found
  found=$(aws sts get-caller-identity --query Account --output text)
  [ "$found" = "$1" ] || {{ echo "these credentials belong to account $found, not $1" >&2; exit 4; }}
}}
"""

# Made by anybody but root, the same calls would be about whoever makes them; and a script looks at nothing beforehand.
_AS_ROOT = (
    "# left out: only `rootwarden apply` does this as root, once its guards have looked; it cannot be taken back\n"
)


def render(plan: Plan, options: RenderOptions) -> str:
    """Return the script; what takes each step back stands beside it as a comment."""
    title = f"Plan of {plan.made_at:%Y-%m-%d %H:%M} UTC, {cost(plan.cost).lower()}"
    return "\n".join([_HEAD.format(title=title), *_parts(plan)]).rstrip("\n") + "\n"


def operation_name(operation: str) -> str:
    """Return an operation as the AWS CLI calls it."""
    return _WORDS.sub("-", operation).lower()


def _parts(plan: Plan) -> Iterator[str]:
    account = ""
    for change in plan.changes:
        if change.account != account:
            account = change.account
            yield f"in_account {account}\n"
        yield f"# {_plain(change.title)}"
        yield from (f"# by hand: {_plain(step)}" for step in change.by_hand)
        if change.as_root:
            yield _AS_ROOT
            continue
        for step in change.steps:
            yield from _step(change, step)
        yield ""


def _step(change: Change, step: Step) -> Iterator[str]:
    command = _command(change, step.call)
    if not step.keeps:
        yield command
    else:
        variable = _variable(change, step.id, "answer")
        yield f"{variable}=$({command} --output json)"
        for name, path in step.keeps.items():
            query = f"import json,sys; print(json.load(sys.stdin){_subscripts(path)})"
            yield f'{_variable(change, step.id, name)}=$(python3 -c {shlex.quote(query)} <<< "${variable}")'
    for call in step.undo:
        yield from (f"# taken back by: {line}" for line in _command(change, call).splitlines())
    if step.stays:
        yield f"# cannot be taken back: {_plain(step.stays)}"


def _command(change: Change, call: Call) -> str:
    words = ["aws", _COMMANDS.get(call.service, call.service), operation_name(call.operation)]
    words += ["--region", call.region] if call.region else []
    line = " ".join(shlex.quote(word) for word in words)
    if not call.parameters:
        return line
    return f"{line} --cli-input-json {_argument(change, call.parameters)}"


def _argument(change: Change, parameters: dict[str, Any]) -> str:
    """Return parameters as one word of a shell, in which variables stand for what earlier commands answered."""
    marks: dict[str, str] = {}
    text = msgspec.json.encode(_marked(change, parameters, marks)).decode()
    if not marks:
        return shlex.quote(text)
    escaped = re.sub(r'([\\"$`])', r"\\\1", text)
    for mark, variable in marks.items():
        escaped = escaped.replace(mark, f"${{{variable}}}")
    return f'"{escaped}"'


def _marked(change: Change, value: Any, marks: dict[str, str]) -> Any:
    match value:
        case {"$ref": str() as name} if set(value) == {REF}:
            step, _, what = name.partition(".")
            mark = f"@@{len(marks)}@@"
            marks[mark] = _variable(change, step, what)
            return mark
        case {"$json": inner} if set(value) == {JSON}:
            return msgspec.json.encode(_marked(change, inner, marks)).decode()
        case dict():
            return {name: _marked(change, item, marks) for name, item in value.items()}
        case list() | tuple():
            return [_marked(change, item, marks) for item in value]
        case _:
            return value


def _variable(change: Change, step: str, name: str) -> str:
    return re.sub(r"\W", "_", f"{change.id}_{step}_{name}")


def _subscripts(path: str) -> str:
    return "".join(f'["{part}"]' for part in path.split("."))


def _plain(text: str) -> str:
    return " ".join(text.split())
