"""A log group that a trail sends its events to, and the role by which it does; only where somebody asks for it.

Source: CloudTrail User Guide, "Sending events to CloudWatch Logs" and "Role policy document for CloudTrail to use
CloudWatch Logs for monitoring".
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from rootwarden.model.placeholders import as_json
from rootwarden.model.plan import Call, Declared, Probe, Step
from rootwarden.proofs.resting import on_service_role, on_trail_logs
from rootwarden.proofs.trail_bucket_policy import SERVICE, VERSION
from rootwarden.proofs.trail_writers import Writer

_POLICY = "write-events"


class TrailLogs(Struct, frozen=True, kw_only=True):
    """The log group and the role to be made for one trail; `name` is that of both, `days` how long events stay."""

    name: str
    writer: Writer
    days: int

    @property
    def group_arn(self) -> str:
        """The ARN of the log group as CloudTrail wants it, with the asterisk for all of its streams."""
        _, partition, _, region, account, _ = self.writer.trail.split(":", 5)
        return f"arn:{partition}:logs:{region}:{account}:log-group:{self.name}:*"

    @property
    def role_arn(self) -> str:
        """The ARN of the role."""
        return f"arn:{self.writer.trail.split(':')[1]}:iam::{self.writer.account}:role/{self.name}"

    def steps(self) -> tuple[Step, ...]:
        """Return the calls that make them; log group and events stay when they are taken back, the role does not."""
        region = self.writer.trail.split(":")[3]
        group, role = {"logGroupName": self.name}, {"RoleName": self.name}
        stays = f"the log group {self.name} stays with the events that were written to it"
        looked = Call(service="logs", operation="DescribeLogGroups", region=region,
                      parameters={"logGroupNamePrefix": self.name})  # fmt: skip
        on_group, on_role = (self.group_arn, self.group_arn.removesuffix(":*")), (self.role_arn,)
        trust, policy = as_json(self._trust), as_json(self._policy)
        used = on_service_role(self.name, self.role_arn, self.writer.trail, (_POLICY,))
        return (
            Step(
                id="log-group", does=f"Make the log group {self.name}", stays=stays, stays_as=(), on=on_group,
                call=Call(service="logs", operation="CreateLogGroup", region=region, parameters=group),
                seen=Probe(call=looked, done=f"logGroups[?logGroupName=='{self.name}']"),
            ),
            Step(
                id="log-days", does=f"Keep events for {self.days} days", stays=stays, stays_as=(), on=on_group,
                call=Call(
                    service="logs", operation="PutRetentionPolicy", region=region,
                    parameters={**group, "retentionInDays": self.days},
                ),
            ),
            Step(
                id="log-role", does="Make the role by which CloudTrail writes there", on=on_role,
                call=Call(
                    service="iam", operation="CreateRole", parameters={**role, "AssumeRolePolicyDocument": trust}
                ),
                undo=(Call(service="iam", operation="DeleteRole", parameters=role),), used=used,
                seen=Probe(
                    call=Call(service="iam", operation="GetRole", parameters=role), done="Role",
                    absent=("NoSuchEntity",),
                ),
            ),
            Step(
                id="log-policy", does="Let the role write there", on=on_role,
                call=Call(
                    service="iam", operation="PutRolePolicy",
                    parameters={**role, "PolicyName": _POLICY, "PolicyDocument": policy},
                ),
                undo=(
                    Call(service="iam", operation="DeleteRolePolicy", parameters={**role, "PolicyName": _POLICY}),
                ),
                used=used,
            ),
        )  # fmt: skip

    @property
    def used(self) -> tuple[Probe, ...]:
        """By which it is found out whether somebody counts or forwards what the trail writes there."""
        return on_trail_logs(self.name, self.writer.trail.split(":")[3])

    @property
    def parameters(self) -> dict[str, str]:
        """What CreateTrail is told."""
        return {"CloudWatchLogsLogGroupArn": self.group_arn, "CloudWatchLogsRoleArn": self.role_arn}

    def declared(self) -> tuple[Declared, ...]:
        """Return them as code."""
        role = {
            "RoleName": self.name,
            "AssumeRolePolicyDocument": self._trust,
            "Policies": [{"PolicyName": _POLICY, "PolicyDocument": self._policy}],
        }
        group = {"LogGroupName": self.name, "RetentionInDays": self.days}
        return (
            Declared(type="AWS::Logs::LogGroup", name="TrailLogGroup", properties=group),
            Declared(type="AWS::IAM::Role", name="TrailLogRole", properties=role),
        )

    @property
    def _trust(self) -> dict[str, Any]:
        return _document("sts:AssumeRole", Principal={"Service": SERVICE})

    @property
    def _policy(self) -> dict[str, Any]:
        region = self.writer.trail.split(":")[3]
        start = f"{self.group_arn.removesuffix('*')}log-stream:"
        streams = [f"{start}{self.writer.account}_CloudTrail_{region}*"]
        streams += [f"{start}{self.writer.organization}_*"] if self.writer.organization else []
        return _document(["logs:CreateLogStream", "logs:PutLogEvents"], Resource=streams)


def _document(action: Any, **more: Any) -> dict[str, Any]:
    return {"Version": VERSION, "Statement": [{"Effect": "Allow", "Action": action, **more}]}
