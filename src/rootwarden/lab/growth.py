"""Grows an organization to any number of accounts: invented members in the many states that members are found in."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from msgspec import structs

from rootwarden.errors import UsageError
from rootwarden.lab.blueprint import Account, Budget, BudgetAlert, Contact, Contacts, Root, RootKey, User, World

_TEAMS = ("billing", "search", "mobile", "data", "partners", "platform", "support", "payments", "research", "logistics")
_STAGES = ("prod", "test", "dev", "sandbox")
_SECURITY = Contact(name="Security", title="Duty Officer", email="security@grown.example", phone="+1 555 0100")


def grow(world: World, accounts: int, seed: int = 0) -> World:
    """Return the world with invented members added until it has `accounts`; the same seed invents the same ones.

    Raises:
        UsageError: the world is a single account, or has more accounts already.
    """
    if world.organization is None:
        todo = "choose a world with an organization, such as `enterprise`"
        raise UsageError(f"the world {world.name} is a single account and cannot grow", todo=todo)
    if accounts < len(world.accounts):
        todo = f"give --accounts {len(world.accounts)} or more"
        raise UsageError(f"the world {world.name} has {len(world.accounts)} accounts already", todo=todo)
    dice = Random(f"{world.name} {seed}")
    units = [*world.organization.units, ""]
    invented = [_invent(number, dice, units) for number in range(accounts - len(world.accounts))]
    return structs.replace(world, accounts=world.accounts + tuple(invented))


def _invent(number: int, dice: Random, units: list[str]) -> Account:
    name = f"{dice.choice(_TEAMS)}-{dice.choice(_STAGES)}-{number:04d}"
    tidy = Account(
        id=f"99{number:010d}",
        name=name,
        email=f"aws+{name}@grown.example",
        unit=dice.choice(units),
        created_days_ago=dice.randrange(200, 3000),
        root=Root(password=False),
        contacts=Contacts(security=_SECURITY),
        block_public_access=True,
        budgets=(_budget(dice),),
    )
    (spoil,) = dice.choices(list(_STATES), list(_STATES.values()))
    return spoil(tidy, dice)


def _budget(dice: Random) -> Budget:
    spent = float(dice.randrange(20, 5000))
    recipients = ("finance@grown.example",)
    alerts = (
        BudgetAlert(type="ACTUAL", threshold=80, emails=recipients),
        BudgetAlert(type="FORECASTED", threshold=100, emails=recipients),
    )
    return Budget(name="account", limit=spent * 2, spent=spent, forecast=spent * 1.4, alerts=alerts)


# -- states, each made from a tidy account ---------------------------------------------------------------------------
def _as_it_is(account: Account, _: Random) -> Account:
    return account


def _password_left(account: Account, dice: Random) -> Account:
    root = Root(password_last_used_days_ago=dice.randrange(1, 700), mfa=("virtual",))
    return structs.replace(account, root=root)


def _without_mfa(account: Account, dice: Random) -> Account:
    return structs.replace(account, root=Root(password_last_used_days_ago=dice.choice([None, 2, 45, 400])))


def _root_keys(account: Account, dice: Random) -> Account:
    key = RootKey(active=dice.random() < 0.7, created_days_ago=800, last_used_days_ago=dice.choice([None, 0, 30, 365]))
    return structs.replace(account, root=Root(access_keys=(key,), mfa=dice.choice([(), ("virtual",)])))


def _shared_administrator(account: Account, _: Random) -> Account:
    shared = User(name="team-admin", password=True, active_keys=1, policies=("AdministratorAccess",))
    return structs.replace(account, users=(shared,))


def _nobody_to_call(account: Account, _: Random) -> Account:
    return structs.replace(account, contacts=Contacts(), budgets=(), block_public_access=False)


def _out_of_sight(account: Account, _: Random) -> Account:
    return structs.replace(account, audit_role=False)


def _closed(account: Account, _: Random) -> Account:
    return structs.replace(account, state="CLOSED")


_STATES: dict[Callable[[Account, Random], Account], int] = {
    _as_it_is: 58,
    _password_left: 12,
    _without_mfa: 8,
    _root_keys: 6,
    _shared_administrator: 7,
    _nobody_to_call: 5,
    _out_of_sight: 2,
    _closed: 2,
}
