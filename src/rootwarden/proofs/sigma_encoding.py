"""Values that stand in a record in encoded form: base64, also of UTF-16 text, at any position in what was encoded.

Source: Sigma specification 2.1, modifiers appendix, "Encoding"; RFC 4648 section 4.
"""

from __future__ import annotations

from base64 import b64encode

from rootwarden.proofs.sigma_error import ConstructError
from rootwarden.proofs.sigma_pattern import literal, read_pattern

WIDE = {"wide": ("utf-16-le", b""), "utf16": ("utf-16-le", b"\xff\xfe"), "utf16be": ("utf-16-be", b"")}
BASE64 = ("base64", "base64offset")
ENCODINGS = frozenset((*WIDE, *BASE64))


def encoded(value: str, modifiers: list[str]) -> list[str]:
    """Return the texts as which `value` can appear; `modifiers` are those of `ENCODINGS` in the order written.

    Raises:
        ConstructError: a wildcard in the value, an order that makes no sense, UTF-16 that is not put into base64.
    """
    text = literal(read_pattern(value))
    if text is None:
        raise ConstructError(f"wildcard in the |{modifiers[0]} value", "what is encoded must be fixed", "escape it")
    wide = [name for name in modifiers if name in WIDE]
    if len(wide) > 1 or modifiers not in ([*wide, "base64"], [*wide, "base64offset"]):
        why = "records are text: UTF-16 can only appear in them as base64, in which it is put once"
        raise ConstructError(f"|{'|'.join(modifiers)}", why, "write |wide|base64offset|contains or |base64")
    data = text.encode("utf-8", "surrogatepass")
    if wide:
        codec, mark = WIDE[wide[0]]
        data = mark + text.encode(codec, "surrogatepass")
    return [b64encode(data).decode()] if modifiers[-1] == "base64" else [_from(data, skip) for skip in range(3)]


def _from(data: bytes, skip: int) -> str:
    """Return the characters that `data` alone decides when `skip` unknown bytes stand before it and more may follow."""
    before = (0, 2, 3)[skip]
    whole = (skip + len(data)) * 8 // 6
    return b64encode(bytes(skip) + data).decode()[before:whole]
