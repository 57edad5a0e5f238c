"""Makes records aimed at a rule: at its fields stands what its values ask for, or nearly so."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from hypothesis import strategies as st

from tests.proofs.sigma_made import ADDRESSES, TIMES, records, scalars
from tests.proofs.sigma_slow import DASHES, Line, Made

_FILLING = ["", "", "a", "b", "A", "ab", "\n", "\u00df", "\u03c3", "-", "aab"]


@st.composite
def aimed(draw: st.DrawFn, made: Made) -> dict[str, Any]:
    """Return a record that some lines of the rule may match."""
    record = draw(records) if draw(st.booleans()) else {}
    lines = [line for maps in made.searches.values() for some in maps for line in some]
    for line in draw(st.lists(st.sampled_from(lines), min_size=1, max_size=4)):
        value = draw(st.sampled_from(line.values))
        if "fieldref" in line.modifiers:
            same = draw(scalars)
            _put(draw, record, value, same)
            _put(draw, record, line.field, draw(st.sampled_from([same, f"a{same}", f"{same}b", f"{same}".swapcase()])))
        else:
            near = [_near(draw, made, line, one) for one in line.values] if "all" in line.modifiers else None
            _put(draw, record, line.field or "x", near or _near(draw, made, line, value))
    return record


def _near(draw: st.DrawFn, made: Made, line: Line, value: Any) -> Any:
    """Return something that a value of a line may match."""
    names = set(line.modifiers)
    if names & {"minute", "hour", "day", "week", "month", "year"}:
        return draw(st.sampled_from(TIMES))
    if "cidr" in names:
        return draw(st.sampled_from(ADDRESSES))
    if "re" in names:
        return draw(st.sampled_from(["ab", "bab", "a\nb", "aXb", "xAAb", "aab", 10, True]))
    if "exists" in names or value is None:
        return draw(st.sampled_from([None, None, "", [], {}, 0]))
    if isinstance(value, bool | int | float):
        forms = [value, json.dumps(value), str(value), f"{value}0"]
        return draw(st.sampled_from([*forms, value + draw(st.sampled_from([-1, 1, 0.5])), bool(value)]))
    text = draw(st.sampled_from(_FILLING)) + _text(draw, made, names, value) + draw(st.sampled_from(_FILLING))
    return draw(st.sampled_from([text, text.swapcase(), text.upper(), text.lower()]))


def _text(draw: st.DrawFn, made: Made, names: set[str], value: str) -> str:
    """Return text with the wildcards of `value` filled in and its encodings carried out."""
    if names & {"base64", "base64offset"}:
        data = draw(st.sampled_from(["", "a", "ab", "abc"])) + value + draw(st.sampled_from(["", "", "z", "zz"]))
        return b64encode(data.encode()).decode()
    for name, meanings in made.placeholders.items():
        if meanings:
            value = value.replace(f"%{name}%", draw(st.sampled_from(meanings)))
    if draw(st.booleans()):
        value = value.replace("\\", "")
    filled = ""
    for char in value:
        if char in "*?" and draw(st.integers(0, 4)):
            filled += draw(st.sampled_from(_FILLING))
        elif char in DASHES and "windash" in names:
            filled += draw(st.sampled_from(DASHES))
        else:
            filled += char
    return filled


def _put(draw: st.DrawFn, record: dict[str, Any], field: str, value: Any) -> None:
    """Put a value where a field leads to: by objects, by lists of them, or under a key with dots."""
    extra = draw(st.sampled_from([0, 0, 0, 1, 2, 3]))
    if extra:
        value = [[value], [draw(scalars), value], [[draw(scalars), [value]]]][extra - 1]
    parts = field.split(".")
    cut = draw(st.integers(1, len(parts)))
    for key in reversed(parts[cut:]):
        value = {key: value}
        if draw(st.integers(0, 3)) == 0:
            value = [{"c": None}, value]
    record[".".join(parts[:cut])] = value
    if cut > 1 and draw(st.booleans()):
        record[parts[0]] = draw(scalars)
