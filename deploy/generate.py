"""Writes the event patterns of the detections into the templates; with --check, fails when one is out of date.

EventBridge's patterns come from the catalogue of detections, the roll-out from member.yaml: both are copied here, so
that each template is one file that can be deployed as it is.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

import click
import yaml

from rootwarden.catalogue.event_pattern import DRILL, EventPattern, event_patterns

DEPLOY = Path(__file__).parent
TEMPLATES = DEPLOY / "cloudformation"
PATTERNS = DEPLOY / "terraform" / "patterns.json"

_CENTRAL = """\
{logical}:
  Type: AWS::Events::Rule
  Properties:
    Name: rootwarden-{name}
    Description: {about}
    EventBusName: {bus}
    State: ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS
    EventPattern:
{pattern}
    Targets:
      - Id: queue
        Arn: !GetAtt Queue.Arn
        DeadLetterConfig: {{ Arn: !GetAtt DeadLetterQueue.Arn }}
"""
# The bus of an organization takes nothing that is made up: drills put their record on the default bus of this account.
_BUS, _OWN_BUS = "!If [Organization, !Ref Bus, default]", "default"
_MEMBER = """\
{logical}:
  Type: AWS::Events::Rule
  Condition: Elsewhere
  Properties:
    Name: rootwarden-{name}
    Description: {about}
    State: ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS
    EventPattern:
{pattern}
    Targets:
      - Id: central
        Arn: !Ref CentralBusArn
        RoleArn: !GetAtt SenderRole.Arn
        DeadLetterConfig: !If [Keeps, {{ Arn: !GetAtt UndeliveredQueue.Arn }}, !Ref AWS::NoValue]
"""


def generated() -> Iterator[tuple[Path, str]]:
    """Yield every file that holds something generated, with the text it should have."""
    patterns = event_patterns()
    yield TEMPLATES / "central.yaml", _with_rules("central.yaml", patterns, _CENTRAL)
    forwarded = tuple(one for one in patterns if one.name != DRILL)
    member = _with_rules("member.yaml", forwarded, _MEMBER)
    yield TEMPLATES / "member.yaml", member
    body = "TemplateBody: |\n" + indent(member, "  ")
    yield TEMPLATES / "stackset.yaml", _between(_read("stackset.yaml"), "member.yaml", indent(body, " " * 6))
    yield PATTERNS, json.dumps({one.name: _described(one) for one in patterns}, indent=2) + "\n"


def _described(one: EventPattern) -> dict[str, object]:
    return {"about": one.about, "pattern": one.pattern}


def _with_rules(template: str, patterns: tuple[EventPattern, ...], form: str) -> str:
    rules = [
        form.format(
            logical="Rule" + "".join(part.capitalize() for part in one.name.split("-")),
            name=one.name,
            about=one.about,
            bus=_OWN_BUS if one.name == DRILL else _BUS,
            pattern=indent(
                yaml.safe_dump(one.pattern, sort_keys=False, default_flow_style=None, width=100), " " * 6
            ).rstrip(),
        )
        for one in patterns
    ]
    return _between(_read(template), "rules", indent("\n".join(rules), "  "))


def _read(template: str) -> str:
    return (TEMPLATES / template).read_text(encoding="utf-8")


def _between(text: str, what: str, new: str) -> str:
    """Return the text with what stands between the marks replaced.

    Raises:
        ValueError: a mark is missing.
    """
    lines = text.splitlines()
    marks = [
        [number for number, line in enumerate(lines) if line.strip().startswith(f"# {what}: {edge}")]
        for edge in ("begin", "end")
    ]
    if any(len(found) != 1 for found in marks):
        raise ValueError(f"the marks `# {what}: begin` and `# {what}: end` must stand in the template once each")
    [[begin], [end]] = marks
    return "\n".join([*lines[: begin + 1], *new.rstrip("\n").splitlines(), *lines[end:]]) + "\n"


def main(arguments: list[str]) -> int:
    """Write all files, or compare them; return the exit code."""
    wanted = dict(generated())
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            click.echo(f"{path.relative_to(DEPLOY.parent)} is out of date; run `python deploy/generate.py`")
        click.echo(f"{len(wanted)} files with generated parts, {len(stale)} out of date")
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    click.echo(f"{len(wanted)} files with generated parts, {len(stale)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
