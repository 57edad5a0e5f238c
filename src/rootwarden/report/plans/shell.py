"""A shell script of AWS CLI commands that does the same, for people who apply by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.model.plan import Plan
from rootwarden.report.code.aws_cli import commands, plain
from rootwarden.report.code.resource import home_of
from rootwarden.report.options import RenderOptions
from rootwarden.report.plan_words import total

ENDINGS = (".sh",)

_HEAD = """\
#!/usr/bin/env bash
# {title}
# Nothing is checked beforehand, nothing is written down, and nothing is proved afterwards: `rootwarden apply` does all
# three. Where several accounts are named, say which profile of yours works in each:
#   PROFILE_111122223333=security PROFILE_444455556666=production bash this.sh
set -euo pipefail
export AWS_PAGER="" AWS_DEFAULT_REGION="${{AWS_DEFAULT_REGION:-{home}}}"

in_account() {{
  local found named="PROFILE_$1"
  if [ -n "${{!named:-}}" ]; then export AWS_PROFILE="${{!named}}"; fi
  found=$(aws sts get-caller-identity --query Account --output text)
  [ "$found" = "$1" ] || {{ echo "these credentials belong to account $found, not $1" >&2; exit 4; }}
}}

known() {{
  local one
  for one in "$@"; do
    if [ -z "$one" ] || [ "$one" = None ]; then echo "the answer lacks what comes next needs" >&2; exit 1; fi
  done
}}
"""


def render(plan: Plan, options: RenderOptions) -> str:
    """Return the script; what takes each step back stands beside it as a comment."""
    title = f"Plan of {plan.made_at:%Y-%m-%d %H:%M} UTC. {total(plan.cost)}."
    return "\n".join([_HEAD.format(title=title, home=home_of(plan.partition)), *_parts(plan)]).rstrip("\n") + "\n"


def _parts(plan: Plan) -> Iterator[str]:
    account = ""
    for change in plan.changes:
        if change.account != account and change.steps:
            account = change.account
            yield f"in_account {account}\n"
        yield f"# {plain(change.title)}"
        if change.owner:
            yield f"# left out: {plain(change.owner)} looks after it\n"
            continue
        yield from commands(change, checks=True)
        yield ""
