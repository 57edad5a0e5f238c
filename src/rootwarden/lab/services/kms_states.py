"""Keys switched on and off, and saved from their deletion, by id or ARN; a key in another state refuses.

Source: AWS KMS Developer Guide, "Key states of AWS KMS keys": the table of operations by state.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.kms.models import Key
from moto.kms.responses import KmsResponse

from rootwarden.lab.aws_error import AwsError

_WAITING = "PendingDeletion"


class KmsStates(KmsResponse):
    """moto finds these keys by their bare id only, and lets anything be done in any state."""

    def enable_key(self) -> Any:
        """Switch a key on."""
        key = self._in_state(waiting=False)
        self.kms_backend.enable_key(key.id)
        return EmptyResult()

    def disable_key(self) -> Any:
        """Switch a key off."""
        key = self._in_state(waiting=False)
        self.kms_backend.disable_key(key.id)
        return EmptyResult()

    def cancel_key_deletion(self) -> Any:
        """Keep a key that waits for its deletion; it is switched off then."""
        key = self._in_state(waiting=True)
        self.kms_backend.cancel_key_deletion(key.id)
        return ActionResult({"KeyId": key.arn})

    def _in_state(self, *, waiting: bool) -> Key:
        """Return the key that is named, if it waits for its deletion, or if it does not."""
        wanted = str(self._get_param("KeyId"))
        key: Key | None = self.kms_backend.keys.get(self.kms_backend.get_key_id(wanted))
        if key is None:
            raise AwsError("NotFoundException", f"Key '{wanted}' does not exist")
        if (key.key_state == _WAITING) is not waiting:
            state = "pending deletion" if key.key_state == _WAITING else "not pending deletion"
            raise AwsError("KMSInvalidStateException", f"{key.arn} is {state}.")
        return key
