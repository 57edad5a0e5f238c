"""Whether a trail records every read and every write of the objects in one bucket.

Source: CloudTrail API Reference, DataResource and AdvancedFieldSelector: `arn:aws:s3` stands for all buckets, a bucket
ARN with a slash for all objects of that bucket.
"""

from __future__ import annotations

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Sight
from rootwarden.proofs.field_selectors import FieldSelector
from rootwarden.proofs.trail_selectors import category_fields, kinds_of, read_selectors

_OBJECTS = "AWS::S3::Object"
_READ_WRITE = {"All": (True, False), "ReadOnly": (True,), "WriteOnly": (False,)}
# Stands for an object that no selector mentions.
_SOME_OBJECT = "\x01"


def object_events(selectors: Sight, bucket_arn: str) -> frozenset[bool]:
    """Return which kinds of object events of the whole bucket are recorded: True for reads, False for writes.

    Raises:
        UnseenError: a selector that could add a missing kind is unread or malformed.
    """
    rows, doubt = read_selectors(
        selectors, lambda item: _classic(item, bucket_arn), lambda item: _advanced(item, bucket_arn)
    )
    kinds = frozenset(kind for row in rows for kind in row)
    if doubt is not None and len(kinds) < 2:
        raise doubt
    return kinds


def _classic(item: Sight, bucket_arn: str) -> tuple[bool, ...] | None:
    whole = {bucket_arn.removesuffix(":::" + bucket_arn.split(":::", 1)[-1]), f"{bucket_arn}/"}
    whole |= {f"{bucket_arn.split(':::', 1)[0]}:::"}
    named = [value for row in item["DataResources"].each(default=[]) for value in _values(row)]
    if not whole & set(named):
        return None
    kinds = item["ReadWriteType"].text()
    if kinds not in _READ_WRITE:
        raise UnseenError(Unknown(f"malformed: ReadWriteType {kinds[:40]!r}"), item.path)
    return _READ_WRITE[kinds]


def _values(row: Sight) -> list[str]:
    if row["Type"].text() != _OBJECTS:
        return []
    return [value.text() for value in row["Values"].each(default=[])]


def _advanced(item: Sight, bucket_arn: str) -> tuple[bool, ...] | None:
    fields = category_fields(item, "Data")
    if fields is None:
        return None
    types = [field for field in fields if field.field == "resources.type"]
    if not types or not all(field.lets_through(_OBJECTS) for field in types):
        return None
    # Any other condition (eventName, userIdentity.arn ...) drops some events: the selector does not keep them all.
    if any(field.field not in ("resources.type", "readOnly", "resources.ARN") for field in fields):
        return None
    places = (field for field in fields if field.field == "resources.ARN")
    return kinds_of(fields) if all(_covers(place, bucket_arn) for place in places) else None


def _covers(place: FieldSelector, bucket_arn: str) -> bool:
    if not place.lets_through(f"{bucket_arn}/{_SOME_OBJECT}"):
        return False
    return not any(operator == "NotEndsWith" or value.startswith(f"{bucket_arn}/") for operator, value in place.none_of)
