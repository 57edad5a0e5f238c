"""Finds every detection by walking its folder: Sigma rules for single records, modules for what needs memory."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import Any

from rootwarden import detections as package
from rootwarden.catalogue.rule_terms import Terms, read_terms
from rootwarden.model.detection import Detection, Hit, SingleRecord, Stateful, by_course
from rootwarden.model.event import Record
from rootwarden.proofs.sigma_rule import Rule, RuleError, condition, read_rules

OWNED = "owned_resources"
_SUFFIX = ".yml"
# Characters that mean something in a Sigma value.
_ESCAPED = str.maketrans({"*": r"\*", "?": r"\?", "\\": r"\\"})


@cache
def stateful() -> tuple[Stateful, ...]:
    """Return the detections with memory, sorted by code.

    Raises:
        TypeError: a module of the folder lacks a part of the contract.
    """
    names = (module.name for module in pkgutil.iter_modules(package.__path__) if not module.ispkg)
    return tuple(sorted(map(_load, names), key=lambda one: one.detection.code))


def _load(name: str) -> Stateful:
    module = importlib.import_module(f"{package.__name__}.{name}")
    parts = [getattr(module, part, None) for part in ("DETECTION", "remember", "SPAN", "keep", "Course")]
    detection, remember, span, keep, course = parts
    conclude = getattr(module, "conclude", None) if course is None else by_course(course)
    if not isinstance(detection, Detection) or not callable(remember) or not callable(conclude):
        raise TypeError(f"{module.__name__} needs DETECTION, remember() and conclude() or Course")
    if not isinstance(span, timedelta):
        raise TypeError(f"{module.__name__} needs SPAN, how long a note of it matters")
    why = (module.__doc__ or "").strip()
    return Stateful(name.replace("_", "-"), why, detection, remember, conclude, span, keep, course)


def single_records(owned: Iterable[str] = ()) -> tuple[SingleRecord, ...]:
    """Return Rootwarden's own detections of single records, sorted by code.

    `owned` names the resources that Rootwarden relies on (ARNs or names): the trail's bucket, alarms, topics, queues.

    Raises:
        TypeError: a rule of the package is not as it should be.
    """
    folder = resources.files(package) / "rules"
    texts = {one.name: one.read_text(encoding="utf-8") for one in folder.iterdir() if one.name.endswith(_SUFFIX)}
    try:
        found = rules_of(texts, owned)
    except RuleError as error:
        raise TypeError(str(error)) from error
    if len({one.detection.code for one in found}) != len(found):
        raise TypeError("two detections share a code")
    return found


def rules_of(texts: Mapping[str, str], owned: Iterable[str] = ()) -> tuple[SingleRecord, ...]:
    """Return the detections of rule files (name -> text), sorted by code; `owned` as in `single_records`.

    Raises:
        RuleError: a file holds no rule, or one that is not evaluated; names file, field and construct.
    """
    values = {OWNED: tuple(dict.fromkeys(value for one in owned for value in _names_of(one)))}
    rules = (rule for name in sorted(texts) for rule in read_rules(texts[name], name, values))
    return tuple(sorted(map(_single, rules), key=lambda one: one.detection.code))


def _single(rule: Rule) -> SingleRecord:
    if rule.product not in ("", "aws") or rule.service not in ("", "cloudtrail"):
        source = "/".join(filter(None, (rule.product, rule.category, rule.service)))
        why, todo = (
            "only CloudTrail records are judged",
            "give product aws and service cloudtrail, or leave the rule out",
        )
        raise RuleError(rule.file, 0, "logsource", f"logsource {source}", why=why, todo=todo)
    terms = read_terms(rule)
    slug = rule.file.rpartition("/")[2].removesuffix(_SUFFIX).removesuffix(".yaml")
    detection = Detection(
        code=terms.code or slug,
        title=rule.title,
        severity=terms.severity,
        severity_in_window=terms.severity_in_window or terms.severity,
        description=rule.description,
        logic="",
        misses=terms.misses,
        false_positives=rule.falsepositives,
        response=terms.response,
        says=terms.says or f"{{actor}} did {{event}} in {{account}} ({rule.title})",
        harm=terms.harm,
        mitre=tuple(tag.removeprefix("attack.").upper() for tag in rule.tags if tag.startswith("attack.t")),
        references=rule.references,
        refines=terms.refines,
    )
    return SingleRecord(
        slug=slug, detection=detection, judge=_judge(rule, detection, terms), event_names=rule.event_names,
        identity_types=rule.identity_types, text=rule.text, file=rule.file, escalation=terms.escalation,
    )  # fmt: skip


def _judge(rule: Rule, detection: Detection, terms: Terms) -> Callable[[Record], Hit | None]:
    """Return what judges a record: None, or the first case of the rule that holds, its own if none does."""
    code, matches = detection.code, rule.matches
    own = Hit(code, detection.severity, detection.severity_in_window, detection.title)
    cases = [
        (
            condition(rule, one.when),
            Hit(code, one.severity, one.severity_in_window or one.severity, one.title or detection.title, number),
        )
        for number, one in enumerate(terms.levels, start=1)
    ]
    if not cases:
        return lambda record: own if matches(record) else None

    def judge(record: Record) -> Hit | None:
        if not matches(record):
            return None
        return next((hit for holds, hit in cases if holds(record)), own)

    return judge


def _names_of(resource: str) -> Sequence[str]:
    """Return the ways in which records name an owned resource: by ARN, and by the name at its end."""
    plain = resource.strip().removesuffix(":*").rstrip("/")
    if not plain:
        return ()
    service = plain.split(":")[2] if plain.count(":") >= 5 else ""
    tail = plain.split(":", 5)[5] if service else plain
    if service == "logs":
        name = tail.removeprefix("log-group:")
    elif service in ("sns", "sqs", "s3"):
        name = tail
    elif service == "cloudwatch":
        name = tail.removeprefix("alarm:")
    else:
        name = tail.rpartition("/")[2]
    return tuple(dict.fromkeys(one.translate(_ESCAPED) for one in (plain, name) if one))


def everything(owned: Iterable[str] = ()) -> tuple[SingleRecord | Stateful, ...]:
    """Return all detections of Rootwarden, sorted by code."""
    found: list[Any] = [*single_records(owned), *stateful()]
    return tuple(sorted(found, key=lambda one: one.detection.code))
