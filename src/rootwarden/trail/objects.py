"""Reads what a notice announces: a log file or a digest in a bucket.

What S3 refuses now it may give later, so that it is no dead letter: only an object that is gone is, and what is no log
file. An object is read as it comes and its lines are given out one by one: memory is needed for a line, not for a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Any, cast

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from rootwarden.trail.envelopes import read_items
from rootwarden.trail.items import Announced, Flaw, Item

# What S3 answers when an object is not there (any more), and when none of this name can be.
_GONE = frozenset({"NoSuchKey"})
_NO_NAME = frozenset({"InvalidBucketName", "KeyTooLongError"})
# Bytes of one object as it lies in the bucket, and unpacked. CloudTrail's own are far smaller.
_LARGEST = 256 << 20
_MOST = 512 << 20


class UnreadObjectError(Exception):
    """An object cannot be read now; it may be readable later."""


class _Body:
    """The body of an answer; an error of the connection is told apart from what the object holds."""

    def __init__(self, body: Any, name: str) -> None:
        self._body, self._name = body, name

    def read(self, size: int) -> bytes:
        try:
            found: bytes = self._body.read(size)
        except (BotoCoreError, OSError) as error:
            raise UnreadObjectError(f"{self._name}: {error}") from error
        return found


def announced_items(one: Announced, client: Callable[[str, str], Any]) -> Iterator[Item]:
    """Go through what an announced object holds; one that is gone, or too large to be a log file, is a flaw.

    Raises:
        UnreadObjectError: S3 refuses or does not answer, at first or amidst; says why, and which permission is missing.
    """
    name = f"s3://{one.bucket}/{one.key}"
    try:
        answer = client("s3", "").get_object(Bucket=one.bucket, Key=one.key)
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _GONE:
            yield Flaw(name, f"{one.where} announces it, and it is not there", "see who deleted it: log files are kept")
        elif code in _NO_NAME:
            yield _no_name(one)
        else:
            needs = "; it needs s3:GetObject and, if the key is one of KMS, kms:Decrypt" if "Denied" in code else ""
            raise UnreadObjectError(f"{name}: {code}{needs}") from error
        return
    except ParamValidationError:
        yield _no_name(one)
        return
    except BotoCoreError as error:
        raise UnreadObjectError(f"{name}: {error}") from error
    with answer["Body"] as body:
        if answer["ContentLength"] > _LARGEST:
            why = f"it holds {answer['ContentLength']} bytes, more than a log file can"
            yield Flaw(name, why, "read it with `rootwarden detect`")
        else:
            yield from read_items(cast(IO[bytes], _Body(body, name)), name, most=_MOST)


def _no_name(one: Announced) -> Flaw:
    why = "it announces an object of a name that none can have"
    return Flaw(one.where, why, "find out who sent it: S3 did not")
