"""Sigma rules as Rootwarden uses them: read once, then asked about each CloudTrail record.

pySigma judges whether a rule is one; this room evaluates it. What is not evaluated is refused by name when the rule is
read, never skipped. Source: Sigma specification 2.1, rules and modifiers appendix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from msgspec import Struct
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule

from rootwarden.proofs.sigma_condition import read_condition
from rootwarden.proofs.sigma_detection import read_detection
from rootwarden.proofs.sigma_error import ConstructError, RuleError
from rootwarden.proofs.sigma_gate import check_document, custom_keys
from rootwarden.proofs.sigma_item import Reading
from rootwarden.proofs.sigma_node import Node
from rootwarden.proofs.sigma_yaml import read_documents

__all__ = ["Rule", "RuleError", "condition", "read_rules"]

_NO_PLACEHOLDERS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class Rule(Struct, frozen=True):
    """A rule that can be asked: `matches(record)` for a decoded CloudTrail record.

    `named` holds every search of the rule by its name, `custom` the keys that are not Sigma's, `placeholders` the names
    used with |expand. A record whose `eventName` is text and, casefolded, not in `event_names` can never match; a
    record whose `eventName` is missing or no text must be asked always; None: no name can be excluded. The same holds
    for `identity_types` and `userIdentity.type`.
    `level` is "medium" where the rule gives none.
    """

    id: str
    title: str
    level: str
    description: str
    status: str
    author: str
    date: str
    falsepositives: tuple[str, ...]
    tags: tuple[str, ...]
    references: tuple[str, ...]
    product: str
    service: str
    category: str
    custom: Mapping[str, Any]
    text: str
    file: str
    matches: Callable[[Mapping[str, Any]], bool]
    named: Mapping[str, Callable[[Mapping[str, Any]], bool]]
    event_names: frozenset[str] | None
    identity_types: frozenset[str] | None
    placeholders: frozenset[str]


def read_rules(
    text: str, file: str, placeholders: Mapping[str, tuple[str, ...]] = _NO_PLACEHOLDERS
) -> tuple[Rule, ...]:
    """Return the rules of a file, which may hold several documents.

    `file` is for people; `placeholders` gives the values of each name that |expand may use, with wildcards as in any
    value; a name with no values matches nothing.

    Raises:
        RuleError: the file or a rule in it cannot be read or is not evaluated.
    """
    try:
        documents = read_documents(text)
    except ConstructError as error:
        raise error.within(file, 0) from None
    rules = []
    for number, document in enumerate(documents, start=1):
        if document is None:
            continue
        try:
            rules.append(_rule(document, text, file, placeholders))
        except ConstructError as error:
            raise error.within(file, number) from None
    if not rules:
        raise RuleError(file, 0, "", "no rule", why="the file is empty", todo="write a rule or remove the file")
    return tuple(rules)


def condition(rule: Rule, expression: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return another Sigma condition over the searches of a rule.

    Raises:
        RuleError: the expression cannot be read or names what the rule does not define.
    """
    try:
        return read_condition(expression, {name: Node(matches) for name, matches in rule.named.items()}).matches
    except ConstructError as error:
        raise error.within(rule.file, 0) from None


def _rule(document: Any, text: str, file: str, placeholders: Mapping[str, tuple[str, ...]]) -> Rule:
    """Return one document as a rule: first judged by us, then by pySigma."""
    check_document(document)
    reading = Reading(placeholders)
    node, named = read_detection(document["detection"], reading)
    known = _as_sigma(document)
    return Rule(
        id=str(document.get("id") or ""),
        title=known.title,
        level=str(known.level) if known.level else "medium",
        description=known.description or "",
        status=str(known.status) if known.status else "",
        author=known.author or "",
        date=known.date.isoformat() if known.date else "",
        falsepositives=tuple(map(str, known.falsepositives)),
        tags=tuple(map(str, known.tags)),
        references=tuple(map(str, known.references)),
        product=known.logsource.product or "",
        service=known.logsource.service or "",
        category=known.logsource.category or "",
        custom=MappingProxyType(custom_keys(document)),
        text=text,
        file=file,
        matches=node.matches,
        named=MappingProxyType({name: part.matches for name, part in named.items()}),
        event_names=node.names,
        identity_types=node.types,
        placeholders=frozenset(reading.used),
    )


def _as_sigma(document: dict[str, Any]) -> SigmaRule:
    """Return the rule as pySigma reads it, so that what users convert for their own systems is what is run here."""
    try:
        return SigmaRule.from_dict(document)
    except SigmaError as error:
        raise ConstructError("no valid Sigma rule", str(error), "correct it as the Sigma specification says") from None
    except (AttributeError, TypeError, KeyError, IndexError, ValueError) as error:
        why = f"pySigma cannot read it ({type(error).__name__})"
        raise ConstructError("no valid Sigma rule", why, "correct it as the Sigma specification says") from None
