"""What a world may contain: accounts, people, root credentials, trails, alerting and budgets, written down in YAML.

Every struct refuses unknown fields, so that a typing error in a world is an error and not a silent gap.
Times are ages relative to the moment of seeding: a world stays as fresh, or as rotten, as it was written.
"""

from rootwarden.lab.blueprint.alerting import Alarm, LogGroup, MetricFilter, Rule, Subscription, Topic
from rootwarden.lab.blueprint.money import Budget, BudgetAlert, DailyCost
from rootwarden.lab.blueprint.part import AccountId, Document, Part
from rootwarden.lab.blueprint.people import (
    Contact,
    Contacts,
    Group,
    PasswordPolicy,
    PrimaryContact,
    Role,
    Root,
    RootKey,
    User,
)
from rootwarden.lab.blueprint.storage import Bucket, Key, Trail
from rootwarden.lab.blueprint.whole import Account, ControlPolicy, Organization, PermissionSet, World

__all__ = [
    "Account",
    "AccountId",
    "Alarm",
    "Bucket",
    "Budget",
    "BudgetAlert",
    "Contact",
    "Contacts",
    "ControlPolicy",
    "DailyCost",
    "Document",
    "Group",
    "Key",
    "LogGroup",
    "MetricFilter",
    "Organization",
    "Part",
    "PasswordPolicy",
    "PermissionSet",
    "PrimaryContact",
    "Role",
    "Root",
    "RootKey",
    "Rule",
    "Subscription",
    "Topic",
    "Trail",
    "User",
    "World",
]
