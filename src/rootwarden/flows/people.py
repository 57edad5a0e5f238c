"""People: a roster becomes a plan, from a fresh reading of the account or from a snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct
from msgspec.structs import replace

from rootwarden import __version__
from rootwarden.errors import Exit, InputError, RootwardenError
from rootwarden.flows.audit import JudgeRequest, court_of
from rootwarden.flows.collect import CollectRequest, CollectResult, collect
from rootwarden.flows.terraform_states import marked
from rootwarden.model.expect import plain_facts
from rootwarden.model.findings import CATALOGUE_VERSION
from rootwarden.model.plan import Plan
from rootwarden.model.readings import UnseenError
from rootwarden.model.snapshot import Facts
from rootwarden.model.view import Subject
from rootwarden.people import planning
from rootwarden.people.exporting import exported
from rootwarden.people.ground import CREDENTIALS, IDENTITY, Ground
from rootwarden.people.named_policies import NAMED, to_be_asked
from rootwarden.people.roster import Roster
from rootwarden.store.snapshots import OpenSnapshot, open_snapshot

# What a roster is planned on: who is there, how they sign in, and which other ways lead into the account.
FACTS = (
    IDENTITY, "iam.authorization", "iam.credential_report", "iam.password_policy", CREDENTIALS, "iam.saml_providers",
    NAMED, "sso.instances", "sso.permission_sets", "sso.directory",
)  # fmt: skip
Progress = Callable[[str], None]


class PeopleRequest(Struct, frozen=True, kw_only=True):
    """What the roster is to become: `adopting` and `confirmed` as in `people.planning.Asked`.

    `iam` asks for IAM users even where the organization has IAM Identity Center. `states` are the resources that
    Terraform looks after, by ARN. `file` is what the roster was read from, for messages.
    """

    roster: Roster
    adopting: bool = False
    confirmed: int | None = None
    iam: bool = False
    states: Mapping[str, str] = {}
    file: str = "the roster"


class UnreadableError(RootwardenError):
    """What the plan rests on could not be read."""

    exit_code = Exit.INCOMPLETE


def plan_people_live(
    reading: CollectRequest, request: PeopleRequest, progress: Progress | None = None
) -> tuple[CollectResult, Plan]:
    """Read the account of the roster, the caller's own where it names none, and plan.

    Raises:
        RootwardenError: nothing could be read, or a guard refuses.
    """
    account = request.roster.account
    reading = replace(
        reading,
        org=False,
        accounts=(account,) if account else (),
        facts=FACTS,
        named_in="`account` in the roster",
        named_policies=to_be_asked(request.roster),
    )
    with TemporaryDirectory(prefix="rootwarden-") as folder:
        path = Path(folder) / "snapshot.jsonl.gz"
        result = collect(reading, path, progress)
        return result, plan_people(open_snapshot(path), request)


def plan_people(snapshot: OpenSnapshot, request: PeopleRequest) -> Plan:
    """Plan what makes the account look like the roster; the same snapshot gives the same plan, byte for byte.

    Raises:
        InputError: the snapshot is damaged, or does not hold the account.
        RefusedError: a guard refuses.
        UnreadableError: users, groups or policies could not be read.
    """
    ground = _ground(snapshot, request)
    told = plain_facts(snapshot.organization) if snapshot.organization is not None else {}
    try:
        asked = planning.Asked(
            iam=request.iam, adopting=request.adopting, confirmed=request.confirmed, file=request.file
        )
        planning.plan_people(ground, told, snapshot.header.caller, asked)
    except UnseenError as error:
        todo = "see `rootwarden doctor`, and docs/people.md for the permissions"
        raise UnreadableError("nothing is planned for people", why=str(error), todo=todo) from error
    header = snapshot.header
    organization = told.get("org.organization")
    return Plan(
        tool_version=__version__, catalogue_version=CATALOGUE_VERSION, made_at=header.collected_at,
        partition=header.partition, caller=header.caller,
        organization=str(organization.get("Id") or "") if isinstance(organization, dict) else "",
        failing=0, mends=0, unread=0, changes=tuple(marked(one, request.states) for one in ground.changes),
        left=tuple(ground.left),
    )  # fmt: skip


def _ground(snapshot: OpenSnapshot, request: PeopleRequest) -> Ground:
    account = request.roster.account or snapshot.header.caller
    court = court_of(snapshot, JudgeRequest(controls=(), settings={}))
    subject = Subject(account=account, partition=snapshot.header.partition)
    for line in snapshot.accounts():
        if line.account == account:
            return Ground(
                request.roster, account, snapshot.header.partition, snapshot.header.collected_at,
                plain_facts(Facts(line.facts)), lambda own: court.view(subject, own),
            )  # fmt: skip
    raise InputError(
        f"account {account or 'of the caller'} is not in the snapshot", why="a roster is about one account",
        todo="read that account, or write its id under `account` in the roster",
    )  # fmt: skip


def export_people_live(reading: CollectRequest, name: str, progress: Progress | None = None) -> str:
    """Read the caller's account and write its users as a roster.

    Raises:
        RootwardenError: nothing could be read.
    """
    reading = replace(reading, org=False, accounts=(), facts=("iam.authorization",))
    with TemporaryDirectory(prefix="rootwarden-") as folder:
        path = Path(folder) / "snapshot.jsonl.gz"
        collect(reading, path, progress)
        return export_people(open_snapshot(path), name)


def export_people(snapshot: OpenSnapshot, name: str) -> str:
    """Write the users of the account that a snapshot was read from as a roster.

    Raises:
        InputError: the snapshot is damaged, or does not hold that account.
        UnreadableError: users or groups could not be read.
    """
    roster = Roster(roster=name, people=(), groups={})
    ground = _ground(snapshot, PeopleRequest(roster=roster))
    try:
        users, groups = ground.items("users"), ground.items("groups")
    except UnseenError as error:
        raise UnreadableError("no roster can be written", why=str(error), todo="see `rootwarden doctor`") from error
    day = f"{snapshot.header.collected_at:%Y-%m-%d}"
    return exported(
        name, ground.account, day, sorted(users, key=lambda one: str(one.get("UserName"))),
        sorted(groups, key=lambda one: str(one.get("GroupName"))),
    )  # fmt: skip
