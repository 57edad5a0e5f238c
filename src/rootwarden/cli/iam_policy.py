"""`rootwarden iam-policy`: the least that an audit, a watch, a drill or a plan needs, as an IAM policy."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from rootwarden.cli.settings import Settings
from rootwarden.cli.writing import say
from rootwarden.errors import UsageError

_PARTITIONS = ["aws", "aws-us-gov", "aws-cn"]
_partition = click.option("--partition", type=click.Choice(_PARTITIONS), default="aws", show_default=True)
# IAM User Guide, "IAM and AWS STS quotas": the characters of a managed policy, white space apart.
_LONGEST = 6144
_BUCKET = re.compile(r"([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?")


class _OrPlan(click.Group):
    """A group that takes a plan file where the name of a command would stand."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command named, or the one that prints the policy of the plan file named."""
        if args and args[0] not in self.commands and (args[0].endswith(".json") or Path(args[0]).is_file()):
            return super().resolve_command(ctx, ["plan", *args])
        return super().resolve_command(ctx, args)


@click.group(name="iam-policy", cls=_OrPlan)
def command() -> None:
    """Print the IAM policy that an audit, a watch, a drill or a plan needs, derived from the calls it makes.

    \b
    rootwarden iam-policy audit
    rootwarden iam-policy plan.json       exactly what this plan does and takes back
    """


@command.command()
@click.argument("file", metavar="PLAN")
@click.option("--account", metavar="ACCOUNT", help="Only what is done in this account.")
@click.option("--caller", is_flag=True, help="For whoever applies it from outside: how the accounts are entered.")
@click.option("--role", default="RootwardenRemediate", show_default=True,
              help="With --caller: the role that is entered, unless the configuration names another.")  # fmt: skip
@click.pass_obj
def plan(settings: Settings, /, file: str, account: str | None, caller: bool, role: str) -> None:
    """Print the policy of one plan: its calls, and those that take them back, on the resources they touch.

    Whoever applies it reads as well, before and after: attach what `rootwarden iam-policy audit` prints beside it. In
    other accounts than one's own it is the role there that needs it, and with --caller oneself the right to enter it.

    \b
    rootwarden iam-policy plan.json
    rootwarden iam-policy plan plan.json --account 111122223333
    rootwarden iam-policy plan plan.json --caller
    """
    from rootwarden.aws.remediate_policy import entering_policy, plan_policy  # noqa: PLC0415
    from rootwarden.aws.targets import Roles  # noqa: PLC0415
    from rootwarden.cli.plan import read_plan_file  # noqa: PLC0415

    read = read_plan_file(file)
    found = [one for one in read.changes if one.steps and not one.owner and account in (None, one.account)]
    if not found:
        where = f" in account {account}" if account else ""
        raise UsageError(f"{file} changes nothing{where}", todo="name a plan with changes")
    others = {one.account for one in found if not one.as_root} - {read.caller}
    if caller:
        if not others:
            why = "its changes are made in the account from which it was planned"
            raise UsageError(f"{file} enters no other account", why=why, todo="leave out --caller")
        _print(entering_policy(others, Roles(role, settings.apply_roles), read.partition))
        return
    policy = plan_policy(found)
    _print(policy)
    size = len(json.dumps(policy, separators=(",", ":")))
    if size > _LONGEST:
        say(f"rootwarden: {size:,} characters are more than the {_LONGEST:,} that IAM takes as a managed policy; "
            "attach it in parts, or apply with the role of `rootwarden iam-policy remediate`")  # fmt: skip
    say("rootwarden: it changes with this, and reads by what `rootwarden iam-policy audit` prints: attach both")
    if others:
        count = f"{len(others)} other account{'s' if len(others) > 1 else ''}"
        say(f"rootwarden: `rootwarden iam-policy plan {file} --caller` prints what enters {count}")


@command.command()
def remediate() -> None:
    """Print the policy of the role RootwardenRemediate, which can apply any plan.

    Every session in it is narrowed to what the change in hand does.
    """
    from rootwarden.aws.remediate_policy import remediate_policy  # noqa: PLC0415

    _print(remediate_policy())


@command.command()
@click.option(
    "--caller",
    is_flag=True,
    help="For whoever starts an audit, of one account or of many; not for the role in the others.",
)
@click.option(
    "--role",
    "roles",
    multiple=True,
    default=("RootwardenAudit",),
    show_default=True,
    help="Role entered in each account; repeat for several.",
)
@_partition
@click.option("--root-audit", is_flag=True, help="With --caller: allow AssumeRoot with the read-only task policy.")
@click.option("--paid", is_flag=True, help="Allow calls that AWS charges for.")
@click.option("--people", is_flag=True, help="Add what `rootwarden users` reads, and `rootwarden plan` for prices.")
def audit(caller: bool, roles: tuple[str, ...], partition: str, root_audit: bool, paid: bool, people: bool) -> None:
    """Print the policy of an audit.

    \b
    rootwarden iam-policy audit                        for the role in every other account
    rootwarden iam-policy audit --caller --root-audit  for whoever starts it
    """
    from rootwarden.aws.audit_policy import caller_policy, member_policy, on_request  # noqa: PLC0415

    also = on_request(central=caller) if people else ()
    if caller:
        _print(caller_policy(roles=roles, partition=partition, root_audit=root_audit, paid=paid, also=also))
    else:
        _print(member_policy(paid=paid, also=also))


def _arns(option: str, service: str, text: str, todo: str) -> Callable[[Any], Any]:
    """Return an option that takes ARNs of one service, any number of them, and refuses others by name."""

    def check(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
        for one in given:
            if re.fullmatch(rf"arn:aws[a-z-]*:{service}:.*:.+", one) is None:
                raise UsageError(f"{option} {one} is no ARN of {service}", todo=todo)
        return given

    name = option.lstrip("-").replace("-", "_")
    return click.option(option, name, multiple=True, metavar="ARN", callback=check, help=text)


@command.command()
@_arns("--queue", "sqs", "The queue with events; the outputs of the stack name it.", "copy QueueArn from the stack")
@_arns("--key", "kms", "Key that encrypts queue, log files or secrets; repeat for several.", "name a key's ARN")
@click.option("--bucket", "buckets", multiple=True, metavar="NAME[/PREFIX]", help="Log files that the queue announces.")
@click.option("--lookup-events", is_flag=True, help="Allow polling the event history.")
@_arns("--topic", "sns", "Topic of a channel of kind sns.", "name a topic's ARN")
@_arns("--topic-key", "kms", "Key that encrypts such a topic.", "name a key's ARN")
@_arns("--secret", "secretsmanager", "Secret of a channel.", "copy the ARN from Secrets Manager")
@_partition
def watch(buckets: tuple[str, ...], lookup_events: bool, partition: str, **arns: tuple[str, ...]) -> None:
    """Print the policy of a watcher, for what it really reads and tells.

    \b
    rootwarden iam-policy watch --queue arn:aws:sqs:us-east-1:222222222222:rootwarden --key KEY_ARN
    rootwarden iam-policy watch --lookup-events --topic arn:aws:sns:us-east-1:111122223333:root-alerts
    """
    from rootwarden.aws.watch_policy import watch_policy  # noqa: PLC0415

    resources = {kind.replace("_", " "): given for kind, given in arns.items()}
    objects = tuple(_objects(buckets, partition))
    _print(watch_policy(resources | {"bucket": objects}, event_history=lookup_events))


@command.command()
@click.option("--target", "targets", multiple=True, metavar="ACCOUNT", help="Canary account of --method assume-root.")
@click.option("--synthetic", is_flag=True, help="Allow --method synthetic, in every Region.")
@_arns("--alarm", "cloudwatch", "Alarm of --method alarm; repeat for several.", "name an alarm's ARN")
@_arns("--drill-role", "iam", "Role that a drill enters.", "name a role, as arn:aws:iam::111122223333:role/NAME")
@_partition
def drill(targets: tuple[str, ...], synthetic: bool, partition: str, **arns: tuple[str, ...]) -> None:
    """Print the policy of whoever drills: of the role that opens root sessions, or of who may enter it.

    \b
    rootwarden iam-policy drill --target 222233334444            for the role RootwardenDrill
    rootwarden iam-policy drill --drill-role ROLE_ARN            for whoever starts the drill
    rootwarden iam-policy drill --synthetic --alarm ALARM_ARN    for drills without a root session
    """
    from rootwarden.aws.watch_policy import drill_policy  # noqa: PLC0415

    for one in targets:
        if re.fullmatch(r"[0-9]{12}", one) is None:
            raise UsageError(f"--target {one} is no account id", todo="it has 12 digits")
    resources = {
        "role": arns["drill_role"],
        "root user": tuple(f"arn:{partition}:iam::{one}:root" for one in targets),
        "bus": (f"arn:{partition}:events:*:*:event-bus/default",) if synthetic else (),
        "alarm": arns["alarm"],
    }
    _print(drill_policy(resources, partition=partition))


def _objects(buckets: Iterable[str], partition: str) -> Iterable[str]:
    for one in buckets:
        found = _BUCKET.fullmatch(one)
        if found is None:
            raise UsageError(f"--bucket {one} is no bucket", todo="write NAME or NAME/PREFIX, without s3://")
        yield f"arn:{partition}:s3:::{found[1]}/{found[2] or ''}*"


def _print(policy: dict[str, Any]) -> None:
    click.echo(json.dumps(policy, indent=2))
