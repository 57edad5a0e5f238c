"""The hands that seed: one set of boto3 clients for all accounts, whose credentials are those of the account at work.

Clients are shared because making them is slow; the account is chosen when a request is signed.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from threading import Lock
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.loaders import Loader, create_loader

from rootwarden.lab.seeding_header import Given, as_header

_at_work: ContextVar[tuple[Hands, str]] = ContextVar("hands and account")
_given: ContextVar[Given | None] = ContextVar("given", default=None)
ROLE = "LabSeeding"  # need not exist; a real one would look used
_NO_PROFILE = dict.fromkeys(("profile", "config_file", "credentials_file"), (None, None, None, None))
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class _AccountAtWork(Credentials):
    """Credentials that are asked for anew for each request; to botocore also the finder of credentials."""

    def __init__(self) -> None:
        super().__init__("lab", "lab")

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """Return the session of the account at work."""
        hands, account = _at_work.get()
        return hands.session_in(account)

    def load_credentials(self) -> Credentials:
        """Find these, and nothing in the machine's own configuration."""
        return self


@cache
def _models() -> Loader:
    """Return what reads AWS's models of its services, once in a process: they are large and take long to read."""
    return create_loader()


class _Clients:
    """The clients of a lab, each made when it is first asked for."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._session = botocore.session.Session(session_vars=_NO_PROFILE)
        self._session.register_component("data_loader", _models())
        self._session.register_component("credential_provider", _AccountAtWork())
        self._made: dict[tuple[str, str], Any] = {}
        self._lock = Lock()

    def get(self, service: str, region: str) -> Any:
        with self._lock:  # botocore's session is not made for threads
            if (service, region) not in self._made:
                self._made[service, region] = self._make(service, region)
            return self._made[service, region]

    def _make(self, service: str, region: str) -> Any:
        client = self._session.create_client(
            service,
            region_name=region,
            endpoint_url=self._endpoint,
            config=Config(parameter_validation=False, max_pool_connections=32, retries={"total_max_attempts": 1}),
        )
        client.meta.events.register("before-call", _finish_request)
        return client


@lru_cache(maxsize=1)
def _clients_of(endpoint: str) -> _Clients:
    """Return the clients of a lab; what seeds it again finds them there."""
    return _Clients(endpoint)


class Hands:
    """Clients for a lab at `endpoint`; call it for one: `hands("s3", region)`."""

    def __init__(self, endpoint: str) -> None:
        """Load nothing yet; botocore reads a service's model when its first client is made."""
        self._endpoint = endpoint
        self._sessions: dict[str, ReadOnlyCredentials] = {}

    def __call__(self, service: str, region: str = "us-east-1") -> Any:
        """Return the client of a service in a Region."""
        return _clients_of(self._endpoint).get(service, region)

    @contextmanager
    def working_in(self, account: str) -> Iterator[None]:
        """Let every request in this context come from a role session in `account`."""
        before = _at_work.set((self, account))
        try:
            yield
        finally:
            _at_work.reset(before)

    @contextmanager
    def giving(self, given: Given) -> Iterator[None]:
        """Let every request in this context carry an id or a name that only a world may decide."""
        before = _given.set(given)
        try:
            yield
        finally:
            _given.reset(before)

    def session_in(self, account: str) -> ReadOnlyCredentials:
        """Return credentials for an account, from the lab's control plane: nobody has any yet."""
        found = self._sessions.get(account)
        if found is None:
            answer = self.control("POST", f"session/{account}", {"role": ROLE})
            found = ReadOnlyCredentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])
            self._sessions[account] = found
        return found

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Send one request to the lab's control plane and return its JSON answer."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self._endpoint}/rw-api/{path}", data, method=method)
        with _direct.open(request) as answer:
            return json.loads(answer.read())

    def draw_ids_from(self, number: int) -> None:
        """Let the lab draw the same random ids each time that it is given this number."""
        _direct.open(urllib.request.Request(f"{self._endpoint}/moto-api/seed?a={number}", method="POST")).close()


def _finish_request(params: dict[str, Any], **_: Any) -> None:
    """Add what is given, and take the account out of the host, where S3 Control puts it: the lab has one host only."""
    given = _given.get()
    if given is not None:
        params["headers"].update(as_header(given))
    account = _at_work.get()[1]
    params["url"] = params["url"].replace(f"//{account}.", "//", 1)
