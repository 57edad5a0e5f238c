"""As whom a call is signed: one set of clients serves every account, each call signed for the account in hand.

A client of its own for each account was measured at .45 CPU-seconds for 15 services (see bench/clients.py); a client's
signer asks its credentials object anew for every request, so that object answers with whoever the context acts as.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.session import Session

_acting: ContextVar[Credentials] = ContextVar("rootwarden_acting_as")


class ActingCredentials(Credentials):
    """Credentials that are those of the current context (each thread has its own)."""

    def __init__(self) -> None:
        """Hold nothing."""
        super().__init__(access_key="", secret_key="", method="rootwarden")

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """Return what to sign the next request with; temporary credentials refresh themselves here."""
        return _acting.get().get_frozen_credentials()


class _Resolver:
    """Stands where botocore's chain of credential providers would."""

    def load_credentials(self) -> Credentials:
        """Return the one credentials object of all clients."""
        return ActingCredentials()


def sign_by_context(session: Session) -> None:
    """Make every client of this session sign as whoever the context acts as."""
    session.register_component("credential_provider", _Resolver())


@contextmanager
def acting_as(credentials: Credentials) -> Iterator[None]:
    """Sign the calls made inside with these credentials."""
    token = _acting.set(credentials)
    try:
        yield
    finally:
        _acting.reset(token)
