"""What AWS Control Tower made is never changed from outside: it would drift, and be put back or break the landing zone.

Source: AWS Control Tower User Guide, "Guidance for creating and modifying AWS Control Tower resources" and "About AWS
accounts in AWS Control Tower": its trails and buckets are called aws-controltower-something.
"""

from __future__ import annotations

from rootwarden.model.remedy import Not

_PREFIX = "aws-controltower-"


def of_landing_zone(name: str) -> Not | None:
    """Return why a trail or bucket of this name, or ARN, is left alone; None if it is not Control Tower's."""
    short = name.rpartition(":::")[2].rpartition("/")[2]
    if not short.startswith(_PREFIX):
        return None
    return Not(f"{short} belongs to AWS Control Tower", "change it in the settings of the landing zone")
