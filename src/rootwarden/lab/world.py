"""Reads a world, bundled or a file of yours, and says exactly which field is wrong if one is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from importlib import resources
from pathlib import Path

import msgspec
import yaml

from rootwarden.errors import InputError, UsageError
from rootwarden.lab.blueprint import Account, World

_SUFFIXES = (".yaml", ".yml")


def bundled() -> list[str]:
    """Return the names of the worlds that come with Rootwarden."""
    folder = resources.files("rootwarden.lab") / "worlds"
    return sorted(Path(entry.name).stem for entry in folder.iterdir() if entry.name.endswith(_SUFFIXES))


def read_world(name_or_file: str) -> World:
    """Return the world called so, or described by the YAML file at this path.

    Raises:
        UsageError: no world has this name and no file is there.
        InputError: the file cannot be read, is no YAML, or a field is unknown, missing, of the wrong type, or refers
            to something that the world does not have; the message names file and field.
    """
    if name_or_file in bundled():
        text = (resources.files("rootwarden.lab") / "worlds" / f"{name_or_file}.yaml").read_text("utf-8")
        return parse_world(text, f"{name_or_file}.yaml")
    path = Path(name_or_file)
    if not name_or_file.endswith(_SUFFIXES) and not path.is_file():
        raise _no_such_world(name_or_file)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the world {path}", why=str(error), todo="give a readable YAML file") from error
    return parse_world(text, str(path))


def parse_world(text: str, file: str) -> World:
    """Return the world that this YAML describes; `file` is only for messages.

    Raises:
        InputError: as `read_world`.
    """
    try:
        plain = yaml.load(text, Loader=_loader())  # a SafeLoader, in C where libyaml is there
        world = msgspec.convert(plain, World)
    except yaml.YAMLError as error:
        raise InputError(f"{file} is not YAML", why=" ".join(str(error).split()), todo=_SEE) from error
    except msgspec.ValidationError as error:
        what, _, at = str(error).partition(" - at ")
        field = at.strip("`").removeprefix("$").removeprefix(".") or "the world"
        raise InputError(f"{file}: {field}", why=what + _hint(what, field), todo=_SEE) from error
    for complaint in _complaints(world):
        raise InputError(f"{file}: {complaint}", todo=_SEE)
    return world


_SEE = "compare with the bundled worlds (`rootwarden lab worlds`)"


def _loader() -> type:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _hint(what: str, field: str) -> str:
    return ' (write account ids in quotes: "111122223333")' if field.endswith("id") and "got `int`" in what else ""


def _no_such_world(name: str) -> UsageError:
    close = get_close_matches(name, bundled(), n=1)
    todo = f"did you mean `{close[0]}`?" if close else f"use one of {', '.join(bundled())}, or a YAML file"
    return UsageError(f"there is no world called {name}", todo=todo)


def _complaints(world: World) -> Iterator[str]:
    """Go through what the types cannot say: names that must be unique, names that must exist."""
    yield from _repeated("account id", (account.id for account in world.accounts))
    yield from _repeated("account name", (account.name for account in world.accounts))
    yield from _repeated("bucket", (bucket.name for account in world.accounts for bucket in account.buckets))
    if world.organization is None and len(world.accounts) > 1:
        yield "accounts: more than one account needs an organization"
    for number, account in enumerate(world.accounts):
        for field, kind, name, known in _references(world, account):
            if name not in known:
                close = get_close_matches(name, known, n=1)
                yield f"accounts[{number}].{field}: no {kind} called {name}" + (f"; {close[0]}?" if close else "")
    yield from _organization_complaints(world)


def _organization_complaints(world: World) -> Iterator[str]:
    if world.organization is None:
        return
    names = {account.name for account in world.accounts}
    places = {"Root", *world.organization.units, *names}
    for principal, name in world.organization.delegated.items():
        if name not in names:
            yield f"organization.delegated[{principal}]: no account called {name}"
    for policy in world.organization.control_policies:
        yield from (
            f"organization.control_policies: {policy.name}: no target {t}" for t in policy.targets if t not in places
        )
    for wanted in world.organization.permission_sets:
        for name in wanted.accounts:
            if name not in names | {"*"}:
                yield f"organization.permission_sets: {wanted.name}: no account called {name}"


def _references(world: World, account: Account) -> Iterator[tuple[str, str, str, set[str]]]:
    """Yield (field, kind, name, known names) for every name that an account refers to."""
    region = world.region
    units = set(world.organization.units) if world.organization else set()
    topics = {f"{topic.region or region}/{topic.name}" for topic in account.topics}
    groups = {group.name for group in account.groups}
    logs = {f"{group.region or region}/{group.name}" for group in account.log_groups}
    own_keys = {key.alias for key in account.keys} | {"aws/sns", ""}
    all_keys = {f"{one.name}/{key.alias}" for one in world.accounts for key in one.keys} | {""}
    buckets = {bucket.name for one in world.accounts for bucket in one.buckets}
    yield "unit", "unit", account.unit, units | {""}
    for user in account.users:
        yield from (("users.groups", "group", name, groups) for name in user.groups)
    for topic in account.topics:
        yield "topics.key", "key", topic.key, own_keys
    for alarm in account.alarms:
        yield from (("alarms.topics", "topic", f"{alarm.region or region}/{n}", topics) for n in alarm.topics)
    for rule in account.rules:
        yield from (("rules.topics", "topic", f"{rule.region or region}/{n}", topics) for n in rule.topics)
    for metric in account.metric_filters:
        yield "metric_filters.log_group", "log group", f"{metric.region or region}/{metric.log_group}", logs
    for budget in account.budgets:
        yield from (("budgets.alerts.topic", "topic", alert.topic, topics | {""}) for alert in budget.alerts)
    for trail in account.trails:
        yield "trails.key", "key", trail.key, all_keys
        yield "trails.bucket", "bucket", trail.bucket, buckets
        yield (
            "trails.log_group",
            "log group",
            f"{trail.region or region}/{trail.log_group}",
            logs | {f"{trail.region or region}/"},
        )
    for bucket in account.buckets:
        yield "buckets.access_logs_to", "bucket", bucket.access_logs_to, buckets | {""}


def _repeated(kind: str, names: Iterable[str]) -> Iterator[str]:
    yield from (f"accounts: the {kind} {name} is there twice" for name, count in Counter(names).items() if count > 1)
