"""Everything about one detection as a page of the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import msgspec

from rootwarden.model.control import Registered
from rootwarden.model.detection import Detection, SingleRecord
from rootwarden.model.findings import CATALOGUE_VERSION
from rootwarden.model.golden import Golden
from rootwarden.report.detection_markdown import bulleted, fenced, folded, linked, numbered, table
from rootwarden.report.detection_sample import Sample
from rootwarden.report.detection_weight import case_lines
from rootwarden.report.detection_words import HARMS, AnyDetection, kind_of, logic, searches, standing

_ORIGIN = MappingProxyType({"published": "Published in", "constructed": "Constructed after"})


def names(controls: Iterable[Registered], detections: Iterable[AnyDetection]) -> dict[str, str]:
    """Return the page of every code and slug, seen from the pages of detections."""
    pages = {name: f"../controls/{one.slug}.md" for one in controls for name in (one.control.code, one.slug)}
    return pages | {name: f"{one.slug}.md" for one in detections for name in (one.detection.code, one.slug)}


def page(one: AnyDetection, shown: Iterable[Sample], queries: Mapping[str, str], pages: Mapping[str, str]) -> str:
    """Return docs/detections/<slug>.md.

    `shown` are its sample records, `queries` its rule in the languages of other systems (name -> text), `pages` where
    names lead to, see `names`.
    """
    detection = one.detection
    others = {name: link for name, link in pages.items() if link != f"{one.slug}.md"}
    parts = [
        f"# {detection.code}: {detection.title}",
        _head(one),
        f"## What happened and why it matters\n\n{linked(detection.description, others)}",
        f"## How it is decided\n\n{_decided(one, others)}",
        _listed("Cases", case_lines(one)),
        f"## What it misses\n\n{linked(detection.misses, others)}",
        _listed("False positives", [linked(text, others) for text in detection.false_positives]),
        f"## What to do now\n\n{numbered(linked(step, others) for step in detection.response)}",
        *_samples(tuple(shown)),
        _elsewhere(one, queries),
        _links(detection),
        f"---\nGenerated from the catalogue {CATALOGUE_VERSION}; [all detections](README.md).",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(one: AnyDetection) -> str:
    detection = one.detection
    row = (
        f"`{one.slug}`", detection.severity.value, detection.severity_in_window.value, kind_of(one),
        HARMS[detection.harm].partition(":")[0].lower(), ", ".join(map(_technique, detection.mitre)),
    )  # fmt: skip
    return table(("name", "severity", "inside an approved window", "kind", "harm", "MITRE ATT&CK"), [row])


def _technique(number: str) -> str:
    return f"[{number}](https://attack.mitre.org/techniques/{number.replace('.', '/')}/)"


def _decided(one: AnyDetection, pages: Mapping[str, str]) -> str:
    rule = searches(one)
    told = [standing(one), linked(logic(one), pages), fenced("yaml", rule) if rule else ""]
    return "\n\n".join(part for part in told if part)


def _listed(title: str, lines: list[str]) -> str:
    return f"## {title}\n\n{bulleted(lines)}" if lines else ""


def _samples(shown: tuple[Sample, ...]) -> list[str]:
    if not shown:
        return []
    if shown[0].step == "" and shown[0].golden is not None:
        return [f"## A record that fires it\n\n{_record(shown[0].golden)}"]
    parts = ["## What it remembers", "An example of each thing that it keeps in mind, by the name it has there."]
    for sample in shown:
        body = _record(sample.golden) if sample.golden is not None else f"No record of CloudTrail: {sample.notice}."
        parts.append(f"### `{sample.step}`\n\n{body}")
    return parts


def _record(golden: Golden) -> str:
    source = golden.source
    origin = f"{_ORIGIN[source.status]} {source.where}. {source.note}".rstrip()
    text = msgspec.json.format(msgspec.json.encode(golden.record), indent=2).decode()
    return f"{golden.says}\n\n{fenced('json', text)}\n\n{origin}"


def _elsewhere(one: AnyDetection, queries: Mapping[str, str]) -> str:
    if not isinstance(one, SingleRecord):
        return ""
    name = one.file.rpartition("/")[2]
    parts = [folded(f"Sigma rule ({name})", fenced("yaml", one.text))]
    parts += [folded(language, fenced("", query)) for language, query in queries.items()]
    return "## For your own system\n\n" + "\n\n".join(parts)


def _links(detection: Detection) -> str:
    return f"## Links\n\n{bulleted(f'<{link}>' for link in detection.references)}" if detection.references else ""
