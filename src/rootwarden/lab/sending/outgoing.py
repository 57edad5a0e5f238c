"""The door for CloudTrail records: what a trail covers waits for its log file, and goes to EventBridge and a log group.

Source: CloudTrail User Guide, "Sending events to CloudWatch Logs"; EventBridge User Guide: events from CloudTrail need
a trail that logs.
"""

from __future__ import annotations

import json

from moto.cloudtrail.models import Trail
from moto.logs.models import logs_backends

from rootwarden.lab.sending.buses import bus_at, has_rules, put
from rootwarden.lab.sending.log_groups import write
from rootwarden.lab.sending.trail_events import MOST_BYTES, event_of
from rootwarden.lab.sending.undelivered import lose
from rootwarden.lab.sending.waiting import hold
from rootwarden.lab.state import Record, account_state, lab_state
from rootwarden.lab.trail_cover import covering

_HOME = "us-east-1"


def send_record(account: str, record: Record) -> None:
    """Add a record to an account's history, and send it wherever its trails send it. Costs little without a trail."""
    account_state(account).records.append(record)
    if lab_state().quiet:
        return
    trails = covering(account, record)
    if not trails:
        return
    for trail in trails:
        hold(trail, account, record)
    grouped = [trail for trail in trails if trail.cw_log_group_arn]
    region = str(record.get("awsRegion") or _HOME)
    heard = has_rules(account, region)
    if not heard and not grouped:
        return
    text = json.dumps(record)
    if len(text) > MOST_BYTES:
        return
    for trail in grouped:
        _write_to_group(trail, account, region, text)
    if heard:
        _put_on_bus(account, region, record)


def _put_on_bus(account: str, region: str, record: Record) -> None:
    event, bus = event_of(record, account, region), bus_at(account, region, "default")
    if event is not None and bus is not None:
        put(bus, event)


def _write_to_group(trail: Trail, account: str, region: str, text: str) -> None:
    """Write to the trail's log group; streams are named as CloudTrail names them, one for each account and Region."""
    _, _, _, home, owner, _, name = trail.cw_log_group_arn.removesuffix(":*").split(":", 6)
    if name not in logs_backends[owner][home].groups:
        lose(trail.arn, trail.cw_log_group_arn, f"the log group {name} does not exist")
        return
    write(owner, home, name, f"{account}_CloudTrail_{region}", [text])
