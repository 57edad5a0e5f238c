"""`rootwarden runbook`: what a person does where no program can; with --wait, AWS is asked until it shows."""

from __future__ import annotations

from typing import Any

import click

from rootwarden.aws.targets import checked_ids
from rootwarden.cli.options import aws_options, plain_text_option
from rootwarden.cli.settings import Settings
from rootwarden.cli.spans import length
from rootwarden.cli.streams import spoken
from rootwarden.cli.writing import prose_width, say, write_out, write_text
from rootwarden.errors import Exit, UsageError
from rootwarden.report import runbook_text
from rootwarden.report.runbook import Named
from rootwarden.report.runbooks import find, runbooks


@click.command(name="runbook")
@click.argument("name", required=False)
@click.argument("subject", required=False, metavar="[USER]")
@click.option("--output", "-o", type=click.Choice(["text", "markdown"]), default="text", show_default=True)
@click.option("--account", metavar="ACCOUNT", default="", help="The account it is about (default: the caller's).")
@click.option("--wait", is_flag=True, help="Look until AWS confirms that it is done.")
@click.option(
    "--until",
    type=click.Choice(["first", "whole"]),
    default="first",
    show_default=True,
    help="With --wait: until the first step that is open now is done, or the whole runbook.",
)
@click.option("--within", default="15m", show_default=True, help="With --wait: for how long, as 90s or 1h.")
@click.option("--every", default="15s", show_default=True, help="With --wait: how often, as 15s or 1m.")
@click.option("--role", envvar="ROOTWARDEN_ROLE", default="RootwardenAudit", show_default=True,
              help="Role to assume to look into another account.")  # fmt: skip
@plain_text_option
@click.option("--quiet", "-q", is_flag=True, help="With --wait: do not print the runbook first.")
@aws_options
@click.pass_obj
def command(
    settings: Settings, /, name: str | None, subject: str | None, output: str, wait: bool, **given: Any
) -> int:  # fmt: skip
    """Print what a person does where no program can, step by step; without a name, list the runbooks.

    \b
    rootwarden runbook
    rootwarden runbook root-mfa --account 111122223333
    rootwarden runbook user-mfa ana --wait
    rootwarden runbook root-mfa -o markdown

    With --wait it ends with 0 when AWS confirms that the first step that is open now is done (with --until whole: all
    of it), 8 when it does not yet, or never can.
    """
    if name is None:
        write_text(runbook_text.listed(runbooks().values()))
        return Exit.FINE
    found = _chosen(name, subject, wait=wait)
    checked_ids((given["account"],) if given["account"] else (), "--account")
    about = (found, given["account"], subject or "")
    as_text = output == "text"
    text = spoken(runbook_text.as_text(*about, prose_width())) if as_text else runbook_text.as_markdown(*about)
    if wait:
        return _waited(settings, found, subject or "", given, "" if given["quiet"] else text)
    write_out(text)
    return Exit.FINE


def _chosen(name: str, subject: str | None, *, wait: bool) -> Named:
    found = find(name)
    wanted = found.runbook.argument
    if subject and not wanted:
        raise UsageError(f"the runbook {name} is about nobody in particular", todo=f"leave out {subject!r}")
    if wanted and wait and not subject:
        raise UsageError(f"{wanted} is missing", todo=f"write `rootwarden runbook {name} NAME --wait`")
    return found


def _waited(settings: Settings, found: Named, subject: str, given: dict[str, Any], text: str) -> int:
    """Print `text` once AWS answers, look until it confirms it or the time is over; return the exit code."""
    from rootwarden.cli.reading import reading_of  # noqa: PLC0415
    from rootwarden.flows.following import FollowRequest, follow  # noqa: PLC0415
    from rootwarden.flows.limits import checked  # noqa: PLC0415

    request = FollowRequest(
        runbook=found,
        reading=reading_of(settings, given),
        account=given["account"],
        subject=subject,
        within=length(given["within"], "--within").total_seconds(),
        every=length(given["every"], "--every").total_seconds(),
        whole=given["until"] == "whole",
        settings=checked(settings.controls, settings.source),
    )
    unprinted = [text] if text else []

    def tell(what: str) -> None:
        while unprinted:
            write_out(unprinted.pop())
        say(f"rootwarden: {what}")

    seen = follow(request, tell)
    if seen.confirmed and seen.left:
        say(f"rootwarden: this step is confirmed by AWS; open are {', '.join(seen.left)}: the same command waits on")
        return Exit.FINE
    if seen.confirmed:
        say("rootwarden: confirmed by AWS")
        return Exit.FINE
    todo = "wait on with the same command" if seen.can_tell else "AWS has no call that tells; a person has to look"
    say(f"rootwarden: not confirmed yet; {todo}")
    return Exit.WAITING
