"""Where a trail bucket stands: in which account and Region it is changed, and what S3 would refuse there."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.model.view import View
from rootwarden.proofs.bucket_exposure import open_by_acl, open_by_policy
from rootwarden.proofs.made_bucket import FACT
from rootwarden.proofs.public_policy import is_public
from rootwarden.proofs.trail_buckets import OUT_OF_SCOPE
from rootwarden.proofs.trails import Trail, survey


class Place(Struct, frozen=True):
    """One bucket that a trail of the account writes to; `there` is false for one that does not exist."""

    name: str
    arn: str
    account: str
    region: str
    sight: Sight
    there: bool
    trails: tuple[Trail, ...]

    def policy(self) -> Any:
        """Return its policy as plain JSON, None for none.

        Raises:
            UnseenError: it is unread.
        """
        return self.sight["policy"].plain()

    def refuses_public(self, policy: Any) -> bool:
        """Return whether S3 would not take this policy, because it is public and public policies are blocked.

        Raises:
            UnseenError: the public access block, or the meaning of the policy, cannot be told.
        """
        blocks = [self.sight[name] for name in ("public_access_block", "account_public_access_block")]
        if not any(not one.is_null and one["BlockPublicPolicy"].flag(default=False) for one in blocks):
            return False
        answer = is_public(policy)
        if answer.value is None:
            raise UnseenError(Unknown(f"policy_not_understood: {answer.why}"), self.sight["policy"].path)
        return answer.value


def place_of(seen: View, name: str) -> Place:
    """Return where a bucket stands that a trail judged here writes to; nothing is recorded in `seen`.

    Where S3 did not tell the Region of the bucket, it is taken to be its trail's.

    Raises:
        UnseenError: nobody in scope could look, or no trail of the account writes to it.
    """
    found = survey(seen)
    trails = tuple(one for one in found.here if one.sight.told("S3BucketName") == name)
    if not trails:
        raise UnseenError(found.why_incomplete.unknown if found.why_incomplete else Unknown("no_trail"), FACT)
    sight = seen.about().shared(FACT, name, OUT_OF_SCOPE).recorded_in(Log())
    there = not sight.is_null
    return Place(
        name=name,
        arn=f"arn:{seen.subject.partition}:s3:::{name}",
        account=seen.shared_owner(FACT, name) or trails[0].owner,
        region=sight["BucketRegion"].text(default=trails[0].home) if there else trails[0].home,
        sight=sight,
        there=there,
        trails=trails,
    )


def why_start_with_care(seen: View, trail: Trail) -> str:
    """Return why log files that a trail starts to write would be seen by the public, or might be; "" for surely not."""
    name = trail["S3BucketName"].text()
    try:
        place = place_of(seen, name)
        found = [look(place.sight).open for look in (open_by_acl, open_by_policy)] if place.there else []
    except UnseenError:
        return f"The bucket {name} could not be read: see that it is closed before log files are written to it."
    if any(one.value for one in found):
        return f"The bucket {name} is open to the public, and so are the log files from then on: close it first."
    if any(one.value is None for one in found):
        return f"It could not be told whether the bucket {name} is open to the public: look before you start."
    return ""


def own_trail(seen: View, arn: str) -> Trail:
    """Return the trail of this ARN among those judged in the account; nothing is recorded in `seen`.

    Raises:
        UnseenError: it is not among them.
    """
    found = next((one for one in survey(seen).here if one.arn == arn), None)
    if found is None:
        raise UnseenError(Unknown("no_trail"), arn)
    return found.recorded_in(Log())
