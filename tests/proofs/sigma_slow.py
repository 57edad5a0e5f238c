"""A second, slow reading of Sigma's meaning, made from a plain description of a rule: tests compare against it.

It shares nothing with the evaluator: text is matched character by character, networks by arithmetic, base64 by bits.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple


class Line(NamedTuple):
    """`field|modifiers: values`; field "" searches everywhere."""

    field: str
    modifiers: tuple[str, ...]
    values: tuple[Any, ...]


class Made(NamedTuple):
    """A rule: searches by name (each a list of maps, any of which must hold), a condition tree, placeholders."""

    searches: dict[str, list[list[Line]]]
    condition: Any
    placeholders: dict[str, tuple[str, ...]]


REGEXES = {  # expression -> what it means, said without expressions
    "^ab": lambda text: text[:2] == "ab",
    "a.b": lambda text: any(
        text[i] == "a" and text[i + 2] == "b" and text[i + 1] != "\n" for i in range(len(text) - 2)
    ),
    "[A-B]{2}": lambda text: any(one in text for one in ("AA", "AB", "BA", "BB")),
    "": lambda text: True,
}
DASHES = "-/\u2013\u2014\u2015"


def holds(made: Made, record: dict[str, Any]) -> bool:
    """Return whether the rule matches the record."""
    return judge(made.condition, {name: search(made, lines, record) for name, lines in made.searches.items()})


def judge(tree: Any, known: dict[str, bool]) -> bool:
    """Return the value of a condition tree, given the searches that hold."""
    kind, *parts = tree
    if kind == "name":
        return known[parts[0]]
    if kind == "not":
        return not judge(parts[0], known)
    if kind == "of":
        quantity, start = parts
        fitting = [v for n, v in known.items() if (start is None or n.startswith(start)) and not n.startswith("_")]
        return all(fitting) if quantity == "all" else any(fitting)
    results = [judge(part, known) for part in parts]
    return all(results) if kind == "and" else any(results)


def search(made: Made, maps: list[list[Line]], record: dict[str, Any]) -> bool:
    """Return whether one of the maps holds with all its lines."""
    return any(all(line_holds(made, line, record) for line in lines) for lines in maps)


def line_holds(made: Made, line: Line, record: dict[str, Any]) -> bool:
    """Return whether a line holds."""
    results = [value_holds(made, line, value, record) for value in line.values]
    result = all(results) if "all" in line.modifiers else any(results)
    return result != ("neq" in line.modifiers)


def value_holds(made: Made, line: Line, value: Any, record: dict[str, Any]) -> bool:
    """Return whether one value of a line holds, for one of the values of the record that the field means."""
    if line.field == "":
        return any(text_holds(made, (*line.modifiers, "contains"), value, one) for one in everything(record))
    present, found = at(record, line.field.split("."))
    if "exists" in line.modifiers:
        return present is value
    if value is None:
        return not present or any(one is None for one in found)
    if "fieldref" in line.modifiers:
        return any(related(line, one, other) for one in found for other in at(record, value.split("."))[1])
    if "contains" in line.modifiers:
        found = [inner for one in found for inner in (everything(one) if isinstance(one, dict) else [one])]
    return any(one_holds(made, line, value, one) for one in found)


def one_holds(made: Made, line: Line, value: Any, one: Any) -> bool:
    """Return whether one value of the record is what one value of the rule asks for."""
    names = set(line.modifiers)
    if order := names & {"lt", "lte", "gt", "gte"}:
        part = names & {"minute", "hour", "day", "week", "month", "year"}
        number = time_part(one, part.pop()) if part else as_number(one)
        return number is not None and in_order(order.pop(), number, value)
    if part := names & {"minute", "hour", "day", "week", "month", "year"}:
        return time_part(one, part.pop()) == value
    if "cidr" in names:
        return isinstance(one, str) and in_network(value, one)
    if "re" in names:
        text = written(one)
        return text is not None and REGEXES[value](text)
    if isinstance(value, bool):
        return one is value or (isinstance(one, str) and same(one, "true" if value else "false", False))
    if isinstance(value, int | float):
        return (one == value and not isinstance(one, bool)) or one == str(value)
    return text_holds(made, line.modifiers, value, one)


def text_holds(made: Made, modifiers: tuple[str, ...], value: Any, one: Any) -> bool:
    """Return whether the text of a value fits a text of the rule, with the modifiers for text."""
    text = written(one)
    if text is None:
        return False
    before = [("*",)] if {"contains", "endswith"} & set(modifiers) else []
    after = [("*",)] if {"contains", "startswith"} & set(modifiers) else []
    wanted = meanings(made, modifiers, str(value))
    return any(fits([*before, *symbols, *after], text, "cased" in modifiers) for symbols in wanted)


def meanings(made: Made, modifiers: tuple[str, ...], value: str) -> list[list[tuple[str, ...]]]:
    """Return the value as lists of symbols: ("*",), ("?",), or ("=", characters of which one must stand there)."""
    if "base64" in modifiers:
        return [[("=", char) for char in bits_to_text(bits_of(value), 0, True)]]
    if "base64offset" in modifiers:
        return [[("=", char) for char in bits_to_text(bits_of(value), skip, False)] for skip in range(3)]
    if "expand" in modifiers and value.startswith("%"):
        name, rest = value[1:].split("%")
        return [symbols_of(start + rest) for start in made.placeholders[name]]
    symbols = symbols_of(value)
    if "windash" in modifiers:
        chars = [symbol[1] if symbol[0] == "=" else None for symbol in symbols]
        for place, char in enumerate(chars):
            after = chars[place + 1] if place + 1 < len(chars) else None
            before = chars[place - 1] if place else None
            if char in ("-", "/") and wordy(after) and not wordy(before):
                symbols[place] = ("=", DASHES)
    return [symbols]


def wordy(char: str | None) -> bool:
    """Return whether a character can be in a word."""
    return char is not None and (char.isalnum() or char == "_")


def symbols_of(value: str) -> list[tuple[str, ...]]:
    """Return the symbols of a text with wildcards and escapes."""
    symbols: list[tuple[str, ...]] = []
    while value:
        if value[0] == "\\" and value[1:2] in ("*", "?", "\\") and value[1:2]:
            symbols.append(("=", value[1]))
            value = value[2:]
        else:
            symbols.append((value[0],) if value[0] in "*?" else ("=", value[0]))
            value = value[1:]
    return symbols


def fits(symbols: list[tuple[str, ...]], text: str, cased: bool) -> bool:
    """Return whether all of `text` fits the symbols, by the table of all prefixes."""
    reached = {0}
    for symbol in symbols:
        if symbol == ("*",):
            reached = set(range(min(reached), len(text) + 1)) if reached else set()
        elif symbol == ("?",):
            reached = {place + 1 for place in reached if place < len(text)}
        else:
            reached = {p + 1 for p in reached if p < len(text) and any(same(text[p], one, cased) for one in symbol[1])}
    return len(text) in reached


def same(left: str, right: str, cased: bool) -> bool:
    """Return whether two texts are the same, without regard to case unless `cased`."""
    if len(left) != len(right):
        return False
    pairs = zip(left, right, strict=True)
    return all(a == b or (not cased and len(a.casefold()) == 1 and a.casefold() == b.casefold()) for a, b in pairs)


def written(one: Any) -> str | None:
    """Return the text of a value of a record."""
    if one is None or isinstance(one, dict):
        return None
    return {True: "true", False: "false"}[one] if isinstance(one, bool) else f"{one}"


def at(node: Any, path: list[str]) -> tuple[bool, list[Any]]:
    """Return whether something stands at the path, and the values there, lists taken apart."""
    if isinstance(node, list):
        inside = [at(one, path) for one in node]
        return any(present for present, _ in inside), [one for _, found in inside for one in found]
    if not path:
        return True, [node]
    if isinstance(node, dict):
        for length in range(len(path), 0, -1):
            if ".".join(path[:length]) in node:
                value, rest = node[".".join(path[:length])], path[length:]
                present, found = at(value, rest)
                return present or not rest, found
    return False, []


def everything(value: Any) -> list[Any]:
    """Return all values in a record that are neither lists nor objects."""
    if isinstance(value, dict):
        value = list(value.values())
    return [found for one in value for found in everything(one)] if isinstance(value, list) else [value]


def related(line: Line, one: Any, other: Any) -> bool:
    """Return whether two values of the record stand in the relation of a field reference."""
    left, right = written(one), written(other)
    if left is None or right is None:
        return False
    cased, ends = "cased" in line.modifiers, range(len(left) + 1)
    starts: Any = [0] if not {"contains", "endswith"} & set(line.modifiers) else ends
    wanted = [(start, start + len(right)) for start in starts if start + len(right) <= len(left)]
    if not {"contains", "startswith"} & set(line.modifiers):
        wanted = [(start, end) for start, end in wanted if end == len(left)]
    return any(same(left[start:end], right, cased) for start, end in wanted)


def as_number(one: Any) -> float | None:
    """Return a value as a number, if it is or writes one."""
    if isinstance(one, bool) or one is None or isinstance(one, dict):
        return None
    digits = f"{one}"
    if isinstance(one, str):
        whole, _, rest = digits.lstrip("-").partition(".")
        plain = digits.count("-") == len(digits) - len(digits.lstrip("-")) <= 1 and whole.isascii() and whole.isdigit()
        if not plain or ("." in digits and not (rest.isascii() and rest.isdigit())):
            return None
    return float(digits)


def in_order(name: str, number: float, limit: float) -> bool:
    """Return whether two numbers are in the order a modifier names."""
    return {"lt": number < limit, "lte": number <= limit, "gt": number > limit, "gte": number >= limit}[name]


def time_part(one: Any, part: str) -> int | None:
    """Return a part of a time written as CloudTrail does, read by position."""
    if not isinstance(one, str) or len(one) != 20 or one[10] != "T" or one[19] != "Z":
        return None
    if part == "week":
        return date(int(one[:4]), int(one[5:7]), int(one[8:10])).isocalendar()[1]
    start, end = {"year": (0, 4), "month": (5, 7), "day": (8, 10), "hour": (11, 13), "minute": (14, 16)}[part]
    return int(one[start:end])


def in_network(cidr: str, address: str) -> bool:
    """Return whether an IPv4 address is in an IPv4 network, by arithmetic."""
    base, bits = cidr.split("/")
    numbers = [dotted(base), dotted(address)]
    return None not in numbers and numbers[0] >> (32 - int(bits)) == numbers[1] >> (32 - int(bits))  # type: ignore[operator]


def dotted(address: str) -> int | None:
    """Return a dotted address as a number."""
    parts = address.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and str(int(part)) == part for part in parts):
        return None
    return sum(int(part) << 8 * (3 - place) for place, part in enumerate(parts))


def bits_of(text: str) -> str:
    """Return the bits of a text in UTF-8."""
    return "".join(f"{byte:08b}" for byte in text.encode())


def bits_to_text(bits: str, skip: int, whole: bool) -> str:
    """Return base64 made bit by bit: all of it with its padding, or what is sure after `skip` unknown bytes."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    if whole:
        padded = bits + "0" * (-len(bits) % 6)
        return "".join(letters[int(padded[i : i + 6], 2)] for i in range(0, len(padded), 6)) + "=" * (
            -len(bits) // 8 % 3
        )
    drop = -(skip * 8) % 6
    return "".join(letters[int(bits[i : i + 6], 2)] for i in range(drop, len(bits) - 5, 6))
