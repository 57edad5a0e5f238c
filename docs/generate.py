"""Writes the pages that derive from code; with --check, fails when one on disk is out of date."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from rootwarden import catalogue
from rootwarden.cli.main import program
from rootwarden.cli.verbs import VERBS
from rootwarden.report.control_page import index, page
from rootwarden.report.schema import audit_schema, controls_schema

DOCS = Path(__file__).parent


def pages() -> Iterator[tuple[Path, str]]:
    """Yield every generated page with its text."""
    yield DOCS / "controls" / "README.md", index(catalogue.controls())
    for entry in catalogue.controls():
        yield DOCS / "controls" / f"{entry.slug}.md", page(entry)
    yield DOCS / "schema" / "audit.schema.json", audit_schema()
    yield DOCS / "schema" / "controls.schema.json", controls_schema()
    yield DOCS / "cli.md", _command_line()


def _command_line() -> str:
    parts = ["# Command line\n\nGenerated from `--help`. Exit codes: [exit-codes.md](exit-codes.md).\n"]
    group = click.Context(program, info_name="rootwarden", max_content_width=100, terminal_width=100)
    parts.append(_help("rootwarden", program, group))
    for verb in sorted(VERBS):
        command = program.get_command(group, verb)
        if command is None:
            raise click.ClickException(f"no command {verb}")
        context = click.Context(command, parent=group, info_name=verb, max_content_width=100, terminal_width=100)
        parts.append(_help(f"rootwarden {verb}", command, context))
        for name, inner in getattr(command, "commands", {}).items():
            below = click.Context(inner, parent=context, info_name=name, max_content_width=100, terminal_width=100)
            parts.append(_help(f"rootwarden {verb} {name}", inner, below))
    return "\n".join(parts)


def _help(title: str, command: click.Command, context: click.Context) -> str:
    return f"## {title}\n\n```\n{command.get_help(context)}\n```\n"


def main(arguments: list[str]) -> int:
    """Write all pages, or compare them; return the exit code."""
    wanted = dict(pages())
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    orphans = [path for path in sorted((DOCS / "controls").glob("*.md")) if path not in wanted]
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
