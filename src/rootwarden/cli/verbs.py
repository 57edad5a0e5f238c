"""The verbs, each loaded only when it is called: `--help` must not wait for AWS libraries."""

from __future__ import annotations

import importlib

import click

# verb -> one line for `--help`; the module is rootwarden.cli.<verb>, its command is called `command`.
VERBS = {
    "alerts": "List incidents; show, acknowledge, close and mute them.",
    "apply": "Carry out a plan: look again, ask, change, and prove it.",
    "audit": "Read an account or organization and judge its root risk.",
    "collect": "Read what AWS answers into a snapshot file.",
    "controls": "List the controls, or the remedies.",
    "demo": "Audit a practice organization, nothing of yours is touched.",
    "detect": "Judge CloudTrail records: is root behind them, and what to do.",
    "detections": "List the detections.",
    "doctor": "Probe credentials, permissions, clock and endpoint.",
    "drill": "Ring the chain on purpose, and see whether people are told.",
    "explain": "Say all about one control, detection or remedy.",
    "iam-policy": "Print the IAM policy that an audit, a watch, a drill or a plan needs.",
    "lab": "An AWS to practise on.",
    "letters": "Look at what came to the watch and could not be understood.",
    "notify": "List the channels that carry messages, and try them.",
    "plan": "Show what would be changed to mend findings; change nothing.",
    "runbook": "What a person does where no program can, step by step.",
    "runs": "List the plans that were applied, and those that are announced.",
    "spend": "Show what each day cost, and which days are out of line.",
    "users": "People instead of root: plan users from a roster, or write one.",
    "undo": "Take back what a plan changed, and prove it.",
    "watch": "Watch root as it happens, and tell people.",
    "version": "Print the version of the program and of its catalogue.",
}


class LazyGroup(click.Group):
    """A group whose commands are modules of rootwarden.cli, imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in alphabetical order."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a verb and return its command."""
        if cmd_name not in VERBS:
            return None
        command = importlib.import_module(f"rootwarden.cli.{cmd_name.replace('-', '_')}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"rootwarden.cli.{cmd_name} has no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs from the table, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(VERBS.items()))
