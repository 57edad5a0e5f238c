"""The trails that write to one bucket, whichever account in scope they belong to: a policy must let in all of them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from rootwarden.model.readings import UnseenError
from rootwarden.model.sight import Log
from rootwarden.model.view import View
from rootwarden.proofs.trails import FACT, Trail, survey, trail_at


class Writer(Struct, frozen=True, gc=False, kw_only=True):
    """One trail that writes: its ARN, its account, the prefix of its files, and the organization whose trail it is."""

    trail: str
    account: str
    prefix: str = ""
    organization: str = ""

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders of its files, as the policy of the bucket names them.

        Source: CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail".
        """
        start = f"{self.prefix}/AWSLogs" if self.prefix else "AWSLogs"
        owners = (self.account, self.organization) if self.organization else (self.account,)
        return tuple(f"{start}/{owner}/" for owner in owners)


def writers_of(seen: View, bucket: str) -> tuple[Writer, ...]:
    """Return all trails in scope that write to a bucket, by ARN; nothing is recorded.

    Raises:
        UnseenError: trails of the account are unread, or it cannot be told of one whether it is an organization's.
    """
    found = survey(seen)
    if found.why_incomplete is not None:
        raise found.why_incomplete
    trails = {one.arn: one for one in (*found.here, *found.elsewhere)}
    for account in _others(seen):
        for arn in seen.shared_names(FACT, account):
            if arn not in trails:
                trails[arn] = trail_at(seen, arn)
    mine = (one for _, one in sorted(trails.items()) if one.sight.told("S3BucketName") == bucket)
    return tuple(writer_of(seen, one) for one in mine)


def writer_of(seen: View, trail: Trail) -> Writer:
    """Return a trail as one who writes.

    Raises:
        UnseenError: it cannot be told whether it is an organization's trail, or of which.
    """
    aside = trail.recorded_in(Log())
    organization = ""
    if aside["IsOrganizationTrail"].flag(default=False):
        organization = seen.about().organization["org.organization"]["Id"].text()
    return Writer(
        trail=trail.arn, account=trail.owner, prefix=aside["S3KeyPrefix"].text(default=""), organization=organization
    )


def _others(seen: View) -> Iterator[str]:
    try:
        rows = seen.about().organization["org.accounts"].plain(default=None)
    except UnseenError:
        return
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("Id"), str) and row["Id"] != seen.subject.account:
            yield row["Id"]
