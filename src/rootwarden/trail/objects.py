"""Reads what a notice announces: a log file or a digest in a bucket."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rootwarden.trail.envelopes import read_items
from rootwarden.trail.items import Announced, Flaw, Item

# What AWS answers when an object is not there (any more): asking again does not help.
_GONE = frozenset({"NoSuchKey", "NoSuchBucket", "404"})
# Bytes of one object as it lies in the bucket. CloudTrail's own are far smaller.
_LARGEST = 256 << 20


class UnreadObjectError(Exception):
    """An object cannot be read now; it may be readable later."""


def announced_items(one: Announced, client: Callable[[str, str], Any]) -> Iterator[Item]:
    """Go through what an announced object holds; one that is gone, or too large to be a log file, is a flaw.

    Raises:
        UnreadObjectError: S3 refuses or does not answer; says why, and which permission is missing.
    """
    name = f"s3://{one.bucket}/{one.key}"
    try:
        answer = client("s3", "").get_object(Bucket=one.bucket, Key=one.key)
        if answer["ContentLength"] > _LARGEST:
            why = f"it holds {answer['ContentLength']} bytes, more than a log file can"
            yield Flaw(name, why, "read it with `rootwarden detect`")
            return
        body = answer["Body"].read()
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code not in _GONE:
            needs = "; it needs s3:GetObject and, if the key is one of KMS, kms:Decrypt" if "Denied" in code else ""
            raise UnreadObjectError(f"{name}: {code}{needs}") from error
        yield Flaw(name, f"{one.where} announces it, and it is not there", "see who deleted it: log files are kept")
        return
    except BotoCoreError as error:
        raise UnreadObjectError(f"{name}: {error}") from error
    yield from read_items(io.BytesIO(body), name)
