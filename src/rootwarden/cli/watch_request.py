"""From options and configuration to what a watch is to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import IO, Any

import click

from rootwarden.cli.settings import Settings
from rootwarden.cli.spans import length, quiet_hours
from rootwarden.cli.watch_settings import DEFAULT_STORE, StandingSection, WatchSections
from rootwarden.cli.way import way_of
from rootwarden.flows.detect import own_rules, windows_of
from rootwarden.flows.notifying import NotifyRequest
from rootwarden.flows.watching.plan import LATENESS, Digest, Escalation, Rehearsal, Silence, Step, WatchRequest
from rootwarden.model.context import Context, Standing
from rootwarden.model.findings import Severity


def watch_request(
    settings: Settings,
    sources: tuple[str, ...],
    owned: tuple[str, ...],
    given: Mapping[str, Any],
    environment: Mapping[str, str],
    log: Callable[[str, Mapping[str, object]], None],
    stdin: Callable[[], IO[bytes]],
    rehearsal: Rehearsal | None = None,
) -> WatchRequest:
    """Return the request that the options and the configuration make.

    Raises:
        RootwardenError: a file that is named cannot be read, or a value makes no sense.
    """
    way = way_of(given)
    sections = settings.watching
    return WatchRequest(
        sources=sources,
        store=given["store"],
        way=way,
        context=Context(
            windows=windows_of(given["windows"]) if given["windows"] else None,
            standing=tuple(map(standing_of, sections.standing)),
            quiet_hours=quiet_hours(given["quiet_hours"], "--quiet-hours"),
            owned_resources=owned,
            match_grace=timedelta(seconds=given["match_grace"]),
            origin_wait=timedelta(seconds=given["origin_wait"]),
            lateness=LATENESS,
        ),
        notify=NotifyRequest(
            channels=settings.channels, source=settings.source, environment=environment, way=way, screen=click.echo
        ),
        rules=own_rules(given["rules"], owned) if given["rules"] else (),
        regions=tuple(sections.watch.regions or ()),
        escalation=_escalation(sections),
        digest=Digest(every=length(sections.digest.every, "digest.every"), channels=tuple(sections.digest.channels)),
        silence=Silence(
            factor=sections.silence.factor,
            least=length(sections.silence.least, "silence.least"),
            off=sections.silence.off,
        ),
        singly={Severity(name): getattr(sections.storm, name) for name in sections.storm.__struct_fields__},
        public_url=given["public_url"] or "",
        rehearsal=rehearsal,
        stdin=stdin,
        log=log,
    )


def watch_to_look_at(
    settings: Settings, given: Mapping[str, Any], environment: Mapping[str, str], rehearsal: Rehearsal | None = None
) -> WatchRequest:
    """Return the watch that the configuration alone describes, to be looked at and not run."""
    way, watch = way_of(given), settings.watching.watch
    return WatchRequest(
        sources=tuple(watch.sources or ()),
        store=watch.store or DEFAULT_STORE,
        way=way,
        context=Context(),
        notify=NotifyRequest(
            channels=settings.channels, source=settings.source, environment=environment, way=way, screen=click.echo
        ),
        regions=tuple(watch.regions or ()),
        escalation=_escalation(settings.watching),
        rehearsal=rehearsal,
    )


def _escalation(sections: WatchSections) -> Escalation:
    found = sections.escalation.steps
    steps = tuple(Step(length(one.after, "escalation.steps.after"), tuple(one.channels)) for one in found)
    return Escalation(lowest=Severity(sections.escalation.severity), steps=steps)


def standing_of(one: StandingSection) -> Standing:
    """Return the standing window that a section declares."""
    return Standing(
        name=one.name,
        caller=one.caller,
        task=one.task,
        source_identity=one.source_identity,
        hours=quiet_hours(one.hours or None, f"standing {one.name}: hours"),
        expires=one.expires,
    )
