"""Two worlds in which nothing is wrong: an account of its own, and an organization of three."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct

from rootwarden.model.thresholds import Param
from tests.laws import good_identity as identity
from tests.laws import good_watch as watch
from tests.laws.good_drills import ledger
from tests.laws.spot import GONE, Spot, at, changed

NOW = datetime(2026, 11, 23, 22, 45, 13, tzinfo=UTC)
ALONE = "444444444444"
MANAGEMENT = "111111111111"
ARCHIVE = "222222222222"
MEMBER = "333333333333"
# Whose facts those are that Rootwarden itself keeps.
WORKSPACE = "workspace"


# Nobody but the company can say which domains are its own.
SETTINGS: Mapping[str, Mapping[str, Param]] = MappingProxyType(
    {"root-email-controlled": {"allowed_domains": ("example.com",)}}
)


class World(Struct, frozen=True, kw_only=True):
    """The facts of some accounts and of their organization, as a snapshot holds them, and the limits to judge by.

    `workspace` holds what Rootwarden itself keeps, `caller` is the account of whoever asked.
    `regions_asked`: the Regions to which the reading was limited, none for all.
    """

    name: str
    accounts: Mapping[str, dict[str, Any]]
    organization: dict[str, Any]
    caller: str
    workspace: dict[str, Any]
    partition: str = "aws"
    settings: Mapping[str, Mapping[str, Param]] = SETTINGS
    regions_asked: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Show a failing example by its name: what differs from a good world."""
        return f"<{self.partition}: {self.name}>"

    def facts(self, owner: str) -> dict[str, Any]:
        """Return the facts of an account, of the organization for "", or of the workspace."""
        return self.workspace if owner == WORKSPACE else self.accounts.get(owner, {}) if owner else self.organization

    @property
    def owners(self) -> tuple[str, ...]:
        """Whose facts there are: the organization's, each account's, the workspace's."""
        return ("", *self.accounts, WORKSPACE)

    def at(self, spot: Spot) -> Any:
        """Return the value at a spot, `GONE` when there is none."""
        return at(self.facts(spot.owner), (spot.fact, *spot.keys))

    def with_(self, spot: Spot, value: Any) -> World:
        """Return this world with another value (`GONE`: with none) at a spot."""
        facts = changed(self.facts(spot.owner), (spot.fact, *spot.keys), value)
        if not spot.owner:
            return msgspec.structs.replace(self, organization=facts)
        if spot.owner == WORKSPACE:
            return msgspec.structs.replace(self, workspace=facts)
        return msgspec.structs.replace(self, accounts={**self.accounts, spot.owner: facts})

    def without_account(self, account: str) -> World:
        """Return this world with one account's line missing."""
        return msgspec.structs.replace(self, accounts={k: v for k, v in self.accounts.items() if k != account})

    def spots(self) -> list[Spot]:
        """Return where every whole fact is."""
        return [
            Spot(owner, fact)
            for owner in self.owners
            for fact in self.facts(owner)
            if self.at(Spot(owner, fact)) is not GONE
        ]


def good_worlds() -> tuple[World, World]:
    """Return the standalone account and the organization."""
    return good_standalone(), good_organization()


def good_standalone() -> World:
    """Return an account without an organization; its own trail, bucket and key."""
    facts = _every_account(ALONE, root=True, trusted=ALONE)
    facts |= {
        "cloudtrail.trails": [watch.trail(ALONE, ALONE, organization=False)],
        "s3.buckets": watch.buckets(ALONE, ALONE),
        "kms.keys": watch.keys(ALONE),
        **_alerting(ALONE),
    }
    return World(
        name="standalone", accounts={ALONE: facts}, organization={"org.organization": None}, caller=ALONE,
        workspace=ledger(f"event bus of {watch.HOME}"),
    )  # fmt: skip


def good_organization() -> World:
    """Return a management account with an organization trail, a log archive that keeps it, and a member."""
    accounts = {
        MANAGEMENT: _every_account(MANAGEMENT, root=True, trusted=ARCHIVE) | _alerting(MANAGEMENT),
        ARCHIVE: _every_account(ARCHIVE, root=False, trusted=MANAGEMENT),
        MEMBER: _every_account(MEMBER, root=False, trusted=MANAGEMENT)
        | {"sso.permission_sets": identity.permission_sets()},
    }
    for facts in accounts.values():
        facts["cloudtrail.trails"] = [watch.trail(MANAGEMENT, ARCHIVE, organization=True)]
    for account in (ARCHIVE, MEMBER):
        accounts[account]["root.privileged_audit"] = identity.privileged_audit()
    accounts[ARCHIVE] |= {"s3.buckets": watch.buckets(MANAGEMENT, ARCHIVE), "kms.keys": watch.keys(ARCHIVE)}
    organization = identity.organization_facts(MANAGEMENT, (ARCHIVE, MEMBER))
    return World(
        name="organization", accounts=accounts, organization=organization, caller=MANAGEMENT,
        workspace=ledger(f"root session in {MEMBER}", "alarm root-use"),
    )  # fmt: skip


def _every_account(account: str, *, root: bool, trusted: str) -> dict[str, Any]:
    return {
        "account.identity": {"Account": account, "Arn": f"arn:aws:sts::{account}:assumed-role/RootwardenAudit/rw"},
        "iam.account_summary": identity.account_summary(root=root),
        "iam.credential_report": identity.credential_report(account, root=root),
        "iam.virtual_mfa_devices": identity.virtual_mfa_devices(account),
        "iam.authorization": identity.authorization(account, trusted),
        "iam.password_policy": {"MinimumPasswordLength": 14, "PasswordReusePrevention": 24, "ExpirePasswords": False},
        "iam.saml_providers": {"arns": []},
        "account.regions": watch.regions(),
        "account.contacts": identity.contacts(),
        "account.primary_email": {"PrimaryEmail": f"aws+{account}@example.com"},
        "sso.permission_sets": {"sets": []},
        "cloudtrail.trails": [], "s3.buckets": {}, "kms.keys": [], "logs.log_groups": [], "logs.metric_filters": [],
        "cloudwatch.alarms": [{"region": r, "MetricAlarms": [], "CompositeAlarms": []} for r in watch.REGIONS],
        "events.rules": [],
        "sns.topics": [watch.topic(account, "billing", ["budgets.amazonaws.com"], watch.BILLING)],
        "ce.cost": watch.costs(),
        **watch.budget_facts(account),
    }  # fmt: skip


def _alerting(account: str) -> dict[str, Any]:
    billing = watch.topic(account, "billing", ["budgets.amazonaws.com"], watch.BILLING)
    security = watch.topic(account, "security", ["cloudwatch.amazonaws.com", "events.amazonaws.com"])
    return {
        "logs.log_groups": watch.log_groups(account),
        "logs.metric_filters": watch.metric_filters(),
        "cloudwatch.alarms": watch.alarms(account),
        "events.rules": watch.rules(account),
        "sns.topics": [security, billing],
    }
