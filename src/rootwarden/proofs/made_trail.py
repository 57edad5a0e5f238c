"""A trail that is made where there is none, with all that it needs: a locked bucket, its access log and a key.

On wish it sends its events to CloudWatch Logs too. In the management account of an organization it records every
member. Source: CloudTrail User Guide, "Creating a trail
for an organization with the AWS CLI"; API Reference, CreateTrail.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from rootwarden.model.cost import Cost
from rootwarden.model.expect import Expect, Item
from rootwarden.model.plan import Call, Declared, Probe, Step
from rootwarden.proofs import prices
from rootwarden.proofs.event_rate import Events
from rootwarden.proofs.made_bucket import FACT as BUCKETS
from rootwarden.proofs.made_bucket import MadeBucket, bucket_call
from rootwarden.proofs.made_key import MadeKey
from rootwarden.proofs.made_trail_logs import TrailLogs
from rootwarden.proofs.remade_bucket import delivers_from, starts_at
from rootwarden.proofs.resting import on_cloudtrail_trust
from rootwarden.proofs.trail_bucket_policy import SERVICE
from rootwarden.proofs.trail_calls import start, trail_call
from rootwarden.proofs.trail_writers import Writer
from rootwarden.proofs.trails import FACT

# What a trail records that was told nothing (API Reference, PutEventSelectors).
_EVERYTHING = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}


class MadeTrail(Struct, frozen=True, kw_only=True):
    """One trail to be made. `trusts` says that the organization trusts CloudTrail already."""

    writer: Writer
    bucket: MadeBucket
    access_log: MadeBucket
    key: MadeKey
    logs: TrailLogs | None
    trusts: bool
    now: datetime

    @property
    def name(self) -> str:
        """The name of the trail."""
        return self.writer.trail.rpartition("/")[2]

    def steps(self) -> tuple[Step, ...]:
        """Return all calls, the trail last: CloudTrail looks at once whether it may write."""
        logs = self.logs.steps() if self.logs is not None else ()
        trust = () if self.trusts or not self.writer.organization else (_trust(self.writer.trail),)
        made = (*self.access_log.steps(), *self.bucket.steps(), self._log_access())
        return (*trust, *made, *self.key.steps(), *logs, self._create(), start(self.writer.trail))

    def expects(self) -> tuple[Expect, ...]:
        """Return what must hold before: there is no such trail."""
        return (*self.bucket.expects(), Expect(fact=FACT, at=(Item("TrailARN", self.writer.trail),), value=None))

    def then(self) -> tuple[Expect, ...]:
        """Return how the trail, its bucket and its key read afterwards."""
        at = (Item("TrailARN", self.writer.trail),)
        told = {**self._settings, "Name": self.name, "S3BucketName": self.bucket.name, "KmsKeyId": self.key.stand_in}
        told["LogFileValidationEnabled"] = told.pop("EnableLogFileValidation")
        region = self.writer.trail.split(":")[3]
        aside = {"region": region, "HomeRegion": region, "selectors": {"EventSelectors": [dict(_EVERYTHING)]}}
        return (
            Expect(fact=FACT, at=at, value=told),
            Expect(fact=FACT, at=at, value=aside, assumed=True),
            *starts_at(self.now, self.writer.trail),
            *delivers_from(self.now, self.writer.trail),
            *self.bucket.then(),
            Expect(fact=BUCKETS, at=(self.bucket.name, "logging"), value=self._logging),
            *self.key.then(),
        )

    def declared(self) -> tuple[Declared, ...]:
        """Return all of it as code."""
        logging = {"DestinationBucketName": {"Ref": self.access_log.logical}, "LogFilePrefix": f"{self.bucket.name}/"}
        properties: dict[str, Any] = {
            "TrailName": self.name,
            "S3BucketName": {"Ref": self.bucket.logical},
            "KMSKeyId": {"Fn::GetAtt": ["TrailKey", "Arn"]},
            "IsLogging": True,
            **self._settings,
        }
        declared: tuple[Declared, ...] = ()
        if self.logs is not None:
            declared = self.logs.declared()
            group, role = (one.name for one in declared)
            properties["CloudWatchLogsLogGroupArn"] = {"Fn::GetAtt": [group, "Arn"]}
            properties["CloudWatchLogsRoleArn"] = {"Fn::GetAtt": [role, "Arn"]}
        return (
            *self.access_log.declared(),
            *self.bucket.declared(LoggingConfiguration=logging),
            *self.key.declared("TrailKey"),
            *declared,
            Declared(type="AWS::CloudTrail::Trail", name="Trail", properties=properties),
        )

    def cost(self, events: Events) -> Cost:
        """Return what all of it costs a month with so many events; the first copy of management events is free."""
        files = prices.files_cost(events, self.bucket.keep_days // 30)
        costs = [files, prices.key_cost(events.again), prices.access_log_cost(events.again)]
        return prices.together([*costs, prices.log_group_cost(events.again)] if self.logs is not None else costs)

    @property
    def _settings(self) -> dict[str, Any]:
        return {
            "IncludeGlobalServiceEvents": True,
            "IsMultiRegionTrail": True,
            "IsOrganizationTrail": bool(self.writer.organization),
            "EnableLogFileValidation": True,
        }

    @property
    def _logging(self) -> dict[str, str]:
        return {"TargetBucket": self.access_log.name, "TargetPrefix": f"{self.bucket.name}/"}

    def _log_access(self) -> Step:
        status = {"BucketLoggingStatus": {"LoggingEnabled": self._logging}}
        return Step(
            id="logging", does="Log access to the trail bucket", stays=self.bucket.stays,
            stays_as=self.bucket.stays_as, on=(self.bucket.arn,),
            call=bucket_call("PutBucketLogging", self.bucket.name, self.bucket.region, status),
        )  # fmt: skip

    def _create(self) -> Step:
        arn = self.writer.trail
        logs = self.logs.parameters if self.logs is not None else {}
        parameters = {"S3BucketName": self.bucket.name, "KmsKeyId": self.key.arn, **self._settings, **logs}
        return Step(
            id="trail", does=f"Make the trail {self.name}",
            call=Call(
                service="cloudtrail", operation="CreateTrail", region=arn.split(":")[3],
                parameters={"Name": self.name, **parameters},
            ),
            undo=(trail_call("DeleteTrail", arn),), used=self.logs.used if self.logs is not None else (),
            seen=Probe(call=trail_call("GetTrail", arn), done="Trail.TrailARN", absent=("TrailNotFoundException",)),
            on=(arn,),
        )  # fmt: skip


def _trust(trail: str) -> Step:
    principal = {"ServicePrincipal": SERVICE}
    return Step(
        id="trust", does="Let CloudTrail act in all accounts of the organization",
        call=Call(service="organizations", operation="EnableAWSServiceAccess", parameters=principal),
        undo=(Call(service="organizations", operation="DisableAWSServiceAccess", parameters=principal),),
        used=on_cloudtrail_trust(trail, SERVICE),
    )  # fmt: skip
