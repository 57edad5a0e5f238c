"""Checks the channels of a configuration before any is opened: kinds, settings, and that no secret is in the file."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from rootwarden.errors import UsageError
from rootwarden.model.findings import Severity
from rootwarden.notify import families
from rootwarden.notify.family import Family
from rootwarden.notify.references import HOW, Reference, read_reference

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_ALL = tuple(Severity)
_LEVELS = [severity.value for severity in Severity]


class Spec(Struct, frozen=True, kw_only=True):
    """One channel as configured: `levels` are the severities it is told, the worst first.

    `references` say where the secrets among its settings are kept; `options` holds no secret.
    """

    name: str
    kind: str
    levels: tuple[Severity, ...]
    options: Struct
    references: Mapping[str, Reference]

    @property
    def target(self) -> str:
        """Where messages go, as far as that is no secret."""
        setting = families.find(self.kind).target
        return "" if not setting or setting in self.references else str(getattr(self.options, setting))


def read_specs(sections: Mapping[str, Mapping[str, Any]], source: str) -> tuple[Spec, ...]:
    """Check the `[channels.NAME]` sections of a configuration file called `source`.

    Raises:
        UsageError: unknown kind, setting or severity, a value that does not fit, or a secret in the clear.
    """
    return tuple(_spec(name, section, source) for name, section in sections.items())


def choose(specs: tuple[Spec, ...], wanted: Collection[str]) -> tuple[Spec, ...]:
    """Return the channels of these names, in the order of the configuration.

    Raises:
        UsageError: there is no channel of a name.
    """
    known = [spec.name for spec in specs]
    for name in wanted:
        if name not in known:
            why = _closest(name, known, "there is") if known else "the configuration has no [channels.NAME] section"
            raise UsageError(f"there is no channel {name!r}", why=why, todo="see `rootwarden notify list`")
    return tuple(spec for spec in specs if spec.name in wanted)


def _spec(name: str, section: Mapping[str, Any], source: str) -> Spec:
    where = f"{source}: [channels.{name}]"
    if _NAME.fullmatch(name) is None:
        why = "letters, digits, - and _, at most 63"
        raise UsageError(f"{source}: a channel cannot be called {name!r}", why=why, todo="give it another name")
    kind = section.get("kind")
    if not isinstance(kind, str) or kind not in families.names():
        raise _unknown(f"{where} kind", kind, families.names())
    family = families.find(kind)
    given = {key: value for key, value in section.items() if key not in ("kind", "levels")}
    fields = family.options.__struct_fields__
    for key in given:
        if key not in fields:
            why = _closest(key, ("kind", "levels", *fields), "it has")
            raise UsageError(f"{where}: unknown key {key!r}", why=why, todo="correct or remove it")
    references = _references(family, given, where)
    return Spec(
        name=name,
        kind=kind,
        levels=_levels(section.get("levels"), where),
        options=_options(family, given | {key: str(one) for key, one in references.items()}, references, where),
        references=references,
    )


def _references(family: Family, given: Mapping[str, Any], where: str) -> dict[str, Reference]:
    """Return the references among the settings; no value is ever repeated, because it may be the secret itself."""
    found: dict[str, Reference] = {}
    for key in (*family.secret, *family.address):
        value = given.get(key)
        if not isinstance(value, str) or not value:
            continue  # a missing one is told by the types
        reference = read_reference(value)
        if reference is not None:
            found[key] = reference
        elif key in family.secret:
            why = "a configuration is copied, shared and committed"
            raise UsageError(f"{where}: {key} holds a secret in the clear", why=why, todo=HOW)
        elif _has_login(value):
            why = "its URL names a user or a password"
            raise UsageError(f"{where}: {key} holds a secret in the clear", why=why, todo=HOW)
    return found


def _has_login(url: str) -> bool:
    try:
        return "@" in urlsplit(url).netloc
    except ValueError:
        return "@" in url


def _options(family: Family, given: dict[str, Any], references: Collection[str], where: str) -> Struct:
    secret = {*family.secret, *family.address}
    try:
        options: Struct = msgspec.convert(given, family.options)
        for key in family.address:
            value = getattr(options, key)
            if key not in references and value:
                check_url(value)
        family.check(options)
    except msgspec.ValidationError as error:
        told = str(error)
        if any(f"$.{key}`" in told for key in secret):
            told = "it has to be a text"
        raise UsageError(f"{where} has a value that does not fit", why=told, todo="mend that value") from None
    except ValueError as error:
        raise UsageError(f"{where} has a value that does not fit", why=str(error), todo="mend that value") from None
    return options


def check_url(url: str) -> None:
    """Check that an address is one that can be posted to; the address itself is not repeated.

    Raises:
        ValueError: it is not; says why.
    """
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fits = False
    if not fits or any(letter <= " " or letter > "~" for letter in url):
        raise ValueError("a URL begins with https:// or http:// and a host, and has no blanks")


def _levels(given: Any, where: str) -> tuple[Severity, ...]:
    if given is None:
        return _ALL
    if not isinstance(given, list) or not given:
        why = f"a list of {', '.join(_LEVELS)}"
        raise UsageError(f"{where}: levels does not fit", why=why, todo='write levels = ["critical", "high"]')
    for level in given:
        if level not in _LEVELS:
            raise _unknown(f"{where} levels", level, _LEVELS)
    return tuple(severity for severity in Severity if severity.value in given)


def _unknown(what: str, given: Any, known: Collection[str]) -> UsageError:
    if given is None:
        return UsageError(f"{what} is missing", why=f"it is one of {', '.join(known)}", todo="add it")
    if not isinstance(given, str):
        return UsageError(f"{what} is no text", why=f"it is one of {', '.join(known)}", todo="correct it")
    return UsageError(f"{what}: {given!r} is unknown", why=_closest(given, known, "there is"), todo="correct it")


def _closest(given: str, known: Collection[str], otherwise: str) -> str:
    close = get_close_matches(given, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"{otherwise} {', '.join(known)}"
