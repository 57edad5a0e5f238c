"""Serves objects as S3 does with path-style addresses: put, get, head and ListObjectsV2; no signatures, no versions.

Source: S3 API reference (GetObject, PutObject, HeadObject, ListObjectsV2). What it does not do it refuses by name.
"""

from __future__ import annotations

import base64
import hashlib
import re
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote
from xml.sax.saxutils import escape

from bench.sqs_wire import Request

XML = "application/xml"
LISTING = {
    "list-type", "prefix", "delimiter", "max-keys", "continuation-token", "start-after", "encoding-type", "fetch-owner",
}  # fmt: skip
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_AFTER_ALL = "\U0010ffff"


class S3RefusedError(Exception):
    """A request was refused: status, AWS's code, and why."""

    def __init__(self, status: int, code: str, why: str) -> None:
        """Keep the three."""
        super().__init__(why)
        self.status = status
        self.body = f"<Error><Code>{code}</Code><Message>{escape(why)}</Message></Error>".encode()


@dataclass
class _Bucket:
    objects: dict[str, tuple[bytes, str, datetime]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)  # sorted; code points sort as UTF-8 bytes do


class S3:
    """Buckets in memory."""

    def __init__(self) -> None:
        """Start without a bucket."""
        self._buckets: dict[str, _Bucket] = {}

    def put(self, bucket: str, key: str, body: bytes) -> str:
        """Store an object, making its bucket if need be; return its ETag."""
        there = self._buckets.setdefault(bucket, _Bucket())
        if key not in there.objects:
            insort(there.keys, key)
        etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
        there.objects[key] = (body, etag, datetime.now(UTC))
        return etag

    def empty(self) -> None:
        """Forget every bucket."""
        self._buckets.clear()

    def handle(self, request: Request) -> None:
        """Answer one request."""
        try:
            self._run(request)
        except S3RefusedError as refused:
            request.answer(refused.status, refused.body, XML)

    def _run(self, request: Request) -> None:
        bucket, _, key = request.path.lstrip("/").partition("/")
        match request.method:
            case "PUT" if key:
                self._store(request, bucket, key)
            case "PUT" if bucket:
                self._buckets.setdefault(bucket, _Bucket())
                request.answer(200, b"", XML)
            case "GET" | "HEAD" if key:
                self._fetch(request, bucket, key)
            case "GET" if bucket:
                self._list(request, bucket)
            case _:
                raise S3RefusedError(501, "NotImplemented", f"this server does not do {request.method} {request.path}")

    def _store(self, request: Request, bucket: str, key: str) -> None:
        if request.asks().keys() - {"x-id"} or "aws-chunked" in request.headers.get("content-encoding", ""):
            raise S3RefusedError(501, "NotImplemented", "this server stores an object only as one plain body")
        request.answer(200, b"", XML, {"ETag": self.put(bucket, key, request.body)})

    def _bucket(self, name: str) -> _Bucket:
        if name not in self._buckets:
            raise S3RefusedError(404, "NoSuchBucket", "The specified bucket does not exist")
        return self._buckets[name]

    def _fetch(self, request: Request, bucket: str, key: str) -> None:
        if unknown := request.asks().keys() - {"x-id"}:
            raise S3RefusedError(501, "NotImplemented", f"this server does not know {sorted(unknown)} of an object")
        found = self._bucket(bucket).objects.get(key)
        if found is None:
            raise S3RefusedError(404, "NoSuchKey", "The specified key does not exist.")
        body, etag, stored = found
        more = {"ETag": etag, "Last-Modified": format_datetime(stored, usegmt=True), "Accept-Ranges": "bytes"}
        wanted = request.headers.get("range")
        if wanted is None:
            request.answer(200, body, "binary/octet-stream", more)
            return
        first, last = _within(wanted, len(body))
        more["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
        request.answer(206, body[first : last + 1], "binary/octet-stream", more)

    def _list(self, request: Request, bucket: str) -> None:
        asks = request.asks()
        if asks.get("list-type") != "2" or asks.keys() - LISTING:
            why = f"of a bucket, this server knows only ListObjectsV2 with {', '.join(sorted(LISTING))}"
            raise S3RefusedError(501, "NotImplemented", why)
        if not asks.get("max-keys", "1000").isdigit():
            raise S3RefusedError(400, "InvalidArgument", "max-keys is no number")
        there, most = self._bucket(bucket), min(int(asks.get("max-keys", "1000")), 1000)
        after = asks.get("start-after", "")
        if "continuation-token" in asks:
            after = base64.urlsafe_b64decode(asks["continuation-token"]).decode()
        found, more = _page(there.keys, asks.get("prefix", ""), asks.get("delimiter", ""), after, most)
        request.answer(200, _page_xml(bucket, asks, there, found, more), XML)


def _within(wanted: str, size: int) -> tuple[int, int]:
    """Return the first and last byte of a range (RFC 9110, section 14)."""
    match = _RANGE.fullmatch(wanted)
    if match is None or match[0] == "bytes=-":
        raise S3RefusedError(501, "NotImplemented", "this server knows one range of bytes")
    if not match[1]:
        return max(0, size - int(match[2])), size - 1
    first, last = int(match[1]), min(int(match[2] or size), size - 1)
    if first > last:
        raise S3RefusedError(416, "InvalidRange", "The requested range is not satisfiable")
    return first, last


def _page(keys: list[str], prefix: str, delimiter: str, after: str, most: int) -> tuple[list[str], bool]:
    """Return up to so many keys and common prefixes (those end with the delimiter), and whether there are more."""
    found: list[str] = []
    place = bisect_left(keys, prefix)
    if after:
        rolled = delimiter and after.endswith(delimiter)  # a common prefix: what is under it was told with it
        place = max(place, bisect_right(keys, after + _AFTER_ALL if rolled else after))
    while place < len(keys) and keys[place].startswith(prefix):
        if len(found) == most:
            return found, True
        key = keys[place]
        cut = key.find(delimiter, len(prefix)) if delimiter else -1
        if cut < 0:
            found.append(key)
            place += 1
        else:
            found.append(key[: cut + len(delimiter)])
            place = bisect_right(keys, found[-1] + _AFTER_ALL)
    return found, False


def _page_xml(bucket: str, asks: dict[str, str], there: _Bucket, found: list[str], more: bool) -> bytes:
    delimiter, coded = asks.get("delimiter", ""), asks.get("encoding-type") == "url"

    def shown(text: str) -> str:
        return quote(text, safe="/") if coded else escape(text)

    lines = [
        '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
        f"<Name>{bucket}</Name><Prefix>{shown(asks.get('prefix', ''))}</Prefix><KeyCount>{len(found)}</KeyCount>",
        f"<MaxKeys>{asks.get('max-keys', '1000')}</MaxKeys><IsTruncated>{str(more).lower()}</IsTruncated>",
        f"<Delimiter>{shown(delimiter)}</Delimiter>" if delimiter else "",
        "<EncodingType>url</EncodingType>" if coded else "",
    ]
    if more and found:
        lines.append(
            f"<NextContinuationToken>{base64.urlsafe_b64encode(found[-1].encode()).decode()}</NextContinuationToken>"
        )
    for key in found:
        if delimiter and key.endswith(delimiter) and key.find(delimiter, len(asks.get("prefix", ""))) >= 0:
            lines.append(f"<CommonPrefixes><Prefix>{shown(key)}</Prefix></CommonPrefixes>")
            continue
        body, etag, stored = there.objects[key]
        lines.append(
            f"<Contents><Key>{shown(key)}</Key><LastModified>{stored:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            f"<ETag>{escape(etag)}</ETag><Size>{len(body)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        )
    lines.append("</ListBucketResult>")
    return "".join(lines).encode()
