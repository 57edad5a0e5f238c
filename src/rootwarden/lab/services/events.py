"""Event buses that carry events as AWS writes them to queues, topics, log groups and the buses of other accounts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.events.exceptions import InvalidEventPatternException
from moto.events.models import EventBus, EventPattern, events_backends
from moto.events.responses import EventsHandler
from moto.moto_api._internal import mock_random

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.callers import caller_of
from rootwarden.lab.clock import iso, now
from rootwarden.lab.membership import organization_of
from rootwarden.lab.sending.buses import put
from rootwarden.lab.sending.permission import lets_in

_MOST, _MOST_BYTES, _MOST_PATTERN = 10, 262_144, 2048
_STATES = ("ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
_ENVELOPE = ("id", "account", "source", "time", "region", "resources", "detail-type")


class Events(EventsHandler):
    """moto leaves out the account, fails at topics, takes foreign buses for its own, and tests no pattern."""

    def put_events(self) -> Any:
        """Put up to ten events on buses; each may fail by itself."""
        entries: list[dict[str, Any]] = self._get_param("Entries") or []
        if not 1 <= len(entries) <= _MOST:
            raise AwsError("ValidationException", "Between 1 and 10 entries are wanted.")
        if sum(len(str(one.get("Detail", ""))) for one in entries) > _MOST_BYTES:
            raise AwsError("ValidationException", "Total size of the entries in the request is over the limit.")
        answers = [self._put(one) for one in entries]
        return ActionResult({"FailedEntryCount": sum("ErrorCode" in one for one in answers), "Entries": answers})

    def _put(self, entry: dict[str, Any]) -> dict[str, str]:
        missing = next((name for name in ("Source", "DetailType", "Detail") if not entry.get(name)), None)
        if missing:
            reason = f"Parameter {missing} is not valid. Reason: {missing} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": reason}
        if str(entry["Source"]).startswith("aws."):
            text = "Not authorized for the source."
            return {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": text}
        try:
            detail = json.loads(entry["Detail"])
        except ValueError:
            return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
        if not isinstance(detail, dict):
            return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
        bus = self._bus(str(entry.get("EventBusName") or "default"))
        event = {
            "version": "0",
            "id": str(mock_random.uuid4()),
            "detail-type": entry["DetailType"],
            "source": entry["Source"],
            "account": self.current_account,
            "time": iso(_instant(entry.get("Time"))),
            "region": bus.region,
            "resources": entry.get("Resources") or [],
            "detail": detail,
        }
        put(bus, event)
        return {"EventId": event["id"]}

    def _bus(self, name: str) -> EventBus:
        """Return a bus by name, or by ARN; another account's only if its policy lets the caller in."""
        if not name.startswith("arn:"):
            return self.events_backend.describe_event_bus(name)
        _, _, _, region, account, resource = name.split(":", 5)
        bus: EventBus | None = events_backends[account][region].event_buses.get(resource.removeprefix("event-bus/"))
        if bus is None:
            raise AwsError("ResourceNotFoundException", f"Event bus {name} does not exist.")
        if account != self.current_account and not self._let_in(bus):
            caller = caller_of(self.access_key, self.current_account)
            text = f"User: {caller.arn} is not authorized to perform: events:PutEvents on resource: {bus.arn}"
            raise AwsError("AccessDeniedException", text)
        return bus

    def _let_in(self, bus: EventBus) -> bool:
        caller = caller_of(self.access_key, self.current_account)
        principals = {caller.arn, caller.account, f"arn:aws:iam::{caller.account}:root"}
        principals |= {caller.session.issuer_arn} if caller.session else set()
        context = {"aws:principalaccount": caller.account, "aws:principalarn": caller.arn}
        organization = organization_of(caller.account)
        if organization is not None and organization.org is not None:
            context["aws:principalorgid"] = organization.org.id
        return lets_in(bus.policy, principals, "events:PutEvents", bus.arn, context)

    def test_event_pattern(self) -> Any:
        """Say whether a pattern matches an event, which must have its whole envelope."""
        pattern = _pattern(str(self._get_param("EventPattern")))
        try:
            event = json.loads(str(self._get_param("Event")))
        except ValueError as error:
            raise AwsError("InvalidEventPatternException", "Event is not valid. Reason: Invalid JSON") from error
        missing = [name for name in _ENVELOPE if not isinstance(event, dict) or name not in event]
        if missing:
            raise AwsError("ValidationException", f"Parameter Event is not valid. Reason: {missing[0]} is missing")
        return ActionResult({"Result": pattern.matches_event(event)})

    def put_rule(self) -> Any:
        """Set a rule; a pattern must be one and not longer than AWS allows."""
        pattern, state = self._get_param("EventPattern"), self._get_param("State")
        if state is not None and state not in _STATES:
            raise AwsError("ValidationException", f"Value '{state}' at 'state' must be one of {', '.join(_STATES)}")
        if pattern:
            _pattern(str(pattern))
            if len(str(pattern)) > _MOST_PATTERN:
                raise AwsError("LimitExceededException", "The event pattern is longer than 2048 characters.")
        return super().put_rule()

    def put_permission(self) -> Any:
        """Let others put events on a bus; a whole policy replaces the one before."""
        bus = self.events_backend.describe_event_bus(self._get_param("EventBusName"))
        policy, principal = self._get_param("Policy"), self._get_param("Principal")
        if not policy:
            super().put_permission()
            if principal == "*":
                everybody: Any = "*"  # moto thinks that a principal is always an object
                bus._statements[str(self._get_param("StatementId"))].principal = everybody
            return EmptyResult()
        try:
            document = json.loads(policy)
            statements = [{"Sid": f"statement-{number}"} | one for number, one in enumerate(document["Statement"])]
        except (ValueError, KeyError, TypeError) as error:
            raise AwsError("ValidationException", "This policy contains invalid Json") from error
        bus.remove_statements()
        bus.add_policy(document | {"Statement": statements})
        return EmptyResult()


def _pattern(text: str) -> EventPattern:
    try:
        pattern = EventPattern.load(text)
    except InvalidEventPatternException as error:
        raise AwsError("InvalidEventPatternException", str(error.message)) from error
    if not pattern.get_pattern():
        raise AwsError("InvalidEventPatternException", "Event pattern is not valid. Reason: Empty pattern")
    return pattern


def _instant(value: Any) -> datetime:
    if value is None:
        return now()
    return value if isinstance(value, datetime) else datetime.fromtimestamp(float(value), UTC)
