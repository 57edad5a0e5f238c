"""Works out what stands in a template for given parameters: functions, conditions, and what depends on what.

Source: CloudFormation User Guide, "Intrinsic function reference", "Condition functions", "Pseudo parameters reference".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from rootwarden.errors import InputError, UsageError
from rootwarden.lab.stack.template import Template

NOTHING = object()
"""What AWS::NoValue stands for: the property, or the element of a list, is as if it had not been written."""

_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")

_LITERAL = re.compile(r"\$\{!([^}]*)\}")


class Made(Struct, frozen=True):
    """A resource that exists: what `Ref` of it gives, and its attributes for `Fn::GetAtt`."""

    ref: str
    attributes: dict[str, str]


def parameters_of(template: Template, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the value of every parameter: as given, or its default; lists as lists.

    Raises:
        UsageError: one is missing, not defined, or not as the template allows.
    """
    unknown = sorted(set(given) - set(template.parameters))
    if unknown:
        raise UsageError(f"no parameter {', '.join(unknown)}", why="the template defines none", todo="leave it out")
    return {name: _parameter(name, one, given) for name, one in template.parameters.items()}


def _parameter(name: str, rule: Mapping[str, Any], given: Mapping[str, str]) -> Any:
    value = given.get(name, rule.get("Default"))
    if value is None:
        raise UsageError(f"parameter {name} is missing", why="it has no default", todo="give it")
    text = str(value)
    pattern, allowed, least = rule.get("AllowedPattern"), rule.get("AllowedValues"), rule.get("MinValue")
    fits = (
        (pattern is None or re.search(pattern, text) is not None)
        and (allowed is None or text in allowed)
        and (least is None or float(text) >= float(least))
    )
    if not fits:
        raise UsageError(
            f"parameter {name} is {text!r}", why="the template does not allow it", todo="see its description"
        )
    return [one.strip() for one in text.split(",")] if rule["Type"] == "CommaDelimitedList" else text


class Values:
    """Resolves what a template says, once parameters are known and while resources are being made."""

    def __init__(self, template: Template, parameters: Mapping[str, Any], account: str, region: str) -> None:
        """Take a template and where it is applied; `made` is filled by the caller as resources come to be."""
        self.made: dict[str, Made] = {}
        self._template = template
        self._names: dict[str, Any] = {
            **parameters,
            "AWS::AccountId": account,
            "AWS::Region": region,
            "AWS::Partition": "aws",
            "AWS::NoValue": NOTHING,
        }

    def holds(self, condition: str) -> bool:
        """Return whether a condition of the template holds; "" always does."""
        if not condition:
            return True
        if condition not in self._template.conditions:
            raise InputError(f"no condition {condition}", why="the template defines none", todo="define it")
        return bool(self.of(self._template.conditions[condition]))

    def of(self, written: Any) -> Any:
        """Return what something written in the template comes to.

        Raises:
            InputError: a function that is not known here, or a name that is not defined.
        """
        if isinstance(written, list):
            return [value for one in written if (value := self.of(one)) is not NOTHING]
        if not isinstance(written, dict):
            return written
        if len(written) == 1:
            [(name, argument)] = written.items()
            if name in _FUNCTIONS:
                return _FUNCTIONS[name](self, argument)
            if name.startswith("Fn::"):
                raise InputError(f"template: {name}", why="this function is not known here", todo="teach lab/stack")
        return {key: value for key, one in written.items() if (value := self.of(one)) is not NOTHING}

    def ref(self, name: str) -> Any:
        """Return what `Ref` of a parameter, pseudo parameter or resource gives."""
        if name in self._names:
            return self._names[name]
        return self._made(name).ref

    def attribute(self, argument: list[str]) -> str:
        """Return an attribute of a resource that was made."""
        name, attribute = argument
        made = self._made(name)
        if attribute not in made.attributes:
            raise InputError(f"{name} has no attribute {attribute}", why="it is not known here", todo="teach lab/stack")
        return made.attributes[attribute]

    def substituted(self, text: str) -> str:
        """Return a text with `${Name}` and `${Name.Attribute}` replaced; `${!Name}` is the text `${Name}`."""

        def value(found: re.Match[str]) -> str:
            name, _, attribute = found[1].partition(".")
            return str(self.attribute([name, attribute]) if attribute else self.ref(found[1]))

        return _LITERAL.sub(r"${\1}", _VARIABLE.sub(value, text))

    def chosen(self, argument: list[Any]) -> Any:
        """Return the branch of an `Fn::If` that its condition chooses; the other is not looked at."""
        condition, yes, no = argument
        return self.of(yes if self.holds(condition) else no)

    def _made(self, name: str) -> Made:
        if name not in self.made:
            raise InputError(
                f"template: {name}", why="it is neither a parameter nor made at this point", todo="check it"
            )
        return self.made[name]


_FUNCTIONS: Mapping[str, Callable[[Values, Any], Any]] = {
    "Ref": Values.ref,
    "Condition": lambda values, name: values.holds(name) if isinstance(name, str) else {"Condition": values.of(name)},
    "Fn::GetAtt": Values.attribute,
    "Fn::Sub": Values.substituted,
    "Fn::Join": lambda values, argument: argument[0].join(values.of(one) for one in argument[1]),
    "Fn::If": Values.chosen,
    "Fn::Equals": lambda values, pair: values.of(pair[0]) == values.of(pair[1]),
    "Fn::Not": lambda values, one: not values.of(one[0]),
    "Fn::And": lambda values, many: all(values.of(one) for one in many),
    "Fn::Or": lambda values, many: any(values.of(one) for one in many),
}


def needed(written: Any, values: Values) -> Iterator[str]:
    """Yield the names that something written needs, in the branches that its conditions choose."""
    if isinstance(written, list):
        for one in written:
            yield from needed(one, values)
    elif isinstance(written, dict):
        for name, one in written.items():
            match name:
                case "Ref":
                    yield one
                case "Fn::GetAtt":
                    yield one[0]
                case "Fn::Sub":
                    yield from (found.partition(".")[0] for found in _VARIABLE.findall(one))
                case "Fn::If":
                    yield from needed(one[1] if values.holds(one[0]) else one[2], values)
                case _:
                    yield from needed(one, values)
