"""The configuration file rootwarden.toml: validated, unknown keys named with the closest known one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from rootwarden.cli.watch_settings import (
    DEFAULT_STORE,
    DigestSection,
    DrillSection,
    EscalationSection,
    SilenceSection,
    StandingSection,
    StormSection,
    WatchSection,
    WatchSections,
    check_sections,
)
from rootwarden.cli.wrong_values import how_to_write
from rootwarden.errors import UsageError

NAME = "rootwarden.toml"
_ACCOUNT = re.compile(r"[0-9]{12}")


class AwsSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[aws]`: who asks, and where."""

    profile: str | None = None
    region: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    endpoint_url: str | None = None
    concurrency: int | None = None
    timeout: float | None = None


class AuditSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[audit]`: what is read, judged and shown."""

    org: bool | None = None
    accounts: list[str] | None = None
    role: str | None = None
    roles: dict[str, str] = field(default_factory=dict)
    regions: list[str] | None = None
    root_audit: bool | None = None
    paid: bool | None = None
    only: list[str] | None = None
    skip: list[str] | None = None
    fail_on: str | None = None
    output: list[str] | None = None


class DetectSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[detect]`: what records are judged with."""

    windows: str | None = None
    rules: str | None = None
    baseline: str | None = None
    owned: list[str] | None = None
    quiet_hours: str | None = None
    fail_on: str | None = None
    output: str | None = None


class ThresholdsSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[thresholds]`: times in seconds that everything which compares events goes by."""

    match_grace: int | None = None
    origin_wait: int | None = None


class ApplySection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[apply]`: how plans are carried out; `roles` names the role for single accounts."""

    role: str | None = None
    roles: dict[str, str] = field(default_factory=dict)
    max_monthly_usd: float | None = None


class File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file.

    `[controls.<slug>]` holds a control's settings, `[remedies.<slug>]` a remedy's, and `[channels.<name>]` says where
    messages go.
    """

    aws: AwsSection = AwsSection()
    audit: AuditSection = AuditSection()
    detect: DetectSection = DetectSection()
    thresholds: ThresholdsSection = ThresholdsSection()
    controls: dict[str, dict[str, Any]] = field(default_factory=dict)
    remedies: dict[str, dict[str, Any]] = field(default_factory=dict)
    apply: ApplySection = ApplySection()
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    watch: WatchSection = WatchSection()
    escalation: EscalationSection = EscalationSection()
    digest: DigestSection = DigestSection()
    silence: SilenceSection = SilenceSection()
    storm: StormSection = StormSection()
    drill: DrillSection = DrillSection()
    standing: list[StandingSection] = field(default_factory=list)

    @property
    def watching(self) -> WatchSections:
        """All that is said of watching."""
        return WatchSections(
            watch=self.watch,
            escalation=self.escalation,
            digest=self.digest,
            silence=self.silence,
            storm=self.storm,
            drill=self.drill,
            standing=tuple(self.standing),
        )


class Settings(Struct, frozen=True):
    """What a verb gets from the configuration: option defaults per verb, account roles, settings, channels.

    `roles` open accounts to read them, `apply_roles` to change them; `controls` and `remedies` are settings by name.

    `channels` are checked by whoever opens them; they hold references to secrets, or a secret somebody put there.
    """

    defaults: dict[str, dict[str, Any]]
    roles: dict[str, str]
    controls: dict[str, dict[str, Any]]
    source: str = ""
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    watching: WatchSections = WatchSections()
    remedies: dict[str, dict[str, Any]] = field(default_factory=dict)
    apply_roles: dict[str, str] = field(default_factory=dict)


def load_settings(given: str | None, environment: Mapping[str, str]) -> Settings:
    """Read the given file, else ROOTWARDEN_CONFIG, ./rootwarden.toml, or the one in the user's configuration folder.

    Raises:
        UsageError: a named file does not exist, is no TOML, or holds an unknown key or a value of the wrong type.
    """
    named = given or environment.get("ROOTWARDEN_CONFIG", "")
    home = Path(environment.get("XDG_CONFIG_HOME") or Path(environment.get("HOME", "/")) / ".config")
    candidates = [Path(named)] if named else [Path(NAME), home / "rootwarden" / "config.toml"]
    for path in candidates:
        if named or path.is_file():
            return _settings(_read(path), str(path))
    return _settings(File(), "")


def _read(path: Path) -> File:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}", why=str(error.strerror), todo="name an existing file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML", why=str(error), todo="mend that line") from error
    _known_keys(data, File, path, "")
    try:
        file = msgspec.convert(data, File)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path} has a value of the wrong type", why=str(error), todo=how_to_write(error)) from error
    _account_ids(file.audit.accounts or (), path, "audit.accounts")
    _account_ids(file.audit.roles, path, "audit.roles")
    _account_ids(file.apply.roles, path, "apply.roles")
    check_sections(file.watching, str(path))
    return file


def _account_ids(given: Iterable[str], path: Path, key: str) -> None:
    for text in given:
        if _ACCOUNT.fullmatch(text) is None:
            why = "an account id has 12 digits"
            raise UsageError(f"{path}: {key}: {text!r} is no account id", why=why, todo="correct or remove it")


def _known_keys(data: Mapping[str, Any], kind: type[Struct], path: Path, where: str) -> None:
    fields = {entry.name: entry.type for entry in msgspec.structs.fields(kind)}
    for key, value in data.items():
        if key not in fields:
            close = get_close_matches(key, fields, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(fields)}"
            raise UsageError(f"{path}: unknown key {where + key!r}", why=hint, todo="correct or remove it")
        if isinstance(value, Mapping) and isinstance(fields[key], type) and issubclass(fields[key], Struct):
            _known_keys(value, fields[key], path, f"{where}{key}.")


def _settings(file: File, source: str) -> Settings:
    aws = {key: value for key, value in msgspec.structs.asdict(file.aws).items() if value is not None}
    audit = {
        key: ",".join(value) if isinstance(value, list) and key != "output" else value
        for key, value in msgspec.structs.asdict(file.audit).items()
        if value not in (None, []) and key != "roles"
    }
    read = {key: audit[key] for key in ("org", "accounts", "role", "regions", "root_audit", "paid") if key in audit}
    judging = msgspec.structs.asdict(file.detect) | msgspec.structs.asdict(file.thresholds)
    detect = {
        key: ",".join(value) if isinstance(value, list) else value
        for key, value in judging.items()
        if value not in (None, [])
    }
    kept = {"store": file.watch.store} if file.watch.store else {}
    if not kept and file.watch.sources and Path(DEFAULT_STORE).is_file():
        kept = {"store": DEFAULT_STORE}  # where the watch of this configuration keeps what it finds
    named = {key: getattr(file.watch, key) for key in ("listen", "public_url", "log") if getattr(file.watch, key)}
    verbs = ("list", "show", "ack", "close", "mute", "unmute", "mutes")
    most = {} if file.apply.max_monthly_usd is None else {"max_monthly_usd": file.apply.max_monthly_usd}
    applying = aws | most | kept | {key: read[key] for key in ("role", "regions", "paid") if key in read}
    applying |= {"remediate_role": file.apply.role} if file.apply.role else {}
    approved = {"windows": file.detect.windows} if file.detect.windows else {}
    planning = {key: value for key, value in audit.items() if key not in ("output", "fail_on")}
    defaults: dict[str, dict[str, Any]] = {
        "plan": aws | planning | most,
        "users": {"plan": aws | {key: read[key] for key in ("role",) if key in read}, "export": aws},
        "apply": applying | approved,
        "undo": applying,
        "runbook": aws | {key: read[key] for key in ("role",) if key in read},
        "audit": aws | audit | kept,
        "collect": aws | read,
        "doctor": aws,
        "spend": aws | kept | {key: read[key] for key in ("paid",) if key in read},
        "detect": detect,
        "notify": {"test": aws},
        "watch": aws | {key: value for key, value in detect.items() if key != "output"} | kept | named,
        "alerts": dict.fromkeys(verbs, kept),
        "runs": dict.fromkeys(("list", "show", "cancel"), kept),
        "letters": dict.fromkeys(("list", "show", "discard"), kept),
        "drill": {"run": {"detection": aws | kept}, "list": kept, "report": kept},
    }
    return Settings(
        defaults, file.audit.roles, file.controls, source, file.channels, file.watching, file.remedies, file.apply.roles
    )
