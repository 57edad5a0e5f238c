"""Hides what a shared report need not tell: access-key ids but for the last four, e-mail local parts, phone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from rootwarden.model.audit import Audit
from rootwarden.model.findings import Evidence, Finding

Kept = TypeVar("Kept")

# Prefixes of key ids: long-term, temporary, service bearer token, context-specific (IAM User Guide, "IAM identifiers");
# API model: 16 to 128 word characters in all.
_KEY = re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{8,120}([A-Z0-9]{4})(?![A-Za-z0-9])")
# A local part stops where ARNs, JSON and prose do; an apostrophe only counts inside it. An account id and a bracket
# after the @ are no domain: `budgets.budgets@111122223333[monthly]` is a fact and the account it was read in.
# Possessive, and begun only where a word does: otherwise every letter of a long path would be tried as the first.
_LOCAL = r"[^\s@<>()\[\]{}\"',:;/|\\=…]"
_MAIL = re.compile(rf"(?<!{_LOCAL}){_LOCAL}++(?:'{_LOCAL}++)*+@(?!\d{{12}}\[)(?=[^\s@.]+\.[^\s@.])")
# Fields of AWS's contact structures that name or reach a person; matched at the end of a fact path or as a key.
_PERSONAL = re.compile(
    r"(?:^|\.)(?:PhoneNumber|FullName|AddressLine[1-3]|PostalCode|StateOrRegion|DistrictOrCounty|City)\Z|^account\.contacts\.[A-Z]+\.Name\Z"
)
# Fields of AWS that hold one e-mail address, whole: found there, it is hidden wherever the finding says it again.
# Needed for addresses that no pattern finds in prose: a local part may hold blanks, quotes and slashes (RFC 5321).
_ADDRESS = re.compile(r"(?:^|\.)(?:PrimaryEmail|EmailAddress|Email)\Z")
# What every key id begins with, and little else.
_KEY_BEGINS = re.compile(rb"A[KSBC][IC]A")
# Endings of the field names that `_PERSONAL` and `_ADDRESS` look for: a quick test that is never wrongly no.
_TELLING = (
    *("PhoneNumber", "FullName", "AddressLine1", "AddressLine2", "AddressLine3", "PostalCode", "StateOrRegion"),
    *("DistrictOrCounty", "City", ".Name", "Email", "EmailAddress"),
)
_TELLING_ENDS = frozenset(name[-2:] for name in _TELLING)  # quicker still


def masked(audit: Audit, *, show_ids: bool = False, show_pii: bool = False) -> Audit:
    """Return the audit with key ids (`…ABCD`) and personal data (`…@example.com`) hidden, unless they may be shown.

    Everything that any format prints goes through here first: messages, evidence, resources, names, reasons.
    Fingerprints stay: they were taken from the whole values, so that masked and whole reports can be joined.
    """
    if show_ids and show_pii:
        return audit
    mask = _Mask(ids=not show_ids, people=not show_pii)
    clean = msgspec.structs.replace(audit, findings=())
    findings = tuple(map(mask.finding, audit.findings))
    return msgspec.structs.replace(mask.value(clean), findings=findings)


def _tells_of_people(finding: Finding) -> bool:
    """Tell quickly whether evidence of a finding may be personal by the name of its field; never wrongly no."""
    for item in finding.evidence:
        value = item.value
        if item.fact[-2:] in _TELLING_ENDS and item.fact.endswith(_TELLING):
            return True
        if type(value) is dict and any(map(_tells, value)):
            return True
        if type(value) is list and any(type(one) is dict for one in value):
            return True
    return False


def _spoken(finding: Finding) -> bytes:
    """Return what a finding says of the account; the rest the catalogue says of the control, with nothing to hide."""
    return msgspec.json.encode((
        finding.aspect, finding.account, finding.region, finding.resource, finding.message, finding.reason,
        finding.notes, finding.evidence, finding.unknown_because,
    ))  # fmt: skip


def _may_hold_an_address(spoken: bytes) -> bool:
    """Tell quickly whether there is an `@` but for those between a shared resource and where it was read."""
    at = spoken.count(b"@")
    return at > 0 and at != spoken.count(b"]@")


def _tells(key: Any) -> bool:
    return isinstance(key, str) and f".{key}".endswith(_TELLING)


def masked_value(value: Kept, *, show_ids: bool = False, show_pii: bool = False) -> Kept:
    """Return any structure with key ids and e-mail addresses in its texts hidden, as `masked` does for an audit."""
    return value if show_ids and show_pii else _Mask(ids=not show_ids, people=not show_pii).value(value)


class _Mask(Struct, frozen=True):
    """Which of the two kinds of data to hide."""

    ids: bool
    people: bool
    told: tuple[str, ...] = ()

    def finding(self, finding: Finding) -> Finding:
        """Return the finding with what it says of the account masked; most have nothing to hide and stay as they are.

        An audit has tens of thousands, so that only what a quick look finds is looked for with care.
        """
        spoken = _spoken(finding)
        ids = self.ids and _KEY_BEGINS.search(spoken) is not None
        telling = self.people and _tells_of_people(finding)
        people = telling or (self.people and _may_hold_an_address(spoken))
        if not ids and not people:
            return finding
        mask = _Mask(ids, people, tuple(_addresses(finding)) if telling else ())
        return msgspec.structs.replace(
            finding,
            aspect=mask.text(finding.aspect),
            account=mask.text(finding.account),
            region=mask.text(finding.region),
            resource=mask.text(finding.resource),
            message=mask.text(finding.message),
            reason=mask.text(finding.reason),
            notes=tuple(map(mask.text, finding.notes)),
            evidence=tuple(map(mask.evidence, finding.evidence)),
            unknown_because=mask.value(finding.unknown_because),
        )

    def evidence(self, item: Evidence) -> Evidence:
        """Return what was read with both the place and the value masked."""
        fact, value = item.fact, item.value
        if self.people and fact.endswith(_TELLING) and _PERSONAL.search(fact):
            value = _hidden(value)
        elif not self.ids and type(value) is str and "@" not in fact and "@" not in value:
            return item
        return Evidence(self.text(fact), self.text(value) if type(value) is str else self._any(value))

    def text(self, text: str) -> str:
        if self.ids and ("AKIA" in text or "ASIA" in text or "ABIA" in text or "ACCA" in text):
            text = _KEY.sub(r"…\1", text)
        if self.people and "@" in text:
            for address in self.told:
                text = text.replace(address, "…@" + address.rpartition("@")[2])
            text = _MAIL.sub("…@", text)
        return text

    def value(self, value: Kept) -> Kept:
        """Return the same structure with every text in it masked."""
        return self._any(value)  # type: ignore[no-any-return]

    def _any(self, value: Any) -> Any:
        if value is None or isinstance(value, Enum):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, tuple | list):
            return type(value)(self._any(item) for item in value)
        if isinstance(value, dict):
            return self._object(value)
        if isinstance(value, Struct):
            return self._struct(value)
        return value

    def _struct(self, value: Struct) -> Struct:
        if isinstance(value, Evidence):
            return self.evidence(value)
        return type(value)(**{name: self._any(getattr(value, name)) for name in value.__struct_fields__})

    def _object(self, value: dict[Any, Any]) -> dict[Any, Any]:
        out: dict[Any, Any] = {}
        for key, item in value.items():
            personal = self.people and isinstance(key, str) and _PERSONAL.search(key)
            name = self._any(key)
            while name in out:  # two keys may share their last four
                name += "'"
            out[name] = _hidden(item) if personal else self._any(item)
        return out


def _addresses(finding: Finding) -> Iterator[str]:
    """Go through the e-mail addresses that the evidence of a finding cites, the longest first."""
    cited = (item.value for item in finding.evidence if _ADDRESS.search(item.fact))
    told = {value.strip() for value in cited if isinstance(value, str)}
    yield from sorted((address for address in told if address.find("@") > 0), key=len, reverse=True)


def _hidden(value: Any) -> Any:
    """Return `…` for text that is there; none and empty stay as they are, because judgements rest on them."""
    return "…" if isinstance(value, str) and value else value
