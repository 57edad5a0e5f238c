"""Reads what python-hcl2 makes of Terraform code back into plain values."""

from __future__ import annotations

import re
from typing import Any

import hcl2

_ESCAPE = re.compile(r'\\(?:u([0-9a-f]{4})|(["\\nrt]))|(\$\$|%%)\{')
_NAMED = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}


def parsed(code: str) -> dict[str, Any]:
    """Return the blocks of code as python-hcl2 has them."""
    found: dict[str, Any] = hcl2.loads(code)
    return found


def value_of(read: Any) -> Any:
    """Return a value as it was before it was written: no expression but literals may stand in it."""
    if isinstance(read, dict):
        return {value_of(key): value_of(one) for key, one in read.items() if key != "__is_block__"}
    if isinstance(read, list):
        return [value_of(one) for one in read]
    if not isinstance(read, str):
        return read
    if read.startswith('"'):
        return text_of(read[1:-1])
    assert read.startswith("${"), f"{read} is no literal"
    return float(read[2:-1])  # a number that is written with an exponent


def text_of(quoted: str) -> str:
    """Return the text of a quoted template, by HCL's rules."""

    def plain(found: re.Match[str]) -> str:
        number, named, sign = found.groups()
        if number:
            return chr(int(number, 16))
        return _NAMED[named] if named else f"{sign[0]}{{"

    rest = _ESCAPE.sub(" ", quoted)
    assert "${" not in rest, f"{quoted} is evaluated"
    assert "%{" not in rest, f"{quoted} is evaluated"
    return _ESCAPE.sub(plain, quoted)
