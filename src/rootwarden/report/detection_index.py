"""The index of all detections: by family, by harm, and how their alerts weigh."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rootwarden.model.findings import CATALOGUE_VERSION
from rootwarden.report.detection_guide import guide
from rootwarden.report.detection_markdown import bulleted, table
from rootwarden.report.detection_words import FAMILIES, HARMS, AnyDetection, Family, kind_of
from rootwarden.report.labels import plural

_WEIGHT = """## How an alert weighs

Every alert has one severity: that of the detection, or of the case of it that holds. Inside an approved window of root
use (`rootwarden detect --windows FILE`) the second one counts, if the approval covers the call. While it may still turn
out that AssumeRoot issued the session, an alert weighs one level less and says `origin_pending`."""


def index(detections: Iterable[AnyDetection]) -> str:
    """Return docs/detections/README.md."""
    listed = sorted(detections, key=lambda one: one.detection.code)
    parts = [
        f"# Detections\n\n{plural(len(listed), 'detection')}, catalogue {CATALOGUE_VERSION}. At the terminal: "
        "`rootwarden detections`, and `rootwarden explain CODE` for one. Rules of your own: "
        "[below](#rules-of-your-own).",
        *(_family(family, [one for one in listed if kind_of(one) == family]) for family in FAMILIES),
        f"## By harm\n\n{bulleted(_harms(listed))}",
        _WEIGHT,
        guide(),
    ]
    return "\n\n".join(parts) + "\n"


def _family(family: Family, mine: Sequence[AnyDetection]) -> str:
    rows = [
        (_link(one), one.detection.severity.value, one.detection.severity_in_window.value, one.detection.title)
        for one in mine
    ]
    head = f"## {family[0].upper()}{family[1:]}\n\n{plural(len(mine), 'detection')}: {FAMILIES[family]}."
    return f"{head}\n\n{table(('code', 'severity', 'inside a window', 'act'), rows)}"


def _harms(listed: Sequence[AnyDetection]) -> list[str]:
    lines = []
    for harm, words in HARMS.items():
        mine = ", ".join(_link(one) for one in listed if one.detection.harm is harm)
        name, _, what = words.partition(": ")
        lines.append(f"**{name}**: {what}. {mine}")
    return lines


def _link(one: AnyDetection) -> str:
    return f"[{one.detection.code}]({one.slug}.md)"
