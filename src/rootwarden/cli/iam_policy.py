"""`rootwarden iam-policy`: the least that an audit needs, as an IAM policy."""

from __future__ import annotations

import json

import click

from rootwarden.aws.audit_policy import caller_policy, member_policy


@click.command(name="iam-policy")
@click.argument("verb", type=click.Choice(["audit"]), default="audit")
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
@click.option("--partition", type=click.Choice(["aws", "aws-us-gov", "aws-cn"]), default="aws", show_default=True)
@click.option("--root-audit", is_flag=True, help="With --caller: allow AssumeRoot with the read-only task policy.")
@click.option("--paid", is_flag=True, help="Allow calls that AWS charges for.")
def command(verb: str, caller: bool, roles: tuple[str, ...], partition: str, root_audit: bool, paid: bool) -> None:
    """Print the IAM policy that an audit needs, derived from the calls it makes.

    \b
    rootwarden iam-policy audit                        for the role in every other account
    rootwarden iam-policy audit --caller --root-audit  for whoever starts it
    """
    del verb  # `audit` is the only reader so far
    policy = caller_policy(roles=roles, partition=partition, root_audit=root_audit, paid=paid) if caller else None
    click.echo(json.dumps(policy or member_policy(paid=paid), indent=2))
