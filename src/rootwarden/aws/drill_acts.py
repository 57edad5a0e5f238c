"""What a drill does in AWS: a root session that only reads, a marked event, an alarm that is set off and put back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

from rootwarden.aws.hop import ROOT_SECONDS, task_policy_arn
from rootwarden.aws.opening import Way
from rootwarden.aws.own_clients import OwnClients
from rootwarden.aws.sessions import new_session
from rootwarden.model.drill import DRILL_SOURCE

T = TypeVar("T")


class ActError(Exception):
    """AWS refused, or did not do, what a drill wanted; says what, and what AWS said."""


class RootSession(Struct, frozen=True):
    """A root session that was opened: the key it has, and what the caller carries, if the caller could carry it."""

    key: str
    caller_key: str
    source_identity: str
    note: str = ""


class AlarmSeen(Struct, frozen=True):
    """An alarm as it stands: its state with its reason, its actions, and whether they are enabled.

    `actions` are what it does when it rings, `others` what it does when it stops (OKActions, InsufficientDataActions):
    a drill that puts it back sets those off too.
    """

    name: str
    arn: str
    state: str
    reason: str
    actions: tuple[str, ...]
    others: tuple[str, ...]
    enabled: bool


class DrillActs:
    """Everything that a drill does in AWS, in the name of `way`."""

    def __init__(self, way: Way) -> None:
        """Take how to reach AWS; nothing is asked yet."""
        self._way, self._clients = way, OwnClients(way, "rootwarden-drill")

    def account(self) -> tuple[str, str]:
        """Return (account, partition) of the caller.

        Raises:
            ActError: AWS does not say.
        """
        sts: Any = self._clients("sts")
        answer = _told("sts:GetCallerIdentity", sts.get_caller_identity)
        return str(answer["Account"]), str(answer["Arn"]).split(":")[1]

    # -- a root session --------------------------------------------------------------------------------------------
    def open_root(
        self, role: str, target: str, partition: str, identity: str, known: Callable[[str], None]
    ) -> RootSession:
        """Assume the role for this drill alone, then root of a member with the read-only task policy; look once.

        `identity` is the source identity to carry. `known` is told of each access key as soon as it is issued, before
        anything is done with it.

        Raises:
            ActError: STS refuses; names the call.
        """
        sts, caller_key, carried, note = self._caller(role, identity, known)
        answer = _told(
            f"sts:AssumeRoot on {target}",
            lambda: sts.assume_root(
                TargetPrincipal=target, TaskPolicyArn={"arn": task_policy_arn(partition)}, DurationSeconds=ROOT_SECONDS
            ),
        )
        keys = answer["Credentials"]
        known(str(keys["AccessKeyId"]))
        iam: Any = self._with(keys, "iam")
        _told("iam:GetAccountSummary as root", iam.get_account_summary)
        return RootSession(str(keys["AccessKeyId"]), caller_key, carried, note)

    def _caller(self, role: str, identity: str, known: Callable[[str], None]) -> tuple[Any, str, str, str]:
        sts: Any = self._clients("sts")
        if not role:
            return sts, "", "", "no role was named: AssumeRoot itself cannot be told from that of others"
        wanted = {"RoleArn": role, "RoleSessionName": "rootwarden-drill"}
        try:
            answer = sts.assume_role(**wanted, SourceIdentity=identity)
            note = ""
        except BotoCoreError as error:
            raise ActError(f"sts:AssumeRole {role}: {error}") from error
        except ClientError:  # the role does not trust sts:SetSourceIdentity, or the caller carries another one
            answer = _told(f"sts:AssumeRole {role}", lambda: sts.assume_role(**wanted))
            note, identity = "the role does not let the drill carry a source identity; its key alone marks it", ""
        keys = answer["Credentials"]
        known(str(keys["AccessKeyId"]))
        return self._with(keys, "sts"), str(keys["AccessKeyId"]), identity, note

    def _with(self, keys: Mapping[str, Any], service: str) -> BaseClient:
        home: BaseClient = self._clients("sts")
        session = new_session()
        client: BaseClient = session.create_client(
            service, region_name=home.meta.region_name, endpoint_url=self._way.endpoint_url or None,
            aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )  # fmt: skip
        return client

    # -- a marked event --------------------------------------------------------------------------------------------
    def put_event(self, region: str, account: str, event_id: str, now: datetime) -> None:
        """Put a record that is marked as a drill's on the default event bus.

        AWS lets nobody put events whose source begins with `aws.` (EventBridge API reference, PutEventsRequestEntry),
        so that a rule of its own lets the drill's through.

        Raises:
            ActError: EventBridge refuses.
        """
        entry = {
            "Source": DRILL_SOURCE,
            "DetailType": "AWS API Call via CloudTrail",
            "Detail": json.dumps(synthetic_record(region, account, event_id, now)),
        }
        events: Any = self._clients("events", region)
        answer = _told("events:PutEvents", lambda: events.put_events(Entries=[entry]))
        if answer.get("FailedEntryCount"):
            first = answer["Entries"][0]
            raise ActError(f"events:PutEvents: {first.get('ErrorCode')} {first.get('ErrorMessage', '')}")

    # -- an alarm --------------------------------------------------------------------------------------------------
    def see_alarm(self, region: str, name: str) -> AlarmSeen | None:
        """Return an alarm as it stands, None if there is none of this name.

        Raises:
            ActError: CloudWatch refuses.
        """
        cloudwatch: Any = self._clients("cloudwatch", region)
        # Without types CloudWatch shows metric alarms only (API reference, DescribeAlarms).
        asked = {"AlarmNames": [name], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
        answer = _told("cloudwatch:DescribeAlarms", lambda: cloudwatch.describe_alarms(**asked))
        for one in (*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())):
            return AlarmSeen(
                name=name, arn=str(one["AlarmArn"]), state=str(one["StateValue"]),
                reason=str(one.get("StateReason", "")), actions=tuple(one.get("AlarmActions", ())),
                others=(*one.get("OKActions", ()), *one.get("InsufficientDataActions", ())),
                enabled=bool(one.get("ActionsEnabled", True)),
            )  # fmt: skip
        return None

    def set_alarm(self, region: str, name: str, state: str, reason: str) -> None:
        """Set an alarm to a state, with a reason that everybody is told.

        Raises:
            ActError: CloudWatch refuses.
        """
        cloudwatch: Any = self._clients("cloudwatch", region)
        _told(
            f"cloudwatch:SetAlarmState {name} {state}",
            lambda: cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason=reason),
        )


def judged_anew(alarm: AlarmSeen | None, wanted: str, mark: str) -> str:
    """Return what became of an alarm that was put back to a state: "" if it has it, else why that is fine.

    CloudWatch judges a metric alarm again within its period, whatever it was set to ("SetAlarmState", API reference).

    Raises:
        ActError: it is gone, or rings still because of the drill that carries `mark`.
    """
    if alarm is None:
        raise ActError("the alarm is gone")
    if alarm.state == wanted:
        return ""
    if alarm.state == "ALARM" and mark in alarm.reason:
        raise ActError(f"the alarm {alarm.name} is in ALARM still, not {wanted}")
    return f"CloudWatch has judged the alarm {alarm.name} anew: it is {alarm.state} ({alarm.reason[:200]})"


def synthetic_record(region: str, account: str, event_id: str, now: datetime) -> dict[str, Any]:
    """Return a record as of a root user who looked at something, marked as made up in every way a record can be."""
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "Root", "principalId": account, "arn": f"arn:aws:iam::{account}:root", "accountId": account,
        },
        "eventTime": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "iam.amazonaws.com",
        "eventName": "GetAccountSummary",
        "awsRegion": region,
        "sourceIPAddress": "192.0.2.1",
        "userAgent": "rootwarden-drill (synthetic, nothing of it happened)",
        "requestParameters": None,
        "responseElements": None,
        "additionalEventData": {"rootwardenDrill": event_id},
        "requestID": event_id,
        "eventID": event_id,
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }  # fmt: skip


def _told(call: str, ask: Callable[[], T]) -> T:
    try:
        return ask()
    except ClientError as error:
        told = error.response.get("Error", {})
        raise ActError(f"{call}: {told.get('Code', '')} {told.get('Message', '')}".strip()) from error
    except BotoCoreError as error:
        raise ActError(f"{call}: {error}") from error
