"""Who the reading is, inside each account."""

from __future__ import annotations

from typing import Any

from rootwarden.aws.collectors import of_account
from rootwarden.aws.visit import Visit


@of_account("account.identity")
def identity(visit: Visit) -> dict[str, Any]:
    """Return the caller as this account sees it."""
    answer = visit.ask.call("sts", "GetCallerIdentity")
    return {"Account": answer["Account"], "Arn": answer["Arn"]}
