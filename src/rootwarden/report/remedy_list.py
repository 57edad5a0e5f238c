"""The remedies as a list: for people in 80 columns, for machines as versioned JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from rootwarden.model.control import Registered
from rootwarden.model.findings import CATALOGUE_VERSION
from rootwarden.model.plan import Risk
from rootwarden.model.remedy import RegisteredRemedy
from rootwarden.model.thresholds import Param
from rootwarden.report.json_schema import pin_version, schema_text
from rootwarden.report.labels import plural
from rootwarden.report.prose import paragraphs
from rootwarden.report.remedy_explain import mended_by
from rootwarden.report.wrapping import wrapped

REMEDIES_SCHEMA = "remedies/1"
_UNDER = "    "


class RemedyEntry(Struct, frozen=True, kw_only=True):
    """One remedy as `rootwarden controls --remedies --output json` shows it.

    `on_request`: it can be asked for without a finding. `risks` and `calls` are all that its changes may have and make;
    none: a person does it.
    """

    slug: str
    title: str
    why: str
    controls: tuple[str, ...]
    on_request: bool
    risks: tuple[Risk, ...]
    calls: tuple[str, ...]
    facts: tuple[str, ...]
    settings: dict[str, Param]
    verified: str


class RemedyList(Struct, frozen=True, kw_only=True):
    """The JSON object that `rootwarden controls --remedies --output json` prints."""

    schema_version: str = REMEDIES_SCHEMA
    catalogue_version: str
    remedies: tuple[RemedyEntry, ...]


def as_json(remedies: Iterable[RegisteredRemedy], controls: Sequence[Registered]) -> str:
    """Return the remedies as indented JSON."""
    listed = RemedyList(
        catalogue_version=CATALOGUE_VERSION, remedies=tuple(_entry(one, controls) for one in remedies)
    )  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(listed), indent=2).decode()


def as_table(remedies: Iterable[RegisteredRemedy], controls: Sequence[Registered], width: int = 80) -> str:
    """Return the remedies in the order in which they are done: name, what it answers, risk and title."""
    lines: list[str] = []
    listed = tuple(remedies)
    for one in listed:
        answers = " ".join(entry.control.code for entry in mended_by(one, controls)) or "on request"
        risk = " or ".join(one.remedy.risks) or "by hand"
        lines += wrapped(f"{one.slug}  {answers}, {risk}", width, "", _UNDER)
        lines += wrapped(one.remedy.title, width, _UNDER)
    count = f"{plural(len(listed), 'remedy', 'remedies')}, catalogue {CATALOGUE_VERSION}."
    return "\n".join([*lines, "", *wrapped(f"{count} All about one: `rootwarden explain NAME`", width)])


def remedies_schema() -> str:
    """Return docs/schema/remedies.schema.json."""
    made = msgspec.json.schema(RemedyList)
    pin_version(made, RemedyList.__name__, REMEDIES_SCHEMA, "schema_version")
    return schema_text(made, REMEDIES_SCHEMA, "The remedies of Rootwarden")


def _entry(one: RegisteredRemedy, controls: Sequence[Registered]) -> RemedyEntry:
    return RemedyEntry(
        slug=one.slug, title=one.remedy.title, why="\n\n".join(paragraphs(one.why)),
        controls=tuple(entry.control.code for entry in mended_by(one, controls)), on_request=one.propose is not None,
        risks=one.remedy.risks, calls=one.remedy.calls, facts=one.remedy.facts, settings=dict(one.remedy.params),
        verified=one.remedy.verified,
    )  # fmt: skip
