"""Everything about one detection as text for the terminal."""

from __future__ import annotations

import textwrap

from rootwarden.model.detection import Detection
from rootwarden.model.findings import CATALOGUE_VERSION
from rootwarden.report.detection_weight import case_lines, in_window
from rootwarden.report.detection_words import HARMS, AnyDetection, logic, searches, standing

_INDENT = "  "


def explain(one: AnyDetection, width: int = 80) -> str:
    """Return title, severity, what happened, what decides, cases, limits, false positives, response, harm and links.

    No line is longer than `width`, those of rules and links excepted: they must survive being copied.
    """
    detection = one.detection
    sections = (
        ("", [f"{detection.code}  {one.slug}", *_wrapped(detection.title, width, "")]),
        ("", _wrapped(_standing(one), width, "")),
        ("WHAT HAPPENED AND WHY IT MATTERS", _wrapped(detection.description, width)),
        ("HOW IT IS DECIDED", _decided(one, width)),
        ("CASES", [line for case in case_lines(one) for line in _wrapped(case, width, hang="    ")]),
        ("WHAT IT MISSES", _wrapped(detection.misses, width)),
        (
            "FALSE POSITIVES",
            [line for text in detection.false_positives for line in _wrapped(text, width, hang="    ")],
        ),
        ("WHAT TO DO NOW", _response(detection, width)),
        ("HARM", _wrapped(f"{HARMS[detection.harm]}.", width)),
        ("MITRE ATT&CK", [_INDENT + ", ".join(detection.mitre)] if detection.mitre else []),
        ("LINKS", [_INDENT + link for link in detection.references]),
        ("", [f"catalogue {CATALOGUE_VERSION}"]),
    )
    return "\n\n".join("\n".join([title, *lines] if title else lines) for title, lines in sections if lines)


def _standing(one: AnyDetection) -> str:
    detection = one.detection
    return f"Severity {in_window(detection.severity, detection.severity_in_window)}. {standing(one)}"


def _decided(one: AnyDetection, width: int) -> list[str]:
    told = _wrapped(logic(one), width)
    rule = textwrap.indent(searches(one), _INDENT).splitlines()
    return [*told, *([""] if told and rule else []), *rule]


def _response(detection: Detection, width: int) -> list[str]:
    lines: list[str] = []
    for number, step in enumerate(detection.response, start=1):
        lines += _wrapped(f"{number}. {step}", width, hang="     ")
    return lines


def _wrapped(text: str, width: int, indent: str = _INDENT, hang: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent if hang is None else hang,
        break_on_hyphens=False,
        break_long_words=False,
    )
