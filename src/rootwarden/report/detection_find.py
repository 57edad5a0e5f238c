"""Finds what a person names: a control or a detection, by code or slug, or a remedy."""

from __future__ import annotations

from difflib import get_close_matches

from rootwarden import catalogue
from rootwarden.catalogue.detecting import everything
from rootwarden.catalogue.remedying import remedies
from rootwarden.errors import UsageError
from rootwarden.model.control import Registered
from rootwarden.model.remedy import RegisteredRemedy
from rootwarden.report.detection_words import AnyDetection

_PREFIXES = ("rw-", "rd-")


def named(name: str) -> Registered | AnyDetection | RegisteredRemedy:
    """Return the control or detection with this code or slug, whatever the case, with or without `RW-` or `RD-`.

    A remedy is known by its name; of one that only a person can do, the control that names it tells all there is.

    Raises:
        UsageError: there is none; names the closest of all.
    """
    wanted = name.strip().lower()
    keys = (wanted, *(f"{prefix}{wanted}" for prefix in _PREFIXES))
    known: dict[str, Registered | AnyDetection | RegisteredRemedy] = {**_controls(), **_remedies()}
    if known.keys().isdisjoint(keys):
        known |= _detections()
    for key in keys:
        if key in known:
            return known[key]
    close = get_close_matches(wanted, known, n=1, cutoff=0.5)
    hint = f"did you mean {close[0].upper() if close[0].startswith(_PREFIXES) else close[0]}?" if close else ""
    todo = "list them with `rootwarden controls`, `rootwarden controls --remedies` and `rootwarden detections`"
    raise UsageError(f"no control, detection or remedy is called {name!r}", why=hint, todo=todo)


def _remedies() -> dict[str, Registered | RegisteredRemedy]:
    by_hand = {one.control.remedy: one for one in catalogue.controls() if one.control.remedy}
    return {**by_hand, **remedies()}


def _controls() -> dict[str, Registered]:
    return {name: one for one in catalogue.controls() for name in (one.slug, one.control.code.lower())}


def _detections() -> dict[str, AnyDetection]:
    return {name: one for one in everything() for name in (one.slug, one.detection.code.lower())}
