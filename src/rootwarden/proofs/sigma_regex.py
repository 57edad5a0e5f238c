"""Regular expressions of rules: what Python would read differently, or what could take for ever, is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rootwarden.proofs.sigma_error import ConstructError
from rootwarden.proofs.sigma_pattern import TextTest
from rootwarden.proofs.sigma_runaway import runs_away

FLAGS = {
    "i": re.IGNORECASE,
    "ignorecase": re.IGNORECASE,
    "m": re.MULTILINE,
    "multiline": re.MULTILINE,
    "s": re.DOTALL,
    "dotall": re.DOTALL,
}
MAX_LENGTH = 5_000
_ODD = (  # what Python takes without complaint, but in another sense than PCRE
    (re.compile(r"\[:\^?[a-z]+:\]"), "POSIX class {}", "write the characters out, as in [a-z]"),
    (re.compile(r"(?<!\\)(?:\\\\)*\\Z"), "{}", "end the expression with $"),
)


def regex_test(expression: str, flags: Iterable[str]) -> TextTest:
    """Return a test whether `expression` is found somewhere in a text; `flags` are keys of `FLAGS`.

    The flavour named by Sigma is PCRE; what Python does not have is refused, as is what it reads differently.

    Raises:
        ConstructError: an expression that is none, is of another flavour, or can take time without bound.
    """
    if len(expression) > MAX_LENGTH:
        raise ConstructError("long regular expression", f"at most {MAX_LENGTH:,} characters are read", "shorten it")
    for odd, name, todo in _ODD:
        if found := odd.search(expression):
            raise ConstructError(name.format(found[0]), "Python has no such construct", todo)
    number = 0
    for flag in flags:
        number |= FLAGS[flag]
    try:
        compiled, endless = re.compile(expression, number), runs_away(expression, number)
    except (re.error, OverflowError, RecursionError) as error:
        todo = "correct it; constructs of PCRE that Python has not must be written in another way"
        raise ConstructError(f"regular expression {expression[:60]}", str(error), todo) from None
    if endless:
        why = "it repeats what can be cut up in several ways, which can take time without bound"
        todo = "repeat one level only, or put a fixed character between"
        raise ConstructError(f"regular expression {expression[:60]}", why, todo)
    search = compiled.search
    return lambda text: search(text) is not None
