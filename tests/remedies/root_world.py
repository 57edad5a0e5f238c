"""A small organization with root credentials in its members, fit to have them deleted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from rootwarden.lab.blueprint import Account, Organization, Role, Root, RootKey, World
from rootwarden.model.context import Window
from rootwarden.model.plan import Plan

MANAGEMENT, OLD, NEW = "111111111101", "111111111102", "111111111103"
_ADMINS = Role(
    name="admins", trusts={"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}, policies=("AdministratorAccess",)
)  # fmt: skip
EVERYTHING = Root(
    password=True,
    mfa=("virtual", "security-key"),
    access_keys=(RootKey(last_used_days_ago=400), RootKey(active=False, last_used_days_ago=None)),
    certificates=("active",),
)


def member(account: str, name: str, **more: Any) -> Account:
    """Return a member that can be read and changed, with an administrator who is not root."""
    given: dict[str, Any] = {"root": Root(password=True), "roles": (_ADMINS,), "remediate_role": True} | more
    return Account(id=account, name=name, email=f"{name}@example.com", **given)


def organization(*members: Account, features: tuple[Any, ...] = ("RootCredentialsManagement",), **more: Any) -> World:
    """Return the world of these members, with central root access on, or of an old and a new one."""
    return World(
        name="roots",
        story="An organization that is about to let go of its root credentials.",
        organization=Organization(
            id="o-rootsroots",
            trusted_services=("iam.amazonaws.com",) if features else (),
            root_features=features,
            **more,
        ),
        accounts=(
            Account(id=MANAGEMENT, name="management", email="management@example.com", root=Root(mfa=("virtual",))),
            *(members or (member(OLD, "old", root=EVERYTHING), member(NEW, "new"))),
        ),
    )


def attested(when: datetime, *accounts: str) -> dict[str, Any]:
    """Return the settings of the remedy in which somebody vouches for these mailboxes."""
    texts = tuple(f"{account}=ines@example.com={when.date()}" for account in accounts)
    return {"delete-member-root-credentials": {"mailbox_attested": texts}}


def approved(now: datetime, *accounts: str, task: str = "IAMDeleteRootUserCredentials") -> tuple[Window, ...]:
    """Return windows in which these accounts' credentials may be deleted now."""
    around = {"opens": now - timedelta(minutes=5), "closes": now + timedelta(hours=1)}
    return tuple(Window(id=f"w-{one}", account=one, task=task, **around) for one in accounts)


def in_hand(plan: Plan, now: datetime) -> dict[str, Any]:
    """Return what deleting needs beside a plan: approved windows, and mailboxes that somebody vouches for."""
    return {"windows": approved(now, *plan.accounts), "remedies": attested(now, *plan.accounts)}
