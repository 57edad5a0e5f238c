"""Cost Anomaly Detection of an account: its monitors, who is told, and the anomalies that a story says were found."""

from __future__ import annotations

from typing import Any

import msgspec
from moto.core.base_backend import BackendDict, BaseBackend


class Anomalies(BaseBackend):
    """Monitors and subscriptions by ARN, and anomalies as GetAnomalies shows them."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start with none of them."""
        super().__init__(region_name, account_id)
        self.monitors: dict[str, dict[str, Any]] = {}
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self.found: list[dict[str, Any]] = []


_anomalies: BackendDict[Anomalies] = BackendDict(
    Anomalies, "rootwarden-anomalies", use_boto3_regions=False, additional_regions=["aws"]
)


def anomalies_of(account: str) -> Anomalies:
    """Return what an account has of them."""
    return _anomalies[account]["aws"]


def set_anomalies(account: str, body: Any) -> int:
    """Set the anomalies that GetAnomalies answers with; `body` is a list of them. Return how many.

    Raises:
        msgspec.ValidationError: it is no list of objects.
    """
    anomalies_of(account).found = msgspec.convert(body, list[dict[str, Any]])
    return len(anomalies_of(account).found)
