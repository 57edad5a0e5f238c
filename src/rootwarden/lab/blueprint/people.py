"""Root and people: who can come into an account, and whom AWS writes to."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from rootwarden.lab.blueprint.part import Document, Part


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
    tags: dict[str, str] = field(default_factory=dict)
    password: bool = False
    mfa: Literal["", "virtual", "hardware-token"] = ""
    active_keys: Annotated[int, Meta(ge=0, le=2)] = 0
    inactive_keys: Annotated[int, Meta(ge=0, le=2)] = 0
    groups: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    inline: dict[str, Document] = field(default_factory=dict)


class Group(Part, frozen=True, kw_only=True):
    """An IAM group with AWS managed policies by name and inline ones."""

    name: str
    policies: tuple[str, ...] = ()
    inline: dict[str, Document] = field(default_factory=dict)


class Role(Part, frozen=True, kw_only=True):
    """An IAM role; `trusts` is the Principal element of its trust policy."""

    name: str
    path: str = "/"
    trusts: dict[str, Any]
    condition: Document = field(default_factory=dict)
    policies: tuple[str, ...] = ()
    inline: dict[str, Document] = field(default_factory=dict)


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
    state: str = ""
    postal_code: str
    country: str
    phone: str


class Contacts(Part, frozen=True, kw_only=True):
    """Whom AWS writes to, besides the root e-mail address."""

    security: Contact | None = None
    billing: Contact | None = None
    operations: Contact | None = None
    primary: PrimaryContact | None = None
