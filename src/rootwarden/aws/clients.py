"""The AWS clients: one per service and Region, shared by all accounts and threads, patient but not endlessly so."""

from __future__ import annotations

import re
from threading import Lock
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from botocore.awsrequest import AWSRequest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.model import ListShape, StructureShape
from botocore.session import Session

from rootwarden import __version__

# Seconds; four attempts back off for at most 1 + 2 + 4 seconds (botocore, "Retries", standard and adaptive mode).
CONNECT_TIMEOUT, READ_TIMEOUT, ATTEMPTS = 5, 30, 4
# An address or `localhost` behind an account id: a name that no resolver knows.
_ACCOUNT_BEFORE_ADDRESS = re.compile(r"^\d{12}\.(localhost|[0-9.]+)(:\d+)?$")


class Clients:
    """Makes each client when it is first asked for."""

    def __init__(
        self, session: Session, endpoint_url: str, concurrency: int, *, attempts: int = ATTEMPTS, agent: str = ""
    ) -> None:
        """Take the session whose clients sign by context; `endpoint_url` "" means what the session's settings say."""
        self._session = session
        self._endpoint = endpoint_url or None
        self._held: dict[tuple[str, str], BaseClient] = {}
        self._lock = Lock()
        self._config = Config(
            # Whoever tries once decides on a repeat himself, and when: the client must not slow down by itself.
            retries={"mode": "adaptive" if attempts > 1 else "standard", "total_max_attempts": attempts},
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            max_pool_connections=concurrency,
            account_id_endpoint_mode="disabled",
            user_agent_extra=f"rootwarden/{__version__} {agent}".strip(),
        )
        session.set_config_variable("sts_regional_endpoints", "regional")

    def get(self, service: str, region: str) -> BaseClient:
        """Return the client of a service in a Region.

        Raises:
            BotoCoreError: the Region's name or the endpoint is malformed.
            ValueError: the endpoint is no URL.
        """
        held = self._held.get((service, region))
        if held is not None:
            return held
        with self._lock:
            if (service, region) not in self._held:
                self._held[service, region] = self._make(service, region)
            return self._held[service, region]

    def region_names(self, partition: str, service: str = "ec2") -> list[str]:
        """Return the names of all Regions of a partition in which botocore knows a service; EC2 is in all."""
        return list(self._session.get_available_regions(service, partition))

    def values_of(self, service: str, region: str, operation: str, parameter: str) -> frozenset[str]:
        """Return the values that botocore's model of a service knows for a parameter that is a list of words."""
        model = self.get(service, region).meta.service_model.operation_model(operation).input_shape
        shape = model.members[parameter] if isinstance(model, StructureShape) else None
        return frozenset(getattr(shape.member, "enum", ()) if isinstance(shape, ListShape) else ())

    def _make(self, service: str, region: str) -> BaseClient:
        client: BaseClient = self._session.create_client(
            service, region_name=region, endpoint_url=self._endpoint, config=self._config
        )
        if service == "s3control":
            client.meta.events.register("before-sign.s3-control", _without_account_before_address)
        return client


class Kept:
    """Clients that one reading leaves to the next of the same errand: making them takes longer than a small reading."""

    __slots__ = ("clients",)

    def __init__(self) -> None:
        """Hold none yet."""
        self.clients: Clients | None = None


def _without_account_before_address(request: AWSRequest, **_: Any) -> None:
    """Undo the account id that S3 Control puts before the host, where the host is an address (the header keeps it)."""
    parts = urlsplit(str(request.url))
    if _ACCOUNT_BEFORE_ADDRESS.match(parts.netloc):
        request.url = urlunsplit(parts._replace(netloc=parts.netloc.split(".", 1)[1]))
