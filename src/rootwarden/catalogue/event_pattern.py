"""What EventBridge must forward so that every detection hears of its acts: patterns made from the catalogue.

A pattern may be wider than the detections behind it, never narrower: what is forwarded is judged again on arrival.
Sources: EventBridge User Guide, "Event patterns" and "Quotas" (2,048 characters a pattern), "AWS service events
delivered via AWS CloudTrail"; only AWS itself may put events whose source begins with `aws.` (PutEvents API Reference;
partners' begin with `aws.partner/`, and the watch does not take records from them). So nobody who can reach a bus can
make up an event that these patterns let through and that counts. The one pattern for drills lets through whatever is
marked as a drill's, by whoever may put events on the bus it looks at; the watch takes of it only the one record that a
drill under way has made up, and what anybody else makes up is a dead letter (trail/bus_events.py, model/drill.py).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from rootwarden.catalogue.detecting import single_records
from rootwarden.model.detection import SingleRecord
from rootwarden.model.drill import DRILL_SOURCE, MARK
from rootwarden.proofs.sigma_yaml import read_documents

LIMIT = 2048  # characters of one pattern, by default
DRILL = "drill"
"""Name of the pattern for what drills make up: it belongs on the bus that drills put events on, and on no other."""
_ROOT = frozenset({"root"})
_NAME, _SOURCE = "eventName", "eventSource"

Detail = dict[str, Any]
"""What must hold of the CloudTrail record, as a pattern for the event's `detail`."""


class EventPattern(Struct, frozen=True):
    """One rule's pattern: its name, what it is for in words, and the pattern itself."""

    name: str
    about: str
    pattern: dict[str, Any]

    @property
    def text(self) -> str:
        """The pattern as compact JSON, as its length is counted."""
        return compact(self.pattern)


def compact(pattern: Mapping[str, Any]) -> str:
    """Return a pattern as the shortest JSON of it."""
    return json.dumps(pattern, separators=(",", ":"))


_DRILLS = EventPattern(
    DRILL,
    "Records that a drill makes up, marked as such",
    {"source": [DRILL_SOURCE], "detail": {"eventID": [{"prefix": MARK}]}},
)


def event_patterns(detections: Sequence[SingleRecord] | None = None) -> tuple[EventPattern, ...]:
    """Return the patterns that together let through every record a detection may need, none longer than `LIMIT`.

    Detections with memory add nothing: what they remember are acts of root, and records of other detections. What they
    need beside CloudTrail (notices of spending, digest files) does not come by EventBridge.

    Raises:
        TypeError: a detection is about records that no pattern can tell from all others; names it.
    """
    detections = single_records() if detections is None else detections
    who = EventPattern(
        "root",
        "Root, its MFA devices, sessions it issued, identities that look like it",
        _pattern(_identities(detections)),
    )
    if len(who.text) > LIMIT:
        raise TypeError(f"the pattern of identities has {len(who.text)} characters, a pattern may have {LIMIT}")
    acts = _packed(_acts(detections))
    return (
        who,
        *(
            EventPattern(f"acts-{number}", "Acts about root, trails, alerts and guardrails by anybody", _pattern(some))
            for number, some in enumerate(acts, start=1)
        ),
        _DRILLS,
    )


def _pattern(alternatives: Sequence[Detail]) -> dict[str, Any]:
    detail = alternatives[0] if len(alternatives) == 1 else {"$or": list(alternatives)}
    return {"source": [{"prefix": "aws."}], "detail": detail}


def _identities(detections: Iterable[SingleRecord]) -> list[Detail]:
    """Return the alternatives that look at who acted, and whose device was touched."""
    found: list[Detail] = [{"userIdentity": {"type": ["Root"]}}, _DEVICES]
    for one in detections:
        special = _SPECIAL.get(one.slug)
        if special is not None:
            found += special(_document(one))
    return found


def _issued_by_root(_: Mapping[str, Any]) -> list[Detail]:
    issued = {"type": ["FederatedUser"], "sessionContext": {"sessionIssuer": {"type": ["Root"]}}}
    return [{"userIdentity": issued}]


def _looks_like_root(document: Mapping[str, Any]) -> list[Detail]:
    """Return the types that nobody knows, and the ARNs of root under another type."""
    known = document["detection"]["known_type"]["userIdentity.type"]
    arns = [{"suffix": ":root"}, {"suffix": ":assumed-root"}, {"wildcard": "*:assumed-root/*"}]
    return [{"userIdentity": {"type": [{"anything-but": known}]}}, {"userIdentity": {"arn": arns}}]


# An MFA device of root in the hands of anybody: no detection of its own, but part of the story of one.
_DEVICES: Detail = {
    "requestParameters": {
        "serialNumber": [{"wildcard": "*:mfa/root-account-mfa-device*"}, {"wildcard": "*:u2f/root-account/*"}]
    }
}
# Detections by identity that are not simply "root did it": what no name of an act limits must be written by hand.
_SPECIAL: Mapping[str, Callable[[Mapping[str, Any]], list[Detail]]] = {
    "root-federated-session": _issued_by_root,
    "unknown-identity-seen": _looks_like_root,
}


def _acts(detections: Iterable[SingleRecord]) -> list[tuple[str, str]]:
    """Return the acts that matter whoever does them, as (event source or "" for any, event name), sorted."""
    found: set[tuple[str, str]] = set()
    for one in detections:
        if one.identity_types == _ROOT or one.slug in _SPECIAL:
            continue
        if one.event_names is None:
            why = "it is neither about root nor limited to names of acts"
            raise TypeError(f"no event pattern can be made for {one.detection.code} ({one.file}): {why}")
        found |= _named_acts(one, one.event_names)
    anywhere = {name for source, name in found if not source}
    return sorted((source, name) for source, name in found if not source or name not in anywhere)


def _named_acts(one: SingleRecord, names: frozenset[str]) -> set[tuple[str, str]]:
    """Return the acts of one rule, spelled as it spells them; `names` are those it can match at all, casefolded."""
    found: set[tuple[str, str]] = set()
    for search in _searches(_document(one)["detection"]):
        spelled = {name for name in _listed(search.get(_NAME)) if name.casefold() in names}
        sources = _listed(search.get(_SOURCE)) or [""]
        found |= {(source, name) for source in sources for name in spelled}
    missing = names - {name.casefold() for _, name in found}
    if missing:
        raise TypeError(f"{one.file}: no search spells {', '.join(sorted(missing))} under plain `{_NAME}`")
    return found


def _searches(detection: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for value in detection.values():
        yield from (one for one in _as_list(value) if isinstance(one, dict))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _listed(value: Any) -> list[str]:
    return [one for one in _as_list(value) if isinstance(one, str)]


def _document(one: SingleRecord) -> dict[str, Any]:
    """Return a rule as written; each of our own files holds one."""
    document = next(iter(read_documents(one.text)))
    if not isinstance(document, dict):
        raise TypeError(f"{one.file} holds no rule")
    return document


def _packed(acts: Iterable[tuple[str, str]]) -> list[list[Detail]]:
    """Return the acts as alternatives, one a source, filled into patterns in order; sources are not torn apart."""
    by_source: dict[str, list[str]] = defaultdict(list)
    for source, name in acts:
        by_source[source].append(name)
    patterns: list[list[Detail]] = [[]]
    for source, names in by_source.items():
        alternative: Detail = ({_SOURCE: [source]} if source else {}) | {_NAME: names}
        if _fits([*patterns[-1], alternative]):
            patterns[-1].append(alternative)
        elif _fits([alternative]):
            patterns.append([alternative])
        else:
            raise TypeError(f"the acts of {source or 'any source'} alone are longer than a pattern may be ({LIMIT})")
    return [one for one in patterns if one]


def _fits(alternatives: Sequence[Detail]) -> bool:
    return len(compact(_pattern(alternatives))) <= LIMIT
