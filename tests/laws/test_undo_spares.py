"""Whatever ends a thing when it is taken back looks first whether somebody rests on it, or it is said here why not.

The source itself is read: every `Step(...)` with an `undo`, and the calls that its way back may consist of.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from rootwarden.model.writes import WRITES

SOURCE = Path(__file__).parents[2] / "src/rootwarden"
OPERATIONS = {call.partition(".")[2] for call in WRITES}
ENDS = re.compile(r"Delete|Remove|Disable|Detach|Unsubscribe|Untag|Schedule|Stop|Revoke|Deactivate|Cancel")
# Calls that end nothing of others: what they take away is a setting, or ties two things that both stay.
SETTINGS = {
    "DeleteAccountPasswordPolicy": "there was none before; AWS's own rules hold again",
    "DeleteAlternateContact": "there was none before",
    "DeleteBucketPolicy": "there was none before; that nobody else wrote into it since is compared",
    "DeletePublicAccessBlock": "there was none before, and what may be public by then is compared",
    "DeleteUserPermissionsBoundary": "there was none before; it lasts with its user",
    "DeleteUserPolicy": "the denial of a leaver, by its own name",
    "DeletePolicyVersion": "the version that was made; the one before is the default again",
    "DisableKey": "as the key was before; that somebody switched it on for good is compared",
    "StopLogging": "as the trail was before",
    "RemoveUserFromGroup": "a tie of one person to one group",
    "DeleteGroupMembership": "a tie of one person to one group",
    "RemoveTargets": "our own target, by its id",
    "Unsubscribe": "our own subscription: whoever reads that mailbox is told no more, as before",
    "DeleteSubscriber": "one address, that was told of nothing before",
    "UntagUser": "a tag that was not there before",
    "UntagResource": "the tag by which a key is found again, taken before its deletion is scheduled",
    "DisableOrganizationsRootCredentialsManagement": "a switch of the organization, which was off before",
    "DisableOrganizationsRootSessions": "a switch of the organization, which was off before",
}
# Steps that end a thing without a look, by file and id: AWS keeps no list of who rests on it.
UNLISTED = {
    ("proofs/central_switch.py", "feature"): "it is the feature of central root access that this very step switched on",
    ("proofs/made_key.py", "alias"): "the key itself stays, and its trail names it by its ARN",
}


class Way(NamedTuple):
    """One step as it is written: its file and id, the calls that end something on its way back, whether it looks."""

    file: str
    step: str
    line: int
    calls: frozenset[str]
    looks: bool


def steps() -> Iterator[Way]:
    """Go through all steps of the source that have a way back."""
    for path in sorted(SOURCE.rglob("*.py")):
        if path.parts[-2] not in ("remedies", "proofs", "people"):
            continue
        tree = ast.parse(path.read_text())
        functions = {one.name: one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
        for function in functions.values():
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Step":
                    given = {one.arg: one.value for one in call.keywords if one.arg}
                    if "undo" in given:
                        named = given.get("id")
                        step = str(named.value) if isinstance(named, ast.Constant) else ast.unparse(named or call)
                        found = frozenset(operations(given["undo"], function, functions, set()))
                        file = str(path.relative_to(SOURCE))
                        yield Way(file, step, call.lineno, found, "used" in given)


def operations(
    expression: ast.AST, around: ast.FunctionDef, functions: dict[str, ast.FunctionDef], seen: set[str]
) -> Iterator[str]:
    """Go through the operations that an expression may name: in itself, in names it uses, in functions it calls."""
    for node in ast.walk(expression):
        if isinstance(node, ast.Constant) and node.value in OPERATIONS:
            yield str(node.value)
        if isinstance(node, ast.JoinedStr):
            start = "".join(str(one.value) for one in node.values[:1] if isinstance(one, ast.Constant))
            yield from (one for one in OPERATIONS if start and one.startswith(start) and ENDS.match(start))
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if not name or name in seen:
            continue
        seen.add(name)
        if name in functions:
            yield from operations(functions[name], functions[name], functions, seen)
            continue
        for other in ast.walk(around):
            targets = other.targets if isinstance(other, ast.Assign) else [other.target] if (
                isinstance(other, ast.AnnAssign)) else []  # fmt: skip
            names = {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
            if name in names and other.value is not None:
                yield from operations(other.value, around, functions, seen)


STEPS = tuple(steps())


@pytest.mark.parametrize("one", STEPS, ids=lambda one: f"{one.file}:{one.step}")
def test_what_ends_a_thing_looks_first(one: Way) -> None:
    """It has `used`, or what it ends is a setting, or it stands among those for which AWS keeps no list."""
    assert one.calls, "name the operations of the way back where the step is written, so that this law sees them"
    ends = {call for call in one.calls if ENDS.match(call)} - SETTINGS.keys()
    assert not ends or one.looks or (one.file, one.step) in UNLISTED, f"line {one.line}: {sorted(ends)}"


def test_the_tables_say_nothing_that_is_not_so() -> None:
    """Every exemption is needed, and gives a reason; the law has something to say at all."""
    called = {call for one in STEPS for call in one.calls}
    assert SETTINGS.keys() <= OPERATIONS
    assert not {call for call in SETTINGS if call not in called}, "nothing is taken back by these"
    written = {(one.file, one.step) for one in STEPS if not one.looks}
    assert UNLISTED.keys() <= written
    assert all(len(why) > 10 for why in (*SETTINGS.values(), *UNLISTED.values()))
    assert sum(one.looks for one in STEPS) > 20
