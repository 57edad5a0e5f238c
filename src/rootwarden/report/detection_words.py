"""How kinds of detections and harms are called, and what decides, in words."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent
from types import MappingProxyType
from typing import Literal

from rootwarden.catalogue.detecting import OWNED
from rootwarden.model.detection import Harm, SingleRecord, Stateful
from rootwarden.model.rulebook import UNKNOWN_SHAPE

AnyDetection = SingleRecord | Stateful
Family = Literal["single record", "with memory"]
FAMILIES: Mapping[Family, str] = MappingProxyType(
    {
        "single record": "a Sigma rule is asked of each record by itself",
        "with memory": "several records, the time between them, or what is usual decides",
    }
)
HARMS = MappingProxyType(
    {
        Harm.MONEY: "Money: something is started or bought that the owner pays for",
        Harm.DELETION: "Deletion: something that ran or was stored is gone",
        Harm.DATA: "Data: something was read, or opened to others",
        Harm.NONE: "None yet: it is a way in, or hides or prepares what may follow",
    }
)
_SHAPES = (
    "It also fires on every record of which nobody can tell who is behind it: the identity, the name or the time is "
    "missing or of an unknown shape."
)
_OWNED = (
    "%owned_resources% stands for the resources that you name as your own, by ARN and by name; where none are named, "
    "those lines match nothing."
)


def kind_of(one: AnyDetection) -> Family:
    """Return the family of a detection."""
    return "single record" if isinstance(one, SingleRecord) else "with memory"


def standing(one: AnyDetection) -> str:
    """Return the family of a detection as a sentence that says how it decides."""
    family = kind_of(one)
    return f"{family[0].upper()}{family[1:]}: {FAMILIES[family]}."


def logic(one: AnyDetection) -> str:
    """Return in words what decides; for a Sigma rule only what its searches do not say themselves."""
    refines = one.detection.refines
    told = (
        (bool(one.detection.logic), one.detection.logic),
        (one.detection.code == UNKNOWN_SHAPE, _SHAPES),
        (isinstance(one, SingleRecord) and f"%{OWNED}%" in one.text, _OWNED),
        (bool(refines), f"It says more than {' and '.join(refines)}, which a story leaves out beside it."),
    )
    return " ".join(sentence for holds, sentence in told if holds)


def searches(one: AnyDetection) -> str:
    """Return the `detection` part of a rule as written, without its indent; "" for a detection with memory.

    Raises:
        ValueError: the part does not stand on lines of its own, as it does in Rootwarden's rules.
    """
    if isinstance(one, Stateful):
        return ""
    lines = one.text.splitlines()
    first = lines.index("detection:") + 1
    last = next((n for n, line in enumerate(lines[first:], first) if not line.startswith(" ")), len(lines))
    return dedent("\n".join(lines[first:last]))
