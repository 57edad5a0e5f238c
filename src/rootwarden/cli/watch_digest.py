"""A short digest of how the watch is configured, by which a drill is known to be of before or after a change."""

from __future__ import annotations

import hashlib

import msgspec
from msgspec import Struct

from rootwarden.cli.settings import Settings
from rootwarden.notify.spec import Spec, read_specs

# Hexadecimal digits: enough to tell configurations apart, few enough to compare by eye.
_LENGTH = 16


def watch_digest(settings: Settings) -> str:
    """Return the first 16 hexadecimal digits of a SHA-256 over sources, channels and escalation.

    Of secrets only where they are kept goes into it, so that it tells nothing of them and outlives their rotation. The
    store is no part of it, nor the order of sources and channels, nor whether a default is written out. "" where
    neither a source nor a channel is configured: then there is nothing to compare with.

    Raises:
        UsageError: a channel does not fit, or holds a secret in the clear.
    """
    sections = settings.watching
    channels = read_specs(settings.channels, settings.source)
    if not sections.watch.sources and not channels:
        return ""
    said = {
        "channels": {spec.name: _channel(spec) for spec in channels},
        "escalation": _set(sections.escalation),
        "sources": sorted(sections.watch.sources or ()),
    }
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()[:_LENGTH]


def _channel(spec: Spec) -> dict[str, object]:
    levels = [severity.value for severity in spec.levels]
    return {"kind": spec.kind, "levels": levels, "options": _set(spec.options)}


def _set(settings: Struct) -> dict[str, object]:
    """Return the settings that differ from their default: a release that adds one must not make every drill stale."""
    return {
        entry.name: msgspec.to_builtins(value)
        for entry in msgspec.structs.fields(settings)
        if (value := getattr(settings, entry.name)) != _default(entry)
    }


def _default(entry: msgspec.structs.FieldInfo) -> object:
    return entry.default if entry.default_factory is msgspec.NODEFAULT else entry.default_factory()
