"""`rootwarden watch`: records come in, people are told."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Mapping
from threading import Event, Thread
from typing import IO, Any

import click

from rootwarden.cli.options import aws_options, names
from rootwarden.cli.settings import Settings
from rootwarden.cli.standard_input import somebody_there, standard_input
from rootwarden.cli.watch_settings import DEFAULT_STORE
from rootwarden.errors import Exit, RootwardenError, UsageError


@click.command(name="watch")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...", envvar="ROOTWARDEN_SOURCES")
@click.option("--store", envvar="ROOTWARDEN_STORE", default=DEFAULT_STORE, show_default=True,
              help="A file, or postgresql://user@host/database (password: PGPASSWORD or ~/.pgpass).")  # fmt: skip
@click.option("--listen", envvar="ROOTWARDEN_LISTEN", metavar="HOST:PORT",
              help="Answer /healthz, /metrics and acknowledge links here.")  # fmt: skip
@click.option("--public-url", envvar="ROOTWARDEN_PUBLIC_URL", metavar="URL",
              help="The address under which people reach --listen; links need it.")  # fmt: skip
@click.option("--windows", metavar="FILE", help="Approved windows of root use (JSON).")
@click.option("--rules", metavar="DIR", help="Your own Sigma rules, judged beside ours.")
@click.option("--owned", metavar="ARN,...", help="Resources that alerting relies on; changes to them are alerts.")
@click.option("--quiet-hours", metavar="HH-HH", help="Hours (UTC) in which nobody should use root, as 20-6.")
@click.option("--match-grace", type=click.IntRange(0, 3600), default=120, show_default=True,
              help="Seconds by which a window may be missed.")  # fmt: skip
@click.option("--origin-wait", type=click.IntRange(0, 86400), default=900, show_default=True,
              help="Seconds to wait for the record that tells a task session from root itself.")  # fmt: skip
@click.option("--log", envvar="ROOTWARDEN_LOG", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="Of stderr.")  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="Only say on stderr what goes wrong.")
@aws_options
@click.pass_obj
def command(settings: Settings, /, sources: tuple[str, ...], **given: Any) -> int:
    """Watch root activity as it happens, and tell people through the channels of rootwarden.toml.

    SOURCE is the URL or ARN of an SQS queue (fed by EventBridge, S3 or SNS), lookup-events[:REGION,...] to poll
    CloudTrail's event history (no set-up, but minutes late), a folder, or - for standard input. Without one those of
    ROOTWARDEN_SOURCES (spaces between them) or [watch] sources are taken. Ends with Ctrl-C, or when every source has
    ended and all is delivered; with 5 if a channel did not take something.

    \b
    rootwarden watch https://sqs.us-east-1.amazonaws.com/111122223333/rootwarden
    rootwarden watch lookup-events:us-east-1 --store watch.sqlite3
    rootwarden watch - < records.json
    """
    # Imported here: what a watch needs must not slow down other verbs.
    from rootwarden.flows.watching.running import Watching  # noqa: PLC0415

    del given["no_progress"]
    logger = _Logger(given["log"], quiet=given["quiet"])
    watching = Watching(_request(settings, sources or tuple(settings.watching.watch.sources or ()), given, logger))
    if not settings.channels:
        logger.note("no channels are configured: alerts are kept, and told to nobody (docs/configuration.md)")
    for source in watching.sources:
        if source.note:
            logger.note(f"{source.name}: {source.note}")
    door = _door(given["listen"], watching) if given["listen"] else None
    if door is not None:
        logger.note(f"listening at http://{door.address}")
    _collect_seldom()
    told = _stop_when_told(watching)
    try:
        watching.run()
    except OSError as error:  # else it would pass for a reader of our output who has left, which is no failure
        todo = "see whether disk and terminal are there, and start it again"
        raise RootwardenError("the watch ended by itself", why=str(error), todo=todo) from error
    finally:
        if door is not None:
            door.close()
    if told.is_set():
        return Exit.INTERRUPTED if somebody_there() else Exit.FINE
    if watching.undelivered:
        logger.log("not-delivered", _left(watching.undelivered))
        return Exit.INCOMPLETE
    return Exit.FINE


def _left(undelivered: int) -> dict[str, object]:
    todo = "mend the channels (rootwarden notify test); the next watch on this store delivers them"
    return {"messages": undelivered, "why": "no channel took them", "todo": todo}


def _request(settings: Settings, sources: tuple[str, ...], given: dict[str, Any], logger: _Logger) -> Any:
    if given["public_url"] and not given["listen"]:
        todo = "give --listen or [watch] listen, as 127.0.0.1:9464"
        raise UsageError("nobody would answer the links of --public-url", why="there is no --listen", todo=todo)
    from rootwarden.cli.drill_request import rehearsal  # noqa: PLC0415
    from rootwarden.cli.watch_request import watch_request  # noqa: PLC0415

    if not sources:
        todo = "name a queue by its URL, a folder, lookup-events or -; or set [watch] sources in rootwarden.toml"
        raise UsageError("nothing to watch", todo=todo)
    drills = rehearsal(settings, given["store"], given)
    return watch_request(settings, sources, names(given["owned"]), given, os.environ, logger.log, _stdin, drills)


def _door(address: str, watching: Any) -> Any:
    from rootwarden.aws.clock import SystemClock  # noqa: PLC0415
    from rootwarden.flows.watching.answering import acknowledge, health, look_up  # noqa: PLC0415
    from rootwarden.web.watcher import Answers, Asked, Door, Shown  # noqa: PLC0415

    clock = SystemClock()

    def look(asked: Asked) -> str | Shown:
        found = look_up(watching, clock, asked.incident, asked.channel, asked.ends, asked.signature)
        return found if isinstance(found, str) else Shown(*found)

    def settle(asked: Asked, by: str) -> str:
        return acknowledge(watching, clock, asked.incident, asked.channel, asked.signature, by)

    answers = Answers(
        healthy=lambda: health(watching), numbers=watching.numbers.text, look=look, acknowledge=settle
    )  # fmt: skip
    return Door(address, answers)


def _collect_seldom() -> None:
    """Have Python look for garbage seldom: in a storm a watch holds millions of objects, and hardly any is garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)


def _stop_when_told(watching: Any) -> Event:
    """Have the watch end in order at Ctrl-C or a request to terminate; a second one ends it at once."""
    told = Event()

    def on_signal(number: int, _: object) -> None:
        if told.is_set():
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        told.set()
        Thread(target=watching.stop, daemon=True).start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    return told


def _stdin() -> IO[bytes]:
    return standard_input("name a queue or a folder")


_TROUBLE = ("failed", "unreadable", "given-up", "not-saved", "not-delivered")


class _Logger:
    """Writes one line an event to stderr, for people or as JSON. What cannot be written holds nothing up."""

    def __init__(self, form: str, *, quiet: bool) -> None:
        self._json, self._quiet, self._lost = form == "json", quiet, 0

    def note(self, text: str) -> None:
        """Tell what people should know."""
        self.log("note", {"text": text})

    def log(self, event: str, about: Mapping[str, object]) -> None:
        """Tell of an event. If stderr is full or closed, how much was not told is said once it can be told again."""
        if self._quiet and not any(word in event for word in _TROUBLE):
            return
        try:
            if self._lost:
                self._write("log-failed", {"lines": self._lost, "why": "standard error could not be written to"})
            self._write(event, about)
        except (OSError, ValueError):  # ValueError: it is closed
            self._lost += 1
        else:
            self._lost = 0

    def _write(self, event: str, about: Mapping[str, object]) -> None:
        import json  # noqa: PLC0415
        from datetime import UTC, datetime  # noqa: PLC0415

        from rootwarden.report.legible import legible  # noqa: PLC0415

        now = datetime.now(UTC)
        if self._json:
            line = json.dumps({"time": now.isoformat(), "event": event, **about}, default=str)
        else:
            told = " ".join(f"{key}={_short(value)}" for key, value in about.items())
            # Names in buckets and folders are chosen by others, who must not make lines of our log.
            line = legible(f"{now:%H:%M:%S} {about['text'] if event == 'note' else f'{event} {told}'}")
        click.echo(line, err=True)


def _short(value: object) -> str:
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    if not any(letter in text for letter in ' "\n\r\t'):
        return text
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'
