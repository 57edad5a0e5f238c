"""`rootwarden demo`: the main job on a practice organization, from an AWS of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from rootwarden.cli.audit import command as audit
from rootwarden.cli.demo_fixing import mend
from rootwarden.cli.options import judging_options, showing_options
from rootwarden.cli.writing import say
from rootwarden.errors import Exit, RootwardenError, UsageError

# What a person's own set-up might bring in; the demo must not reach any real account.
_OURS = ("AWS_", "ROOTWARDEN_")


@click.command(name="demo")
@click.option("--world", help="A world of the lab, or a YAML file (default: enterprise; with --fix startup).")
@click.option("--fix", is_flag=True, help="Mend it: plan, apply, audit again, and take everything back.")
@judging_options
@showing_options
@click.pass_context
def command(ctx: click.Context, /, world: str | None, fix: bool, **given: Any) -> int:
    """Start the lab, audit or mend a practice organization in it, and end it; nothing of yours is touched.

    \b
    rootwarden demo                       audit
    rootwarden demo --fix                 plan, apply, audit, undo: failing findings by practice
    """
    world = world or ("startup" if fix else "enterprise")
    say(f"rootwarden: starting an AWS on this machine with the world {world!r}")
    if not fix:
        say("rootwarden: prices are told as AWS has them; nothing is paid")
    with _lab(world) as environment:
        for name in [name for name in os.environ if name.startswith(_OURS)]:
            del os.environ[name]
        os.environ.update(environment)
        if fix:
            return mend(environment["AWS_ENDPOINT_URL"], quiet=given["quiet"])
        org = world != "solo-founder"
        code = ctx.invoke(audit, org=org, paid=True, endpoint_url=environment["AWS_ENDPOINT_URL"], **given)
    return int(code)


@contextmanager
def _lab(world: str) -> Iterator[dict[str, str]]:
    """Run `rootwarden lab serve` in a process of its own, so that both processors work; yield its environment."""
    command_line = [sys.executable, "-m", "rootwarden", "lab", "serve", "--world", world]
    with subprocess.Popen(command_line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as lab:
        try:
            yield _environment(lab)
        finally:
            lab.terminate()


def _environment(lab: subprocess.Popen[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lab.stdout or ():
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").strip().partition("=")
            found[name] = value.strip("'")
        if line.startswith("# ready"):
            return found
    errors = lab.stderr.read() if lab.stderr else ""
    why = errors.strip().removeprefix("rootwarden: ")
    if lab.wait() == Exit.USAGE:
        raise UsageError(why)
    raise RootwardenError("the lab did not start", why=why, todo="try `rootwarden lab serve` by itself")
