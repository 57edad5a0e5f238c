"""What a trail's event selectors let through: decided by what they match, never by their names.

Classic and advanced selectors add up: an event is recorded if any selector matches it. A trail without selectors
records every management event and no data event. Source: CloudTrail API Reference, EventSelector and
AdvancedEventSelector.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.proofs.doubt import first_doubt
from rootwarden.proofs.field_selectors import FieldSelector, read_fields

# Without these nothing of root's own doings is recorded: its sign-ins and what it does to identities.
ROOT_SOURCES = frozenset(("iam.amazonaws.com", "signin.amazonaws.com", "sts.amazonaws.com"))
# High-volume sources that CloudTrail offers to leave out; their absence hides nothing about root.
NOISY_SOURCES = frozenset(("kms.amazonaws.com", "rdsdata.amazonaws.com"))
# Stands for a service that no selector mentions.
_SOME_SOURCE = "\x01.amazonaws.com"
_READ_WRITE = {"All": (True, False), "ReadOnly": (True,), "WriteOnly": (False,)}


class Selector(Struct, frozen=True, gc=False):
    """One selector for events of one category: which kinds (readOnly true, false) of which sources it records."""

    read_only: tuple[bool, ...]
    fields: tuple[FieldSelector, ...] = ()

    def records(self, source: str, read_only: bool) -> bool:
        """Return whether a management event of this service and kind is recorded."""
        return read_only in self.read_only and all(field.lets_through(source) for field in self.fields)


class Recorded(Struct, frozen=True, gc=False):
    """What a trail keeps of the management events; `excluded` names services of which something is missing."""

    reads: bool
    writes: bool
    excluded: frozenset[str] = frozenset()

    @property
    def everything_about_root(self) -> bool:
        """Whether reads and writes of every service are kept, apart from the noisy ones CloudTrail offers to drop."""
        return self.reads and self.writes and self.excluded <= NOISY_SOURCES


EVERYTHING = Recorded(reads=True, writes=True)


def management_events(selectors: Sight) -> Recorded:
    """Return which management events the `selectors` of a trail record.

    Raises:
        UnseenError: a selector that could change the answer is unread, malformed, or filters in a way not known here.
    """
    rows, doubt = _rows(selectors, _classic_management, _advanced_management)
    if rows is None:
        return EVERYTHING
    found = _summed(rows)
    if doubt is not None and found != EVERYTHING:
        raise doubt
    return found


def _summed(rows: list[Selector]) -> Recorded:
    if any(len(row.read_only) == 2 and not row.fields for row in rows):
        return EVERYTHING
    sources = _probes(rows)

    def kept(source: str, read_only: bool) -> bool:
        return any(row.records(source, read_only) for row in rows)

    reads, writes = kept(_SOME_SOURCE, True), kept(_SOME_SOURCE, False)
    missing = {s for s in sources if (reads and not kept(s, True)) or (writes and not kept(s, False))}
    return Recorded(reads, writes, frozenset(missing - {_SOME_SOURCE}))


def _probes(rows: Iterable[Selector]) -> set[str]:
    """Return sources that tell all possible answers apart: those that matter, those named, and their neighbours."""
    named = {value for row in rows for field in row.fields for value in field.values}
    near = {probe for value in named for probe in (value, f"{value}\x01", f"\x01{value}")}
    both = {f"{start}\x01{end}" for start in named for end in named}
    return {_SOME_SOURCE, *ROOT_SOURCES, *NOISY_SOURCES, *near, *both}


def _classic_management(item: Sight) -> Selector | None:
    if not item["IncludeManagementEvents"].flag():
        return None
    kinds = item["ReadWriteType"].text()
    if kinds not in _READ_WRITE:
        raise UnseenError(Unknown(f"malformed: ReadWriteType {kinds[:40]!r}"), item.path)
    barred = item["ExcludeManagementEventSources"].plain(default=None)
    barred = [] if barred is None else barred
    if not isinstance(barred, list) or not all(isinstance(source, str) for source in barred):
        raise UnseenError(Unknown("malformed: ExcludeManagementEventSources is not a list of texts"), item.path)
    fields = (FieldSelector("eventSource", (), tuple(("NotEquals", s) for s in barred)),) if barred else ()
    return Selector(_READ_WRITE[kinds], fields)


def _advanced_management(item: Sight) -> Selector | None:
    fields = category_fields(item, "Management")
    if fields is None:
        return None
    strange = [field.field for field in fields if field.field not in ("readOnly", "eventSource")]
    if strange:
        raise UnseenError(Unknown(f"selector_not_understood: it filters by {strange[0][:40]}"), item.path)
    return Selector(kinds_of(fields), tuple(field for field in fields if field.field == "eventSource"))


def category_fields(item: Sight, category: str) -> tuple[FieldSelector, ...] | None:
    """Return the other conditions of an advanced selector for this event category, None for other categories.

    Raises:
        UnseenError: the selector is unread or malformed.
    """
    fields = read_fields(item["FieldSelectors"].plain(), item.path)
    categories = [field for field in fields if field.field == "eventCategory"]
    if not categories:
        raise UnseenError(Unknown("malformed: an advanced selector without eventCategory"), item.path)
    if not all(field.lets_through(category) for field in categories):
        return None
    return tuple(field for field in fields if field.field != "eventCategory")


def kinds_of(fields: Iterable[FieldSelector]) -> tuple[bool, ...]:
    """Return the readOnly values (True: read events, False: write events) that pass."""
    about = [field for field in fields if field.field == "readOnly"]
    return tuple(kind for kind in (True, False) if all(f.lets_through("true" if kind else "false") for f in about))


Reader = Callable[[Sight], Any]


def read_selectors(selectors: Sight, classic: Reader, advanced: Reader) -> tuple[list[Any], UnseenError | None]:
    """Return what the readers make of each selector of a trail (None left out), and the first that was not readable."""
    rows, doubt = _rows(selectors, classic, advanced)
    return rows or [], doubt


def _rows(selectors: Sight, classic: Reader, advanced: Reader) -> tuple[list[Any] | None, UnseenError | None]:
    """Return None for a trail without any selector."""
    aside = selectors.recorded_in(Log())
    if aside.is_null or not any(True for _ in aside.fields()):
        selectors.plain()  # for the record: AWS answered that there is no selector
        return None, None
    kinds = ((selectors["EventSelectors"], classic), (selectors["AdvancedEventSelectors"], advanced))
    lists = [(sight.each(), read) for sight, read in kinds if not _is_left_out(sight)]
    if not lists:
        raise UnseenError(Unknown("field_missing"), f"{selectors.path}.EventSelectors")
    if not any(items for items, _ in lists):
        return None, None
    rows: list[Any] = []
    doubts: list[UnseenError] = []
    for read, item in ((read, item) for items, read in lists for item in items):
        try:
            row = read(item)
        except UnseenError as error:
            doubts.append(error)
            continue
        if row is not None:
            rows.append(row)
    return rows, first_doubt(doubts)


def _is_left_out(sight: Sight) -> bool:
    """Return whether AWS gave no such list; looked at without recording, because its absence proves nothing."""
    return sight.recorded_in(Log()).is_none
