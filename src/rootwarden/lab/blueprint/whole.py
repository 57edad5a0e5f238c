"""Accounts, the organization around them, and the world as a whole."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from rootwarden.lab.blueprint.alerting import Alarm, LogGroup, MetricFilter, Rule, Topic
from rootwarden.lab.blueprint.money import Budget, DailyCost
from rootwarden.lab.blueprint.part import AccountId, Document, Part
from rootwarden.lab.blueprint.people import Contacts, Group, PasswordPolicy, Role, Root, User
from rootwarden.lab.blueprint.storage import Bucket, Key, Trail


class Account(Part, frozen=True, kw_only=True):
    """One AWS account with everything in it.

    `audit_role` is the role RootwardenAudit, `remediate_role` the role RootwardenRemediate; `monthly_cost` is in USD.
    `detectors` and `analyzers` are the Regions in which GuardDuty and an Access Analyzer of the account are on.
    """

    id: AccountId
    name: str
    email: str
    unit: str = ""
    state: Literal["ACTIVE", "CLOSED"] = "ACTIVE"
    created_days_ago: int = 1500
    audit_role: bool = True
    remediate_role: bool = False
    root: Root = field(default_factory=Root)
    users: tuple[User, ...] = ()
    groups: tuple[Group, ...] = ()
    roles: tuple[Role, ...] = ()
    saml_providers: tuple[str, ...] = ()
    password_policy: PasswordPolicy | None = None
    contacts: Contacts = field(default_factory=Contacts)
    opted_in_regions: tuple[str, ...] = ()
    block_public_access: bool = False
    keys: tuple[Key, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    trails: tuple[Trail, ...] = ()
    topics: tuple[Topic, ...] = ()
    log_groups: tuple[LogGroup, ...] = ()
    metric_filters: tuple[MetricFilter, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    rules: tuple[Rule, ...] = ()
    detectors: tuple[str, ...] = ()
    analyzers: tuple[str, ...] = ()
    budgets: tuple[Budget, ...] = ()
    monthly_cost: tuple[float, ...] = ()
    daily_costs: tuple[DailyCost, ...] = ()


class ControlPolicy(Part, frozen=True, kw_only=True):
    """A service control policy and the units (paths), accounts (names) or `Root` it is attached to."""

    name: str
    document: Document
    targets: tuple[str, ...] = ()


class PermissionSet(Part, frozen=True, kw_only=True):
    """An Identity Center permission set and who gets it where; `accounts` are names, `["*"]` means all of them."""

    name: str
    policies: tuple[str, ...] = ()
    group: str
    accounts: tuple[str, ...] = ()


class Organization(Part, frozen=True, kw_only=True):
    """The organization; the world's first account manages it. `delegated` maps service principals to account names."""

    id: Annotated[str, Meta(pattern=r"^o-[a-z0-9]{10,32}$")]
    feature_set: Literal["ALL", "CONSOLIDATED_BILLING"] = "ALL"
    units: tuple[str, ...] = ()
    trusted_services: tuple[str, ...] = ()
    root_features: tuple[Literal["RootCredentialsManagement", "RootSessions"], ...] = ()
    delegated: dict[str, str] = field(default_factory=dict)
    control_policies: tuple[ControlPolicy, ...] = ()
    permission_sets: tuple[PermissionSet, ...] = ()


class World(Part, frozen=True, kw_only=True):
    """A story to practise on. `patterns` holds YAML anchors that accounts refer to; nothing else reads it."""

    name: str
    story: str
    region: str = "eu-west-1"
    organization: Organization | None = None
    accounts: Annotated[tuple[Account, ...], Meta(min_length=1)]
    patterns: Document = field(default_factory=dict)

    @property
    def management(self) -> Account:
        """The management account, or the only one."""
        return self.accounts[0]

    def account(self, name: str) -> Account:
        """Return the account called `name`; the loader has made sure that it exists."""
        return next(account for account in self.accounts if account.name == name)
