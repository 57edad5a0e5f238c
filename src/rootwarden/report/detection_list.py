"""The detections as a list for people, in 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from rootwarden.model.findings import CATALOGUE_VERSION
from rootwarden.report.detection_words import FAMILIES, AnyDetection, kind_of, standing
from rootwarden.report.labels import plural

_UNDER = " " * 15


def as_table(detections: Iterable[AnyDetection], width: int = 80) -> str:
    """Return the detections by family: code, severity, slug and title, no line longer than `width`."""
    listed = sorted(detections, key=lambda one: one.detection.code)
    lines: list[str] = []
    for family in FAMILIES:
        mine = [one for one in listed if kind_of(one) == family]
        if mine:
            lines += ["", standing(mine[0])]
        for one in mine:
            lines.append(f"  {one.detection.code:<12} {one.detection.severity.value:<9} {one.slug}")
            lines += textwrap.wrap(one.detection.title, width, initial_indent=_UNDER, subsequent_indent=_UNDER)
    count = plural(len(listed), "detection")
    lines += ["", f"{count}, catalogue {CATALOGUE_VERSION}. All about one: rootwarden explain CODE"]
    return "\n".join(lines).lstrip("\n")
