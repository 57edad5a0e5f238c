"""The e-mail domains in which the policy lets alerts arrive; nothing is said of them while no policy is in force."""

from __future__ import annotations

from collections.abc import Iterable

from rootwarden.model.readings import UnseenError
from rootwarden.model.sight import Log
from rootwarden.model.view import View


def allowed_domains(seen: View) -> frozenset[str] | None:
    """Return the domains of `root_email.allowed_domains` in lower case; None: plain mode, or no such clause.

    Nothing is recorded, because in plain mode it decides nothing.
    """
    policy = seen.policy.recorded_in(Log())
    try:
        named = None if policy.is_none else policy["root_email"]["allowed_domains"].plain(default=None)
    except UnseenError:
        return None
    if not isinstance(named, list):
        return None
    return frozenset(str(domain).lower() for domain in named)


def outside(addresses: Iterable[str], allowed: frozenset[str] | None) -> tuple[str, ...]:
    """Return the domains of e-mail addresses that are not allowed, sorted; none in plain mode."""
    if allowed is None:
        return ()
    domains = {address.rpartition("@")[2].lower() for address in addresses}
    return tuple(sorted(domains - allowed))
