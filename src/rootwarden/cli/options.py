"""Options that several verbs share; each may also be set by its ROOTWARDEN_* variable or in rootwarden.toml."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from rootwarden.cli.streams import remember_plain
from rootwarden.cli.watch_settings import DEFAULT_STORE
from rootwarden.errors import UsageError
from rootwarden.model.findings import Severity

Command = TypeVar("Command", bound=Callable[..., Any])
# What the entries of a list are called where there is none.
_CALLED = {"regions": "Region", "accounts": "account"}


def names(text: str | None) -> tuple[str, ...]:
    """Split a comma-separated option."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def some(ctx: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """Refuse a list that names nothing: an empty variable in a script must not mean everything there is.

    Raises:
        UsageError: it is given and names nothing.
    """
    del ctx
    if value is not None and not names(value):
        flag, called = option.opts[0], _CALLED.get(option.name or "", "control")
        raise UsageError(f"{flag} names no {called}", why="it is empty", todo=f"name some, or leave it out: {flag}")
    return value


_AWS = (
    click.option("--profile", envvar=["ROOTWARDEN_PROFILE", "AWS_PROFILE"], help="AWS profile."),
    click.option("--region", envvar=["ROOTWARDEN_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"], help="Home Region."),
    click.option("--role-arn", envvar="ROOTWARDEN_ROLE_ARN", help="Role to assume before anything else."),
    click.option("--external-id", envvar="ROOTWARDEN_EXTERNAL_ID", help="External id for every role assumed."),
    click.option("--endpoint-url", envvar=["ROOTWARDEN_ENDPOINT_URL", "AWS_ENDPOINT_URL"], help="Other endpoint."),
    click.option("--concurrency", envvar="ROOTWARDEN_CONCURRENCY", type=click.IntRange(1, 128), default=16,
                 show_default=True, help="Calls under way at once."),
    click.option("--timeout", envvar="ROOTWARDEN_TIMEOUT", type=click.FloatRange(1), default=1800.0,
                 show_default=True, help="Seconds after which the reading ends."),
    click.option("--no-progress", envvar="ROOTWARDEN_NO_PROGRESS", is_flag=True, help="No progress on stderr."),
)  # fmt: skip

_SCOPE = (
    click.option("--org", envvar="ROOTWARDEN_ORG", is_flag=True, help="Every account of the organization."),
    click.option("--accounts", envvar="ROOTWARDEN_ACCOUNTS", callback=some,
                 help="These account ids, comma separated."),
    click.option("--role", envvar="ROOTWARDEN_ROLE", default="RootwardenAudit", show_default=True,
                 help="Role to assume in each account."),
    click.option("--regions", envvar="ROOTWARDEN_REGIONS", callback=some,
                 help="These Regions, comma separated (default: enabled)."),
    click.option("--root-audit", envvar="ROOTWARDEN_ROOT_AUDIT", is_flag=True,
                 help="Read members' root credentials by AssumeRoot; this is itself root activity."),
    click.option("--paid", envvar="ROOTWARDEN_PAID", is_flag=True, help="Allow calls that AWS charges for."),
)  # fmt: skip

_JUDGING = (
    click.option("--only", envvar="ROOTWARDEN_ONLY", callback=some,
                 help="These controls, comma separated codes or slugs."),
    click.option("--skip", envvar="ROOTWARDEN_SKIP", callback=some, help="Not these controls."),
    click.option("--fail-on", envvar="ROOTWARDEN_FAIL_ON", default="medium", show_default=True,
                 type=click.Choice([*(s.value for s in Severity), "none"]),
                 help="Exit 3 when a finding fails at this severity or above."),
)  # fmt: skip

_ASCII = "ASCII only: no symbols, no lines."
plain_option = click.option(
    "--plain", envvar="ROOTWARDEN_PLAIN", is_flag=True, callback=remember_plain, help=_ASCII
)  # fmt: skip
# The same for verbs whose text is made plain where it is written.
plain_text_option = click.option(
    "--plain", envvar="ROOTWARDEN_PLAIN", is_flag=True, callback=remember_plain, expose_value=False, help=_ASCII
)

_SHOWING = (
    click.option("--output", "-o", "output", multiple=True, metavar="FORMAT[=FILE]", default=("table",),
                 envvar="ROOTWARDEN_OUTPUT", show_default=True, help="Repeat for several at once; FILE - is stdout."),
    click.option("--show-ids", is_flag=True, help="Print access-key ids whole."),
    click.option("--show-pii", is_flag=True, help="Print e-mail addresses whole."),
    click.option("--verbose", "-v", is_flag=True, help="List passing findings too."),
    click.option("--quiet", "-q", is_flag=True, help="No notes on stderr."),
    click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True,
                 help="Colours; NO_COLOR is honoured."),
    plain_option,
    click.option("--no-color", is_flag=True, help="The same as --color=never."),
)  # fmt: skip

_CHANGING = (
    click.option("--store", envvar="ROOTWARDEN_STORE", default=DEFAULT_STORE, show_default=True,
                 help="Where each call is written down before it is made."),
    click.option("--yes", "-y", is_flag=True, help="Do not ask; for automation."),
    click.option("--remediate-role", envvar="ROOTWARDEN_REMEDIATE_ROLE", default="RootwardenRemediate",
                 show_default=True, help="Role to assume to change other accounts than the caller's."),
    click.option("--role", envvar="ROOTWARDEN_ROLE", default="RootwardenAudit", show_default=True,
                 help="Role to assume to read them."),
    click.option("--regions", envvar="ROOTWARDEN_REGIONS", callback=some,
                 help="Read these Regions only, comma separated."),
    click.option("--paid", envvar="ROOTWARDEN_PAID", is_flag=True, help="Allow calls that AWS charges for."),
    click.option("--patience", type=click.FloatRange(0), default=30.0, show_default=True,
                 help="Seconds to look again while a change does not show yet."),
    plain_option,
    click.option("--quiet", "-q", is_flag=True, help="No notes on stderr."),
)  # fmt: skip


def _apply(options: tuple[Callable[[Any], Any], ...]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


plan_output_option = click.option(
    "--output", "-o", "output", multiple=True, metavar="[FORMAT=]FILE",
    help="Write it to a file, too, as the file's ending tells: .json, .md, .sh, .tf, .yaml (CloudFormation). "
         "{account} and {region} in its name make one file for each.",
)  # fmt: skip
terraform_option = click.option(
    "--terraform-state", multiple=True, metavar="FILE",
    help="What this Terraform state looks after is not changed; repeat for several.",
)  # fmt: skip
aws_options = _apply(_AWS)
scope_options = _apply(_SCOPE)
judging_options = _apply(_JUDGING)
showing_options = _apply(_SHOWING)
changing_options = _apply(_CHANGING)


def alone(option: str, why: str, todo: str, others: Iterable[str]) -> None:
    """Refuse to ignore a wish: what else stands on the command line and goes not with `option` (flags, as typed).

    What the configuration or the environment says is no wish of this very command. `{other}` in `todo` is the flag.

    Raises:
        UsageError: one of them was given.
    """
    source = click.get_current_context().get_parameter_source
    for other in others:
        if source(other.strip("-").replace("-", "_")) is ParameterSource.COMMANDLINE:
            raise UsageError(f"{other} does not go with {option}", why=why, todo=todo.replace("{other}", other))


def nothing_of_aws() -> None:
    """Refuse what no snapshot can follow: it holds what was read, no option can read more or other accounts.

    Raises:
        UsageError: such an option stands on the command line.
    """
    alone(
        "--snapshot", "a snapshot holds what was read when it was collected",
        "give {other} to `rootwarden collect`, or leave it out", ("--org", "--accounts", "--regions", "--root-audit"),
    )  # fmt: skip
