"""GuardDuty with one detector for each account and Region, as AWS has it.

Sources: GuardDuty API Reference, CreateDetector, UpdateDetector and DeleteDetector; the words of the refusals are those
that users of AWS report.
"""

from __future__ import annotations

import json
from typing import Any

from moto.guardduty.models import Detector
from moto.guardduty.responses import GuardDutyResponse

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.services.guardduty_around import around

_EXISTS = "The request is rejected because a detector already exists for the current account."
_NOT_YOURS = "The request is rejected because the input detectorId is not owned by the current account."

_HAS_MEMBERS = (
    "The request is rejected because the current account cannot delete detector while it has invited or associated "
    "members."
)


class GuardDuty(GuardDutyResponse):
    """moto makes any number of detectors, and again for the same token; it deletes what is not there."""

    def create_detector(self) -> str:
        """Make the detector; the same token gives back the one made with it, another is refused."""
        token = self._get_param("clientToken")
        for held in self.guardduty_backend.detectors.values():
            if token and getattr(held, "client_token", None) == token:
                return json.dumps({"detectorId": held.id})
            raise AwsError("BadRequestException", _EXISTS)
        answer: str = super().create_detector()
        made: Any = self._detector(json.loads(answer)["detectorId"])
        made.client_token = token
        return answer

    def get_detector(self) -> str:
        """Return a detector."""
        shown: dict[str, Any] = self._detector(self.path.split("/")[-1]).to_json()
        return json.dumps(shown)

    def update_detector(self) -> str:
        """Change a detector."""
        self._detector(self.path.split("/")[-1])
        return str(super().update_detector())

    def delete_detector(self) -> str:
        """Delete a detector that is there, and watches over no members."""
        name = self._detector(self.path.split("/")[-1]).id
        if around[self.current_account][self.region].members.get(name):
            raise AwsError("BadRequestException", _HAS_MEMBERS)
        return str(super().delete_detector())

    def _detector(self, name: str) -> Detector:
        held: Detector | None = self.guardduty_backend.detectors.get(name)
        if held is None:
            raise AwsError("BadRequestException", _NOT_YOURS)
        return held
