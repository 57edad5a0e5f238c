"""Terraform code that makes the same: resources, `import` blocks for what exists, and commands where it has no words.

Several accounts and Regions are several providers in one file.
"""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.model.plan import Plan
from rootwarden.report.code.aws_cli import commands, plain
from rootwarden.report.code.hcl import Argument, Block, Raw, written
from rootwarden.report.code.in_terraform import Namer, Said, say
from rootwarden.report.code.left_steps import Commanded, When, left_steps
from rootwarden.report.code.owned import theirs
from rootwarden.report.code.sites import Site, sites
from rootwarden.report.options import RenderOptions
from rootwarden.report.plan_words import total

ENDINGS = (".tf",)

_HEAD = """\
# Plan of {made_at:%Y-%m-%d %H:%M} UTC. {cost}.
# Look at `terraform plan` before `terraform apply`: nothing may be destroyed, and of what exists nothing may change but
# what the plan is about. What exists is imported; what no change is about is left as it is (`ignore_changes`).
# What commands in comments change has to be written into the code as well: the next `terraform apply` takes it back.

terraform {{
  required_version = ">= 1.5"

  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = ">= 5.60, < 7"
    }}
  }}
}}
"""
_WHEN = {
    When.BEFORE: "To be done before `terraform apply`",
    When.AFTER: "To be done after `terraform apply`",
    When.INSTEAD: "Not in Terraform",
}
_ROLE = Block(
    "variable",
    ("role_name",),
    (
        Argument("type", Raw("string")),
        Argument("description", "Name of the role to assume in each account, without its ARN"),
    ),
)


def render(plan: Plan, options: RenderOptions) -> str:
    """Return the code.

    Raises:
        InputError: a change refers to what nothing declares.
    """
    found = sites(plan)
    accounts = {site.place.account for site in found}
    parts = [_HEAD.format(made_at=plan.made_at, cost=total(plan.cost))]
    if len(accounts) > 1:
        parts.append(written([_ROLE]))
    providers = [_provider(site, has_alias=len(found) > 1, assumes=len(accounts) > 1) for site in found]
    if providers:
        parts.append(written(providers))
    namer = Namer()
    for site in found:
        parts += _site(site, namer, len(found) > 1)
    return "\n".join(parts)


def _provider(site: Site, *, has_alias: bool, assumes: bool) -> Block:
    """Say where resources are; Terraform refuses credentials of any other account."""
    place = site.place
    items = [Argument("alias", _alias(site))] if has_alias else []
    items += [Argument("region", place.region), Argument("allowed_account_ids", [place.account])]
    arn = Raw(f'"arn:{place.partition}:iam::{place.account}:role/${{var.role_name}}"')
    role = (Block("assume_role", (), (Argument("role_arn", arn),)),) if assumes else ()
    return Block("provider", ("aws",), (*items, *role))


def _alias(site: Site) -> str:
    return f"in_{site.place.account}_{site.place.region.replace('-', '_')}"


def _site(site: Site, namer: Namer, is_one_of_several: bool) -> Iterator[str]:
    alias = _alias(site) if is_one_of_several else ""
    end = alias.removeprefix("in") if alias else ""
    titles = {change.id: change.title for change in site.changes}
    unsaid: list[Said] = []
    for one in say(site, namer, f"aws.{alias}" if alias else "", end):
        if one.why_not:
            unsaid.append(one)
            continue
        about = "".join(f"# {plain(titles[id_])}\n" for id_ in one.resource.changes)
        mine = [change for change in site.changes if change.id in one.resource.changes]
        about += "".join(f"{line}\n" for change in mine for line in theirs(change))
        yield about + written(one.blocks)
    for change in site.changes:
        why_not = [one for one in unsaid if change.id in one.resource.changes]
        some = (Commanded(change, When.INSTEAD, change.steps),) if why_not else left_steps(change)
        for commanded in some:
            yield "\n".join(_by_calls(commanded, why_not)) + "\n"


def _by_calls(one: Commanded, unsaid: list[Said]) -> Iterator[str]:
    """Write what Terraform has no words for as commands, in comments."""
    yield f"# {_WHEN[one.when]}: {plain(one.change.title)} (account {one.change.account})"
    yield from theirs(one.change)
    for said in unsaid:
        yield f"# {said.resource.type} {said.resource.is_.name} is left out: {plain(said.why_not)}."
    yield from (f"#   {line}" for line in commands(one.change, one.steps))
