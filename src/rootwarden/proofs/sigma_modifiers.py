"""What stands behind a field name in a rule (`field|contains|all`), and which of these fit together."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from rootwarden.proofs.sigma_encoding import ENCODINGS
from rootwarden.proofs.sigma_error import ConstructError
from rootwarden.proofs.sigma_regex import FLAGS
from rootwarden.proofs.sigma_values import COMPARISONS, TIME_PARTS

SIDES = {"contains": (True, True), "startswith": (False, True), "endswith": (True, False)}
_LINKS = frozenset({"all", "neq"})
# What a value is taken for -> the modifiers that may stand beside the one that says so ("" for plain values).
_BESIDE: dict[str, frozenset[str]] = {
    "": frozenset({*SIDES, *ENCODINGS, "cased", "expand", "windash"}),
    "re": frozenset(FLAGS),
    "cidr": frozenset(),
    "exists": frozenset(),
    "fieldref": frozenset({*SIDES, "cased"}),
    "compare": frozenset(),
    "time": frozenset(COMPARISONS),
}
_KINDS = (
    dict.fromkeys(("re", "cidr", "exists", "fieldref"), "")
    | dict.fromkeys(TIME_PARTS, "time")
    | dict.fromkeys(COMPARISONS, "compare")
)
_ALONE = (frozenset(SIDES), frozenset(TIME_PARTS), frozenset(COMPARISONS), frozenset({*ENCODINGS, "expand", "windash"}))


class Modifiers(Struct, frozen=True):
    """The field, what its values are taken for (`kind`, "" for plain values), and the modifiers in their order."""

    field: str
    kind: str
    names: tuple[str, ...]

    def has(self, name: str) -> bool:
        """Return whether the modifier is there."""
        return name in self.names

    def first(self, names: Collection[str]) -> str:
        """Return the first modifier that is in `names`, or ""."""
        return next((name for name in self.names if name in names), "")


def read_modifiers(key: str) -> Modifiers:
    """Return the field and the modifiers of a key; the field is "" for values that are searched everywhere.

    Source: Sigma specification 2.1, modifiers appendix.

    Raises:
        ConstructError: a modifier that is unknown or does not go with another one.
    """
    field, *names = key.split("|")
    _check_known(names, key)
    own = next((name for name in names if name in TIME_PARTS), next((name for name in names if name in _KINDS), ""))
    kind = _KINDS.get(own) or own
    for name in names:
        if name == own or name in _LINKS or name in _BESIDE[kind]:
            continue
        if name in FLAGS and own == "":
            raise ConstructError(f"modifier |{name}", "it goes with |re only", f"write |re|{name}", key)
        raise _clash(name, own, key)
    _check_alone(names, key)
    _check_order(own, names, key)
    return Modifiers(field, kind, tuple(names))


def _check_known(names: list[str], key: str) -> None:
    """Refuse modifiers that are unknown or stand there twice."""
    known = {*_LINKS, *_KINDS, *(name for beside in _BESIDE.values() for name in beside)}
    for name in names:
        if name not in known:
            todo = f"use one of {', '.join(sorted(known))}"
            raise ConstructError(f"modifier |{name}", "it is unknown", todo, key)
        if names.count(name) > 1:
            raise ConstructError(f"modifier |{name}", "it stands there twice", "keep one of them", key)


def _check_alone(names: list[str], key: str) -> None:
    """Refuse two modifiers of which only one can hold; of the encodings two kinds can, which `encoded` judges."""
    for group in _ALONE:
        several = [name for name in names if name in group]
        if len(several) > 1 and not (ENCODINGS.issuperset(several) or {"expand", "windash"} == set(several)):
            raise _clash(several[1], several[0], key)


def _check_order(own: str, names: list[str], key: str) -> None:
    """Refuse modifiers that would have to act on what is not there yet; `own` says what the values are taken for."""
    acts_on = names.index(own) if own else max((names.index(name) for name in names if name in ENCODINGS), default=0)
    for place, name in enumerate(names):
        if place < acts_on and name not in _LINKS and name not in ENCODINGS:
            raise ConstructError(f"modifier |{name}", "it stands before what it acts on", "put it last", key)


def _clash(name: str, other: str, key: str) -> ConstructError:
    """Return the refusal of two modifiers together."""
    return ConstructError(f"modifier |{name}", f"it does not go with |{other}", "use one of them", key)
