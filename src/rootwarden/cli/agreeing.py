"""Asks a person before anything is changed: the account id is typed, or --yes was given; silence is never consent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from rootwarden.cli.settings import Settings
from rootwarden.cli.standard_input import somebody_there
from rootwarden.cli.streams import speaks_unicode, wants_plain
from rootwarden.cli.writing import say, screen_width
from rootwarden.errors import Exit, UsageError
from rootwarden.model.plan import Change, Plan
from rootwarden.model.run import Run
from rootwarden.report import run_text
from rootwarden.report.labels import plural
from rootwarden.report.options import RenderOptions
from rootwarden.report.plans import table

if TYPE_CHECKING:
    from rootwarden.flows.applying.looking import Seen


class Asking:
    """What a verb that changes something tells and asks; `declined` is the exit code when nothing came of it."""

    def __init__(self, settings: Settings, given: dict[str, Any], *, dry_run: bool) -> None:
        """Take the options of the verb."""
        self._yes, self._quiet, self._dry_run = given["yes"], given["quiet"], dry_run
        self.declined = Exit.FINE

    def tell(self, text: str) -> None:
        """Say on stderr what is going on."""
        if not self._quiet:
            say(text)

    def apply(self, plan: Plan, found: Sequence[Seen]) -> bool:
        """Show a plan and where each change stands; return whether to carry it out."""
        plain = wants_plain() or not speaks_unicode(err=True)
        click.echo(table.changes(plan, RenderOptions(width=screen_width(), plain=plain)), err=True, nl=False)
        waiting = [one for one in found if one.standing in ("ready", "under way")]
        for one in found:
            line = f"{one.standing}: {one.change.title} ({one.change.account}){_whose(one)}"
            if one.standing == "not ours":  # a refusal: said even where only the result is wanted
                say(line)
                self.declined = Exit.REFUSED
            elif one.whole:
                self.tell(f"made by this run: {one.change.title} ({one.change.account})")
            elif self._dry_run or one.standing not in ("ready", "under way"):
                self.tell(line)
        if not waiting:
            refused = self.declined is Exit.REFUSED
            text = "somebody else looks after all that is left to do" if refused else "there is nothing to do"
            say(f"rootwarden: {text}")
            return False
        if self._dry_run:
            say("rootwarden: nothing was changed")
            return False
        left = sum(not one.whole for one in waiting)
        what = plural(left, "change") if left else "the proof alone"
        return self._agreed(plan.caller or plan.accounts[0], plan.accounts, what)

    def undo(self, run: Run, changes: Sequence[Change]) -> bool:
        """Show what would be taken back and how it reads then; return whether to do it."""
        say(f"Taking back run {run.id} of {run.started:%Y-%m-%d %H:%M} UTC, the last change first:")
        for line in run_text.to_take_back(changes):
            say(line)
        if self._dry_run:
            say("rootwarden: nothing was changed")
            return False
        return self._agreed(run.plan.caller or run.accounts[0], run.accounts, plural(len(changes), "change"))

    def _agreed(self, caller: str, accounts: Sequence[str], what: str) -> bool:
        """Return whether the account id was typed; of several accounts that of whoever asks.

        Raises:
            UsageError: nobody is there to be asked.
        """
        if self._yes:
            return True
        account = accounts[0] if len(accounts) == 1 else caller
        if not somebody_there():
            raise UsageError(
                f"{what} would be made, and nobody is there to confirm it",
                why="standard input is no terminal",
                todo="give --yes, or run it at a terminal",
            )
        where = f"in account {account}" if len(accounts) == 1 else f"in {len(accounts)} accounts"
        typed = click.prompt(f"{what} {where}. Type {account} to go on", default="", show_default=False, err=True)
        if typed.strip() == account:
            return True
        say("rootwarden: that is another text; nothing was changed")
        self.declined = Exit.REFUSED
        return False


def _whose(one: Seen) -> str:
    return f"; {one.owner} looks after it, change it there" if one.owner else ""
