"""Deleting KMS keys: scheduled by id or ARN, once, and never sooner than in seven days.

Source: KMS API Reference, ScheduleKeyDeletion and UntagResource.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import unix_time
from moto.kms.models import Key
from moto.kms.responses import KmsResponse

from rootwarden.lab.aws_error import AwsError


class KeyDeletion(KmsResponse):
    """moto fails on an ARN, schedules a key again that waits already, and takes tags from it."""

    def schedule_key_deletion(self) -> Any:
        """Disable a key and have it deleted in 7 to 30 days."""
        key, days = self._key_in_life(), int(self._get_param("PendingWindowInDays") or 30)
        if not 7 <= days <= 30:
            raise AwsError("ValidationException", "PendingWindowInDays must be between 7 and 30")
        self.kms_backend.schedule_key_deletion(key.id, days)
        waits = {"KeyId": key.arn, "KeyState": key.key_state, "PendingWindowInDays": days}
        return ActionResult({**waits, "DeletionDate": unix_time(key.deletion_date)})

    def untag_resource(self) -> Any:
        """Take tags from a key that does not wait for its deletion."""
        self._key_in_life()
        return super().untag_resource()

    def _key_in_life(self) -> Key:
        wanted = str(self._get_param("KeyId"))
        key: Key | None = self.kms_backend.keys.get(self.kms_backend.get_key_id(wanted))
        if key is None:
            raise AwsError("NotFoundException", f"Key '{wanted}' does not exist")
        if key.key_state == "PendingDeletion":
            raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
        return key
