"""The list of buckets, which tells the Region of each when it is asked for in pages.

Source: Amazon S3 API Reference, ListBuckets: BucketRegion is there in answers to paginated requests.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.s3.responses import S3Response


class S3Lists(S3Response):
    """moto knows the Region of each bucket and keeps it to itself."""

    def all_buckets(self) -> Any:
        """List the buckets of the account."""
        paged = self._get_param("max-buckets") is not None
        if not paged:
            return super().all_buckets()
        self.data["Action"] = "ListAllMyBuckets"
        self._authenticate_and_authorize_s3_action()
        found = self.backend.list_buckets(
            prefix=self._get_param("prefix"),
            bucket_region=self._get_param("bucket-region"),
            max_buckets=self._get_param("max-buckets"),
        )
        self.data["Action"] = "ListBuckets"
        shown = [
            {"Name": one.name, "CreationDate": one.creation_date_ISO8601, "BucketRegion": one.region_name}
            for one in found
        ]
        return self.serialized(ActionResult({"Buckets": shown}))
