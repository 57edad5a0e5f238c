"""The buckets that an account's trails write to, each judged once, wherever in the organization it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from rootwarden.model.findings import Verdict
from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Sight
from rootwarden.model.view import View
from rootwarden.proofs.trails import Trail, survey, the_rest

FACT = "s3.buckets"
OUT_OF_SCOPE = "bucket_out_of_scope"


class TrailBucket(Struct, frozen=True):
    """One bucket as its owner sees it (`owner` is "" when no account in scope shows it), and the trails that use it."""

    name: str
    arn: str
    owner: str
    sight: Sight
    trails: tuple[Trail, ...]


JudgeBucket = Callable[[View, TrailBucket], Iterable[Verdict]]


def judge_buckets(seen: View, judges: Mapping[str, JudgeBucket]) -> Iterator[Verdict]:
    """Judge each bucket that the account's trails write to, by every aspect; "" is the aspect of a control without.

    Trails that are judged in another account, unread Regions and the lack of trails are said as `judge_trails` does.
    """
    try:
        found = survey(seen)
    except UnseenError as error:
        for aspect in judges:
            yield seen.about(aspect=aspect).cannot_tell(error)
        return
    by_name: dict[str, list[Trail]] = {}
    for trail in found.here:
        by_name.setdefault(trail.sight.told("S3BucketName"), []).append(trail)
    for name, trails in by_name.items():
        for aspect, judge_one in judges.items():
            if not name:
                yield from _nameless(seen, trails, aspect)
                continue
            arn = f"arn:{seen.subject.partition}:s3:::{name}"
            one = seen.about(resource=arn, aspect=aspect)
            yield from _judged(one, TrailBucket(name, arn, one.shared_owner(FACT, name), _open(one, name),
                                                tuple(trails)), judge_one)  # fmt: skip
    yield from the_rest(found, judges)


def exists(bucket: TrailBucket) -> bool:
    """Read whether the bucket is there at all.

    Raises:
        UnseenError: nobody in scope could look.
    """
    if bucket.sight.is_null:
        return False
    if not any(True for _ in bucket.sight.fields()):
        raise UnseenError(Unknown("malformed: nothing is said of the bucket"), bucket.sight.path)
    return True


def no_bucket(one: View, bucket: TrailBucket) -> Verdict:
    """Say that there is nothing to judge, because the bucket does not exist."""
    return one.not_applicable(f"The bucket {bucket.name} does not exist; see RW-TRAIL-05.", reason="bucket_missing")


def _judged(one: View, bucket: TrailBucket, judge_one: JudgeBucket) -> Iterator[Verdict]:
    try:
        yield from judge_one(one, bucket)
    except UnseenError as error:
        yield one.cannot_tell(error)


def _open(one: View, name: str) -> Sight:
    """Look at the bucket; where nobody shows it and this account's own buckets are unread, that is the reason."""
    found = one.shared(FACT, name, OUT_OF_SCOPE)
    own = one.account[FACT]
    lost = found.unknown is not None and found.unknown.why == OUT_OF_SCOPE and own.unknown is not None
    return own if lost else found


def _nameless(seen: View, trails: Iterable[Trail], aspect: str) -> Iterator[Verdict]:
    for trail in trails:
        one = seen.about(resource=trail.arn, region=trail.home, aspect=aspect)
        try:
            named = trail.recorded_in(one.log)["S3BucketName"]
            named.text()
            raise UnseenError(Unknown("malformed: the name of the bucket is empty"), named.path)
        except UnseenError as error:
            yield one.cannot_tell(error)
