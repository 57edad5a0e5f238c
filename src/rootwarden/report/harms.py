"""The three things that happen to people whose root user is lost: bills, deletion, data taken; and what fails today."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from rootwarden.model.findings import Status
from rootwarden.report.grouping import Group


class Harm(Struct, frozen=True):
    """One harm: its name, what root can do, and what is asked of the families of controls that limit or reveal it."""

    key: str
    title: str
    what: str
    asks: str
    families: tuple[str, ...]


class Threat(Struct, frozen=True):
    """A harm as it stands in this audit: the failing and the unreadable groups of its controls, the worst first.

    `held` and `manual` count the controls of which nothing fails or is unread: those that passed, those for a person.
    """

    harm: Harm
    failing: tuple[Group, ...]
    unread: tuple[Group, ...]
    held: int
    manual: int


# Every family of codes (RW-<FAMILY>-<number>) stands in exactly one row; a test holds that for the whole catalogue.
BEGINNING = Harm(
    "begin",
    "How it could begin",
    "Whoever signs in as root, or finds a root access key, can do everything in the account. "
    "No IAM policy of the account can limit it.",
    "Can somebody become root today?",
    ("ROOT", "ORG"),
)
HARMS = (
    Harm(
        "bills",
        "Bills nobody planned",
        "Root can start the most expensive resources AWS rents out, in any Region, and the account owner is charged.",
        "Would anybody notice the money?",
        ("BILL", "SVC"),
    ),
    Harm(
        "deletion",
        "Everything deleted",
        "Root can delete what runs, what is stored and the backups beside it, and then the record of who did it.",
        "Would the record survive?",
        ("TRAIL", "AUD"),
    ),
    Harm(
        "data",
        "Data taken",
        "Root can read and copy every database and bucket, or open them to strangers, and nothing asks twice.",
        "Would anybody be stopped, or warned?",
        ("IAM", "MON", "POL"),
    ),
)


def family(code: str) -> str:
    """Return the family of a control: `ROOT` of `RW-ROOT-04`; "" for a code of another form."""
    parts = code.split("-")
    return parts[1] if len(parts) == 3 else ""


def threat(harm: Harm, groups: Iterable[Group]) -> Threat:
    """Return how `harm` stands; `groups` are sorted, the worst first."""
    mine = [group for group in groups if family(group.first.code) in harm.families]
    failing = _with(mine, Status.FAIL)
    unread = _with(mine, Status.UNKNOWN)
    open_ends = {group.first.code for group in (*failing, *unread)}
    manual = {group.first.code for group in _with(mine, Status.MANUAL)} - open_ends
    held = {group.first.code for group in _with(mine, Status.PASS)} - open_ends - manual
    return Threat(harm, failing, unread, len(held), len(manual))


def _with(groups: Iterable[Group], status: Status) -> tuple[Group, ...]:
    return tuple(group for group in groups if group.first.status is status)
