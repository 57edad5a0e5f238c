"""Writes the pages that derive from code; with --check, fails when one on disk is out of date."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from sigma_queries import queries

from rootwarden import catalogue
from rootwarden.catalogue.detecting import everything, single_records
from rootwarden.catalogue.remedying import remedies
from rootwarden.cli.main import program
from rootwarden.cli.verbs import VERBS
from rootwarden.model.golden import golden_records
from rootwarden.report import detection_index, detection_page, remedy_index
from rootwarden.report.alert_schema import alerts_schema, message_schema, windows_schema
from rootwarden.report.control_page import index, page
from rootwarden.report.detection_json import detections_schema
from rootwarden.report.detection_sample import samples
from rootwarden.report.past_runs_schema import runs_schema
from rootwarden.report.plan_schema import plan_schema
from rootwarden.report.remedy_list import remedies_schema
from rootwarden.report.schema import audit_schema, controls_schema
from rootwarden.report.spend_schema import spend_schema

DOCS = Path(__file__).parent
# Folders in which nothing else may be.
GENERATED = ("controls", "detections")


def pages() -> Iterator[tuple[Path, str]]:
    """Yield every generated page with its text."""
    yield DOCS / "controls" / "README.md", index(catalogue.controls())
    for entry in catalogue.controls():
        yield DOCS / "controls" / f"{entry.slug}.md", page(entry)
    yield from _detections()
    yield DOCS / "schema" / "audit.schema.json", audit_schema()
    yield DOCS / "schema" / "controls.schema.json", controls_schema()
    yield DOCS / "schema" / "remedies.schema.json", remedies_schema()
    yield DOCS / "schema" / "detections.schema.json", detections_schema()
    yield DOCS / "schema" / "alerts.schema.json", alerts_schema()
    yield DOCS / "schema" / "message.schema.json", message_schema()
    yield DOCS / "schema" / "windows.schema.json", windows_schema()
    yield DOCS / "schema" / "plan.schema.json", plan_schema()
    yield DOCS / "remedies.md", remedy_index.index(tuple(remedies().values()), catalogue.controls())
    yield DOCS / "schema" / "spend.schema.json", spend_schema()
    yield DOCS / "schema" / "runs.schema.json", runs_schema()
    yield DOCS / "cli.md", _command_line()


def _detections() -> Iterator[tuple[Path, str]]:
    found, rules, records = everything(), single_records(), golden_records()
    names = detection_page.names(catalogue.controls(), found)
    yield DOCS / "detections" / "README.md", detection_index.index(found)
    for one in found:
        text = detection_page.page(one, samples(one, rules, records), queries(one), names)
        yield DOCS / "detections" / f"{one.slug}.md", text


def _command_line() -> str:
    parts = ["# Command line\n\nGenerated from `--help`. Exit codes: [exit-codes.md](exit-codes.md).\n"]
    group = click.Context(program, info_name="rootwarden", max_content_width=100, terminal_width=100)
    parts.append(_help("rootwarden", program, group))
    for verb in sorted(VERBS):
        command = program.get_command(group, verb)
        if command is None:
            raise click.ClickException(f"no command {verb}")
        parts += _helps(f"rootwarden {verb}", verb, command, group)
    return "\n".join(parts)


def _helps(title: str, name: str, command: click.Command, above: click.Context) -> Iterator[str]:
    """Yield the help of a command, and of all below it."""
    context = click.Context(command, parent=above, info_name=name, max_content_width=100, terminal_width=100)
    yield _help(title, command, context)
    for below, inner in getattr(command, "commands", {}).items():
        yield from _helps(f"{title} {below}", below, inner, context)


def _help(title: str, command: click.Command, context: click.Context) -> str:
    return f"## {title}\n\n```\n{command.get_help(context)}\n```\n"


def main(arguments: list[str]) -> int:
    """Write all pages, or compare them; return the exit code."""
    wanted = dict(pages())
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    orphans = [path for folder in GENERATED for path in sorted((DOCS / folder).glob("*.md")) if path not in wanted]
    if "--check" in arguments:
        for path in stale + orphans:
            print(f"{path.relative_to(DOCS.parent)} is out of date; run `make docs`")
        print(f"{len(wanted)} generated pages, {len(stale) + len(orphans)} out of date")
        return 1 if stale or orphans else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    for path in orphans:
        path.unlink()
    print(f"{len(wanted)} generated pages, {len(stale)} written, {len(orphans)} removed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
