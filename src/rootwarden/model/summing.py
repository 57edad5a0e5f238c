"""What did not need to wake anybody, summed up: alerts of one kind, or what one run of a known job did."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Kin(Struct, frozen=True, kw_only=True):
    """Alerts that are alike: `told` is digest or held, `window` what approved them ("" nothing did).

    `code` is "" for all that one run of a known job did. `accounts` is how many accounts they are about, `account` one
    of them; times are those of the records.
    """

    told: str
    code: str
    title: str
    window: str
    alerts: int
    accounts: int
    account: str
    first: datetime
    last: datetime
