"""AWS clients for what Rootwarden does in its own name for as long as it runs, such as publishing to a topic."""

from __future__ import annotations

from threading import Lock

from botocore.client import BaseClient
from botocore.credentials import Credentials, DeferredRefreshableCredentials, create_assume_role_refresher
from botocore.session import Session

from rootwarden.aws.clients import Clients
from rootwarden.aws.opening import FALLBACK_REGION, Way
from rootwarden.aws.sessions import new_session

# A watch receives and deletes with several threads at once.
_CONNECTIONS = 16


class OwnClients:
    """Makes each client when it is first asked for; credentials are found as by any AWS tool and renew themselves."""

    def __init__(self, way: Way, session_name: str = "rootwarden") -> None:
        """Take how to reach AWS, and what a session of `way.role_arn` is called; nothing is asked of AWS yet."""
        self._way, self._session_name = way, session_name
        self._lock = Lock()
        self._made: tuple[Clients, str] | None = None

    def __call__(self, service: str, region: str = "") -> BaseClient:
        """Return the client of a service, in the home Region if none is named.

        Raises:
            BotoCoreError: there is no such profile, or the Region or the endpoint is malformed.
            ValueError: the endpoint is no URL.
        """
        with self._lock:
            self._made = self._made or self._make()
        clients, home = self._made
        return clients.get(service, region or home)

    def _make(self) -> tuple[Clients, str]:
        way = self._way
        session = new_session(way.profile)
        home = str(way.region or session.get_config_variable("region") or FALLBACK_REGION)
        clients = Clients(session, way.endpoint_url, _CONNECTIONS)
        if way.role_arn:
            clients = Clients(self._in_role(clients, home), way.endpoint_url, _CONNECTIONS)
        return clients, home

    def _in_role(self, asking: Clients, home: str) -> Session:
        """Return a session in the role, which is assumed when the first call is signed."""
        wanted = {"RoleArn": self._way.role_arn, "RoleSessionName": self._session_name}
        wanted |= {"ExternalId": self._way.external_id} if self._way.external_id else {}
        refresher = create_assume_role_refresher(asking.get("sts", home), wanted)
        session = new_session(self._way.profile)
        held = DeferredRefreshableCredentials(refresh_using=refresher, method="assume-role")
        session.register_component("credential_provider", _Found(held))
        return session


class _Found:
    """Stands where botocore's chain of credential providers would."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def load_credentials(self) -> Credentials:
        """Return the credentials of the role."""
        return self._credentials
