"""What hangs on a detector of GuardDuty: members that it watches over, filters, and places where findings are sent.

Sources: GuardDuty API Reference, CreateMembers, ListMembers, ListFilters, CreatePublishingDestination; the words with
which a detector that has members is kept are those that users of AWS report.
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.guardduty.responses import GuardDutyResponse

from rootwarden.lab.clock import now


class Around(BaseBackend):
    """Members and destinations of one account and Region, by detector."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start without any."""
        super().__init__(region_name, account_id)
        self.members: dict[str, list[dict[str, Any]]] = {}
        self.destinations: dict[str, list[dict[str, Any]]] = {}


around: BackendDict[Around] = BackendDict(Around, "guardduty")


class GuardDutyAround(GuardDutyResponse):
    """moto knows no members and no destinations, and lists no filters."""

    def create_members(self) -> str:
        """Note members; nobody is invited."""
        held = self._around.members.setdefault(self._of_path(), [])
        for one in self._get_param("accountDetails") or ():
            about = {"relationshipStatus": "Created", "updatedAt": now().isoformat()}
            held.append({"masterId": self.current_account, **one, **about})
        return json.dumps({"unprocessedAccounts": []})

    def list_members(self) -> str:
        """Return the members of a detector."""
        return json.dumps({"members": self._around.members.get(self._of_path(), [])})

    def list_filters(self) -> str:
        """Return the names of the filters of a detector."""
        detector = self.guardduty_backend.get_detector(self._of_path())
        return json.dumps({"filterNames": list(detector.filters)})

    def create_publishing_destination(self) -> str:
        """Note where findings shall be sent."""
        held = self._around.destinations.setdefault(self._of_path(), [])
        name = f"destination-{len(held) + 1}"
        kind = self._get_param("destinationType")
        held.append({"destinationId": name, "destinationType": kind, "status": "PUBLISHING"})
        return json.dumps({"destinationId": name})

    def list_publishing_destinations(self) -> str:
        """Return where the findings of a detector are sent."""
        return json.dumps({"destinations": self._around.destinations.get(self._of_path(), [])})

    @property
    def _around(self) -> Around:
        return around[self.current_account][self.region]

    def _of_path(self) -> str:
        return self.path.split("/detector/", 1)[1].split("/", 1)[0]
