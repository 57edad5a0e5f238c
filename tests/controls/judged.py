"""Judge one control over facts written by hand, through the real court: what every test of a control calls.

    from tests.controls.judged import cited, judge, only, unread

    findings = judge("root-access-keys-absent", {"iam.account_summary": {"AccountAccessKeysPresent": 0}})
    finding = only("root-mfa-enabled", facts, organization={"org.organization": None})

Facts are the values of docs/snapshot.md; they are written to JSON and read back as an audit does. A fact that is left
out was not collected; `unread("iam.account_summary")` is the mark of one that was refused. Only the module of the one
control is imported, so a control that somebody is still writing disturbs no other test.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from rootwarden.model.control import Registered
from rootwarden.model.facts import Scope, calls_and_permissions
from rootwarden.model.findings import Finding
from rootwarden.model.judging import Court
from rootwarden.model.readings import Unknown
from rootwarden.model.shared import SHARED, Shared
from rootwarden.model.snapshot import Facts
from rootwarden.model.thresholds import Param
from rootwarden.model.view import LEDGER

NOW = datetime(2026, 11, 23, 22, 45, 13, tzinfo=UTC)
ACCOUNT = "111122223333"


def registered(slug: str) -> Registered:
    """Load one control by its slug, as the catalogue would."""
    module = importlib.import_module(f"rootwarden.controls.{slug.replace('-', '_')}")
    return Registered(slug, (module.__doc__ or "").strip(), module.CONTROL, module.judge)


def unread(fact: str, why: str = "AccessDenied", hint: str = "") -> dict[str, Any]:
    """Return the mark that stands where `fact`, or a part of it, could not be read."""
    call, missing = calls_and_permissions(fact)
    return Unknown(why, call, missing, hint).mark()


def judge(
    slug: str,
    facts: Mapping[str, Any],
    organization: Mapping[str, Any] | None = None,
    now: datetime = NOW,
    settings: Mapping[str, Param] | None = None,
    *,
    account: str = ACCOUNT,
    partition: str = "aws",
    others: Mapping[str, Mapping[str, Any]] | None = None,
    regions_asked: tuple[str, ...] = (),
    ledger: Any = None,
) -> list[Finding]:
    """Return the findings of one control for `account`, or for what its scope says: the organization, the workspace.

    `settings` overlay the control's params; `others` are the facts of further accounts in scope ({account: facts}),
    of which the shared ones (trails, buckets, keys, topics) are joined as an audit joins them. `regions_asked` are the
    Regions to which the reading was limited. `ledger` is what the store holds, None: there is no store.
    """
    control = registered(slug)
    shared = Shared()
    for owner, own in {account: facts, **(others or {})}.items():
        for name in SHARED:
            if name in own:
                shared.add(owner, name, msgspec.json.decode(msgspec.json.encode(own[name])))
    court = Court(
        controls=(control,),
        settings={slug: settings or {}},
        partition=partition,
        organization=_facts(organization or {}),
        shared=shared,
        now=now,
        regions_asked=regions_asked,
        workspace=_facts({LEDGER: ledger}),
    )
    if control.control.scope is Scope.ORG:
        return court.judge_organization(account)
    if control.control.scope is Scope.WORKSPACE:
        return court.judge_workspace(account)
    return court.judge_account(account, _facts(facts))


def only(slug: str, facts: Mapping[str, Any], organization: Mapping[str, Any] | None = None, **rest: Any) -> Finding:
    """Return the one finding of a control that says one thing; fails when it says more or less."""
    (finding,) = judge(slug, facts, organization, **rest)
    return finding


def cited(finding: Finding) -> dict[str, Any]:
    """Return the evidence of a finding as {fact path: value}."""
    return {item.fact: item.value for item in finding.evidence}


def decisive(finding: Finding) -> dict[str, Any]:
    """Return the evidence without the account's state, which the court reads before any control (closed or alive)."""
    return {fact: value for fact, value in cited(finding).items() if not fact.startswith("org.accounts[")}


def _facts(values: Mapping[str, Any]) -> Facts:
    return Facts({name: msgspec.Raw(msgspec.json.encode(value)) for name, value in values.items()})
