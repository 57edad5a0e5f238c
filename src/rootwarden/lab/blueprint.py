"""What a world may contain: accounts, people, root credentials, trails, alerting and budgets, written down in YAML.

Every struct refuses unknown fields, so that a typing error in a world is an error and not a silent gap.
Times are ages relative to the moment of seeding: a world stays as fresh, or as rotten, as it was written.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

AccountId = Annotated[str, Meta(pattern=r"^[0-9]{12}$")]
Document = dict[str, Any]


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """One part of a world."""


# -- root and people -------------------------------------------------------------------------------------------------
class RootKey(Part, frozen=True, kw_only=True):
    """An access key of the root user."""

    active: bool = True
    created_days_ago: int = 900
    last_used_days_ago: int | None = None
    last_used_service: str = "s3"
    last_used_region: str = "us-east-1"


class Root(Part, frozen=True, kw_only=True):
    """The root user's credentials; they have no public API."""

    password: bool = True
    password_last_used_days_ago: int | None = None
    mfa: tuple[Literal["security-key", "hardware-token", "virtual"], ...] = ()
    access_keys: Annotated[tuple[RootKey, ...], Meta(max_length=2)] = ()
    certificates: Annotated[tuple[Literal["active", "inactive"], ...], Meta(max_length=2)] = ()


class User(Part, frozen=True, kw_only=True):
    """An IAM user; `owner` becomes the tag `owner`, policies are AWS managed ones by name."""

    name: str
    path: str = "/"
    owner: str = ""
    tags: dict[str, str] = {}
    password: bool = False
    mfa: Literal["", "virtual", "hardware-token"] = ""
    active_keys: Annotated[int, Meta(ge=0, le=2)] = 0
    inactive_keys: Annotated[int, Meta(ge=0, le=2)] = 0
    groups: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    inline: dict[str, Document] = {}


class Group(Part, frozen=True, kw_only=True):
    """An IAM group with AWS managed policies by name and inline ones."""

    name: str
    policies: tuple[str, ...] = ()
    inline: dict[str, Document] = {}


class Role(Part, frozen=True, kw_only=True):
    """An IAM role; `trusts` is the Principal element of its trust policy."""

    name: str
    path: str = "/"
    trusts: dict[str, Any]
    condition: Document = {}
    policies: tuple[str, ...] = ()
    inline: dict[str, Document] = {}


class PasswordPolicy(Part, frozen=True, kw_only=True):
    """The account's rules for passwords of IAM users."""

    length: int = 14
    reuse: int = 24


class Contact(Part, frozen=True, kw_only=True):
    """An alternate contact."""

    name: str
    title: str
    email: str
    phone: str


class PrimaryContact(Part, frozen=True, kw_only=True):
    """The contact information of the account's owner."""

    full_name: str
    company: str = ""
    address: str
    city: str
    postal_code: str
    country: str
    phone: str


class Contacts(Part, frozen=True, kw_only=True):
    """Whom AWS writes to, besides the root e-mail address."""

    security: Contact | None = None
    billing: Contact | None = None
    operations: Contact | None = None
    primary: PrimaryContact | None = None


# -- the trail and what keeps it ---------------------------------------------------------------------------------------
class Key(Part, frozen=True, kw_only=True):
    """A customer KMS key; `services` may use it, `policy` replaces the policy made from them."""

    alias: str
    region: str = ""
    services: tuple[str, ...] = ()
    policy: Document | None = None
    state: Literal["Enabled", "Disabled", "PendingDeletion"] = "Enabled"


class Bucket(Part, frozen=True, kw_only=True):
    """An S3 bucket; the policy that its trails need is made from the trails that name it."""

    name: str
    region: str = ""
    block_public_access: bool = True
    ownership: Literal["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"] = "BucketOwnerEnforced"
    acl: Literal["private", "public-read", "authenticated-read", "log-delivery-write"] = "private"
    source_arn: bool = True
    deny_delete: bool = False
    policy: Document | None = None
    versioning: bool = True
    mfa_delete: bool = False
    lock_mode: Literal["", "GOVERNANCE", "COMPLIANCE"] = ""
    lock_days: int = 0
    access_logs_to: str = ""
    expire_days: int = 0


class Trail(Part, frozen=True, kw_only=True):
    """A CloudTrail trail and how its deliveries go; `key` is `<account name>/<key alias>`."""

    name: str
    region: str = ""
    bucket: str
    bucket_deleted: bool = False
    multi_region: bool = True
    organization: bool = False
    global_events: bool = True
    validation: bool = True
    key: str = ""
    log_group: str = ""
    selectors: tuple[Document, ...] = ()
    advanced_selectors: tuple[Document, ...] = ()
    started_days_ago: int | None = 400
    stopped_days_ago: int | None = None
    last_delivery_minutes_ago: int | None = 5
    delivery_error: str = ""


# -- alerting ----------------------------------------------------------------------------------------------------------
class Subscription(Part, frozen=True, kw_only=True):
    """A subscription of a topic; e-mail that nobody confirmed stays pending."""

    protocol: Literal["email", "email-json", "http", "https", "sqs", "lambda", "sms"] = "email"
    endpoint: str
    confirmed: bool = True
    filter: Document | None = None


class Topic(Part, frozen=True, kw_only=True):
    """An SNS topic; `publishers` are service principals let in by its policy, `key` an alias of the same account."""

    name: str
    region: str = ""
    key: str = ""
    publishers: tuple[str, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()


class LogGroup(Part, frozen=True, kw_only=True):
    """A CloudWatch Logs group."""

    name: str
    region: str = ""
    retention_days: int = 365


class MetricFilter(Part, frozen=True, kw_only=True):
    """A metric filter on a log group of the same account."""

    name: str
    log_group: str
    region: str = ""
    pattern: str
    namespace: str = "Rootwarden"
    metric: str


class Alarm(Part, frozen=True, kw_only=True):
    """A metric alarm; `topics` are topics of the same account and Region by name."""

    name: str
    region: str = ""
    namespace: str = "Rootwarden"
    metric: str
    dimensions: dict[str, str] = {}
    statistic: Literal["Sum", "Average", "Maximum", "Minimum", "SampleCount"] = "Sum"
    period: int = 60
    threshold: float = 1
    topics: tuple[str, ...] = ()
    actions_enabled: bool = True


class Rule(Part, frozen=True, kw_only=True):
    """An EventBridge rule on the default bus; `topics` are its SNS targets by name."""

    name: str
    region: str = ""
    pattern: Document
    topics: tuple[str, ...] = ()
    state: Literal["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"] = "ENABLED"


# -- money -------------------------------------------------------------------------------------------------------------
class BudgetAlert(Part, frozen=True, kw_only=True):
    """A notification of a budget; `topic` is `<region>/<topic name>` in the same account."""

    type: Literal["ACTUAL", "FORECASTED"]
    threshold: float
    absolute: bool = False
    emails: tuple[str, ...] = ()
    topic: str = ""


class Budget(Part, frozen=True, kw_only=True):
    """A monthly budget in USD; `spent` and `forecast` are what AWS would have calculated."""

    name: str
    limit: float
    type: Literal["COST", "USAGE"] = "COST"
    spent: float = 0
    forecast: float = 0
    filters: dict[str, tuple[str, ...]] = {}
    ended: bool = False
    alerts: tuple[BudgetAlert, ...] = ()


# -- accounts and the organization -------------------------------------------------------------------------------------
class Account(Part, frozen=True, kw_only=True):
    """One AWS account with everything in it. `audit_role` is the role RootwardenAudit, `monthly_cost` in USD."""

    id: AccountId
    name: str
    email: str
    unit: str = ""
    state: Literal["ACTIVE", "CLOSED"] = "ACTIVE"
    created_days_ago: int = 1500
    audit_role: bool = True
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
    budgets: tuple[Budget, ...] = ()
    monthly_cost: tuple[float, ...] = ()


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
    delegated: dict[str, str] = {}
    control_policies: tuple[ControlPolicy, ...] = ()
    permission_sets: tuple[PermissionSet, ...] = ()


class World(Part, frozen=True, kw_only=True):
    """A story to practise on. `patterns` holds YAML anchors that accounts refer to; nothing else reads it."""

    name: str
    story: str
    region: str = "eu-west-1"
    organization: Organization | None = None
    accounts: Annotated[tuple[Account, ...], Meta(min_length=1)]
    patterns: Document = {}

    @property
    def management(self) -> Account:
        """The management account, or the only one."""
        return self.accounts[0]

    def account(self, name: str) -> Account:
        """Return the account called `name`; the loader has made sure that it exists."""
        return next(account for account in self.accounts if account.name == name)
