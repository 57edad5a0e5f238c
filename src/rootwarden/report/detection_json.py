"""The detections as versioned JSON for machines, and the schema of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from rootwarden.model.detection import Harm, SingleRecord
from rootwarden.model.findings import CATALOGUE_VERSION, Severity
from rootwarden.report.detection_weight import weights
from rootwarden.report.detection_words import AnyDetection, Family, kind_of

DETECTIONS_SCHEMA: Literal["detections/1"] = "detections/1"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class CaseEntry(Struct, frozen=True, kw_only=True):
    """One case of a detection; they are tried in this order."""

    when: Annotated[str, Meta(description="Sigma condition over the searches of the rule; empty: in all other cases.")]
    severity: Annotated[Severity, Meta(description="How much it weighs.")]
    severity_in_window: Annotated[Severity, Meta(description="How much it weighs inside an approved window.")]
    title: Annotated[str, Meta(description="What the alert is called.")]


class EscalationEntry(Struct, frozen=True, kw_only=True):
    """What makes alerts weigh more, outside approved windows."""

    severity: Annotated[Severity, Meta(description="What they then weigh, if they do not weigh more already.")]
    count: Annotated[int, Meta(description="So many of one account; 0: the number does not count.")]
    within_s: Annotated[int, Meta(description="The time within which they are counted, in seconds.")]
    new_region: Annotated[bool, Meta(description="In a Region in which root of the account was not seen before.")]


class DetectionEntry(Struct, frozen=True, kw_only=True):
    """One detection as `rootwarden detections --output json` shows it."""

    code: Annotated[str, Meta(description="Stable id of the detection, such as RD-005.")]
    slug: Annotated[str, Meta(description="Name for people; also the name of its page.")]
    title: Annotated[str, Meta(description="The act, in words.")]
    kind: Annotated[Family, Meta(description="single record: a Sigma rule; with memory: several records decide.")]
    severity: Annotated[Severity, Meta(description="How much an alert weighs where no case says otherwise.")]
    severity_in_window: Annotated[Severity, Meta(description="The same inside an approved window of root use.")]
    harm: Annotated[Harm, Meta(description="Which of the three harms it is; none: it leads to any of them.")]
    description: Annotated[str, Meta(description="What happened and why it matters.")]
    logic: Annotated[str, Meta(description="In words what must hold; empty where a rule decides.")]
    rule: Annotated[str, Meta(description="The Sigma rule as written; empty for a detection with memory.")]
    cases: Annotated[tuple[CaseEntry, ...], Meta(description="The cases; the first that holds counts.")]
    escalation: Annotated[EscalationEntry | None, Meta(description="What raises the severity; null: nothing.")]
    misses: Annotated[str, Meta(description="What it cannot see.")]
    false_positives: Annotated[tuple[str, ...], Meta(description="When it fires although all is well.")]
    response: Annotated[tuple[str, ...], Meta(description="What to do now, step by step.")]
    says: Annotated[
        str,
        Meta(description="The act as a clause; {actor} {event} {account} {region} {source} {target} are filled in."),
    ]
    mitre: Annotated[tuple[str, ...], Meta(description="Techniques of MITRE ATT&CK.")]
    references: Annotated[tuple[str, ...], Meta(description="Pages of AWS it rests on.")]
    refines: Annotated[tuple[str, ...], Meta(description="Codes that need not be told beside this one.")]
    needs_root_itself: Annotated[
        bool, Meta(description="Alerts are withdrawn once AssumeRoot turns out to have issued the session.")
    ]


class DetectionList(Struct, frozen=True, kw_only=True):
    """The JSON object that `rootwarden detections --output json` prints."""

    schema_version: Annotated[
        Literal["detections/1"],
        Meta(description="Version of this format; the number rises when a reader has to change."),
    ]
    catalogue_version: Annotated[str, Meta(description="Version of the catalogue they come with.")]
    detections: Annotated[tuple[DetectionEntry, ...], Meta(description="All detections by code.")]


def detections_schema() -> str:
    """Return docs/schema/detections.schema.json."""
    # A URN is an identity without a promise that something is served there.
    head = {
        "$schema": _DIALECT,
        "$id": f"urn:rootwarden:schema:{DETECTIONS_SCHEMA.replace('/', ':')}",
        "title": "The detections of Rootwarden",
    }
    return json.dumps({**head, **msgspec.json.schema(DetectionList)}, indent=2, ensure_ascii=False) + "\n"


def as_json(detections: Iterable[AnyDetection]) -> str:
    """Return the detections as indented JSON."""
    listed = DetectionList(
        schema_version=DETECTIONS_SCHEMA,
        catalogue_version=CATALOGUE_VERSION,
        detections=tuple(_entry(one) for one in sorted(detections, key=lambda one: one.detection.code)),
    )
    return msgspec.json.format(msgspec.json.encode(listed), indent=2).decode()


def _entry(one: AnyDetection) -> DetectionEntry:
    detection = one.detection
    return DetectionEntry(
        code=detection.code,
        slug=one.slug,
        title=detection.title,
        kind=kind_of(one),
        severity=detection.severity,
        severity_in_window=detection.severity_in_window,
        harm=detection.harm,
        description=detection.description,
        logic=detection.logic,
        rule=one.text if isinstance(one, SingleRecord) else "",
        cases=tuple(
            CaseEntry(
                when=case.when, severity=case.severity, severity_in_window=case.severity_in_window, title=case.title
            )
            for case in weights(one)
        ),
        escalation=_escalation(one),
        misses=detection.misses,
        false_positives=detection.false_positives,
        response=detection.response,
        says=detection.says,
        mitre=detection.mitre,
        references=detection.references,
        refines=detection.refines,
        needs_root_itself=detection.needs_root_itself,
    )


def _escalation(one: AnyDetection) -> EscalationEntry | None:
    raised = one.escalation if isinstance(one, SingleRecord) else None
    if raised is None:
        return None
    return EscalationEntry(
        severity=raised.severity,
        count=raised.count,
        within_s=int(raised.within.total_seconds()),
        new_region=raised.new_region,
    )
