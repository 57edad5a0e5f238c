"""How a collector puts a question to AWS: as which account, in which Region, and what comes back when AWS says no."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from botocore import xform_name
from botocore.credentials import Credentials

from rootwarden.aws.acting import acting_as
from rootwarden.aws.partitions import GLOBAL_SERVICES
from rootwarden.aws.reading import Reading
from rootwarden.aws.refusals import CALL_ERRORS, TIMEOUT, UNREACHABLE, UnreadError, unread
from rootwarden.model.readings import Unknown

T = TypeVar("T")


class Ask:
    """Questions to AWS in the name of one account. Region "" means the service's home, or the reading's."""

    __slots__ = ("_credentials", "account", "reading", "source_identity")

    def __init__(self, reading: Reading, credentials: Credentials, account: str, source_identity: str = "") -> None:
        """Sign with `credentials`, which belong to `account`; `source_identity` is what CloudTrail shows with them."""
        self.reading, self._credentials, self.account = reading, credentials, account
        self.source_identity = source_identity

    @property
    def partition(self) -> str:
        """The partition's name, the second segment of every ARN."""
        return self.reading.partition.name

    def filed_under(self, account: str) -> Ask:
        """Return the same questions, remembered under another account."""
        return Ask(self.reading, self._credentials, account)

    def call(self, service: str, operation: str, region: str = "", /, **parameters: Any) -> dict[str, Any]:
        """Make one call and return the answer without its metadata.

        Raises:
            UnreadError: AWS refused, failed, or did not answer in time.
        """
        asked = self._asked(service, operation, region)
        answer: dict[str, Any] = self._answer(
            asked, lambda client: getattr(client, xform_name(operation))(**parameters)
        )
        answer.pop("ResponseMetadata", None)
        return answer

    def call_or_none(
        self, absent: tuple[str, ...], service: str, operation: str, region: str = "", /, **parameters: Any
    ) -> dict[str, Any] | None:
        """Make one call; None when AWS answers with one of the `absent` error codes: asked, and there is none.

        Raises:
            UnreadError: AWS refused, failed, or did not answer in time.
        """
        try:
            return self.call(service, operation, region, **parameters)
        except UnreadError as refusal:
            if refusal.code in absent:
                return None
            raise

    def pages(self, service: str, operation: str, region: str = "", /, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Go through all pages of an answer.

        Raises:
            UnreadError: AWS refused, failed, or did not answer in time; half a list is no answer.
        """
        asked = self._asked(service, operation, region)
        pages: Iterator[dict[str, Any]] | None = None

        def turn(client: Any) -> dict[str, Any] | None:
            nonlocal pages
            if pages is None:
                pages = iter(client.get_paginator(xform_name(operation)).paginate(**parameters))
            return next(pages, None)

        while (page := self._answer(asked, turn)) is not None:
            yield page

    def items(
        self, service: str, operation: str, key: str, region: str = "", /, **parameters: Any
    ) -> list[dict[str, Any]]:
        """Return the items under `key` of all pages.

        Raises:
            UnreadError: AWS refused, failed, or did not answer in time.
        """
        return [item for page in self.pages(service, operation, region, **parameters) for item in page.get(key, ())]

    def items_or_empty(
        self, absent: str, service: str, operation: str, key: str, region: str = "", /, **parameters: Any
    ) -> list[dict[str, Any]]:
        """Return the items under `key` of all pages; none when AWS answers with the error code `absent`.

        Raises:
            UnreadError: AWS refused, failed, or did not answer in time.
        """
        try:
            return self.items(service, operation, key, region, **parameters)
        except UnreadError as refusal:
            if refusal.code == absent:
                return []
            raise

    def or_mark(self, read: Callable[[], T]) -> T | dict[str, Any]:
        """Return what `read` returns, or the mark that says why it could not be read: the rest goes on."""
        try:
            return read()
        except UnreadError as refusal:
            return self.reading.mark(refusal.unknown)

    def once(self, key: str, read: Callable[[], T]) -> T:
        """Return what `read` returns, asked once for this account; a refusal is remembered as well."""
        answer: T = self.reading.memory.once((self.account, key), read)
        return answer

    def once_for_all(self, key: str, read: Callable[[], T]) -> T:
        """Return what `read` returns, asked once for all accounts; a refusal is remembered as well."""
        answer: T = self.reading.memory.once(("", key), read)
        return answer

    def _asked(self, service: str, operation: str, region: str) -> _Asked:
        """Settle where a question goes; raise UnreadError where the partition lacks the service."""
        name = f"{service}.{operation}"
        if service in GLOBAL_SERVICES:
            region = self.reading.partition.homes.get(service, "")
            if not region:
                hint = f"{self.partition} has no {service} service of its own"
                raise UnreadError(Unknown("NotInPartition", name, hint=hint))
        return _Asked(service, name, region or self.reading.home)

    def _answer(self, asked: _Asked, send: Callable[[Any], Any]) -> Any:
        reading = self.reading
        if reading.ended:
            raise UnreadError(Unknown(reading.ended, asked.name))
        if reading.endpoints.given_up(asked.service, asked.region):
            raise UnreadError(Unknown(UNREACHABLE, asked.name))
        began = reading.clock.monotonic()
        try:
            with acting_as(self._credentials):
                answer = send(reading.clients.get(asked.service, asked.region))
        except CALL_ERRORS as error:
            refusal = unread(error, asked.name)
            reading.count(asked.name, asked.region)
            if refusal.unknown.why in (UNREACHABLE, TIMEOUT):
                reading.endpoints.failed(asked.service, asked.region, began)
            else:
                reading.endpoints.answered(asked.service, asked.region)
            raise refusal from error
        if answer is not None:
            reading.count(asked.name, asked.region)
        reading.endpoints.answered(asked.service, asked.region)
        return answer


class _Asked(NamedTuple):
    """One question: the service, its name for people (`s3.GetBucketPolicy`), the Region that answers."""

    service: str
    name: str
    region: str
