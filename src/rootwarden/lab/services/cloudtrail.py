"""Trails as members of an organization see them, with buckets in other accounts and selectors that can be trusted."""

from __future__ import annotations

import json
from typing import Any

from moto.cloudtrail.models import CloudTrailBackend, Trail, cloudtrail_backends
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.s3.models import s3_backends

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.deliveries import forget, status_of
from rootwarden.lab.membership import administers, organization_of, trusts
from rootwarden.lab.policy_check import as_list
from rootwarden.lab.trail_keys import key_arn
from rootwarden.lab.trail_views import find_trail, listed_trails, visible_trails

PRINCIPAL = "cloudtrail.amazonaws.com"
_EVERYTHING = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}


class CloudTrail(CloudTrailResponse):
    """moto keeps trails inside one account and answers every status as if a log file had just arrived."""

    # -- reading ---------------------------------------------------------------------------------------------------
    def describe_trails(self) -> Any:
        """List the trails of this account and Region, copies of others' included unless told otherwise."""
        wanted = self._get_param("trailNameList") or []
        shadows = self._get_bool_param("includeShadowTrails", True)
        trails = visible_trails(self.current_account, self.region, shadows=shadows)
        if wanted:
            trails = [trail for name in wanted if (trail := find_trail(self.current_account, self.region, name))]
        return ActionResult({"trailList": [_described(trail) for trail in trails]})

    def get_trail(self) -> Any:
        """Return one trail."""
        return ActionResult({"Trail": _described(self._visible("Name"))})

    def list_trails(self) -> Any:
        """List name, ARN and home of every trail the account sees, whatever its Region."""
        return ActionResult({"Trails": [trail.short() for trail in listed_trails(self.current_account)]})

    def get_trail_status(self) -> Any:
        """Return whether the trail logs and how its deliveries go; members may ask for an organization trail."""
        return ActionResult(status_of(self._visible("Name")))

    def get_event_selectors(self) -> Any:
        """Return what the trail records; a trail without selectors records all management events."""
        trail = self._visible("TrailName")
        answer: dict[str, Any] = {"TrailARN": trail.arn}
        if trail.advanced_event_selectors:
            answer["AdvancedEventSelectors"] = trail.advanced_event_selectors
        else:
            answer["EventSelectors"] = trail.event_selectors or [_EVERYTHING]
        return ActionResult(answer)

    def _visible(self, parameter: str) -> Trail:
        name = str(self._get_param(parameter))
        trail = find_trail(self.current_account, self.region, name)
        if trail is None:
            raise AwsError("TrailNotFoundException", f"Unknown trail: {name} for the user: {self.current_account}")
        return trail

    # -- writing ---------------------------------------------------------------------------------------------------
    def create_trail(self) -> Any:
        """Create a trail; its bucket must let CloudTrail write, in whichever account it is."""
        _refuse_bucket(str(self._get_param("S3BucketName")), self.partition)
        organization = self._get_bool_param("IsOrganizationTrail", False)
        owner = self._organization_owner() if organization else str(self.current_account)
        if str(self._get_param("Name")) in self._home(owner).trails:
            raise AwsError("TrailAlreadyExistsException", f"Trail {self._get_param('Name')} already exists.")
        arn = f"arn:{self.partition}:cloudtrail:{self.region}:{owner}:trail/{self._get_param('Name')}"
        named = str(self._get_param("KmsKeyId") or "")
        key = key_arn(named, owner, self.region, arn, str(self._get_param("S3BucketName")))
        self.current_account = owner  # a delegated administrator creates the trail in the managing account
        answer = super().create_trail()
        self._home(owner).trails[str(self._get_param("Name"))].kms_key_id = key
        return answer

    def update_trail(self) -> Any:
        """Change a trail of one's own."""
        trail = self._owned("Name")
        if bucket := self._get_param("S3BucketName"):
            _refuse_bucket(str(bucket), self.partition)
        wanted = self._get_param("KmsKeyId")
        key = trail.kms_key_id
        if wanted is not None:
            bucket = str(self._get_param("S3BucketName") or trail.bucket_name)
            key = key_arn(str(wanted), trail.account_id, self.region, trail.arn, bucket)
        answer = super().update_trail()
        trail.kms_key_id = key
        return answer

    def start_logging(self) -> Any:
        """Begin to record; what was known of earlier deliveries is history."""
        trail = self._owned("Name")
        forget(trail.arn)
        trail.start_logging()
        return EmptyResult()

    def stop_logging(self) -> Any:
        """Stop recording."""
        trail = self._owned("Name")
        forget(trail.arn)
        trail.stop_logging()
        return EmptyResult()

    def delete_trail(self) -> Any:
        """Delete a trail of one's own."""
        trail = self._owned("Name")
        forget(trail.arn)
        self._home(trail.account_id, trail.region_name).trails.pop(trail.trail_name)
        return EmptyResult()

    def put_event_selectors(self) -> Any:
        """Set basic or advanced selectors; either replaces the other."""
        trail = self._owned("TrailName")
        asked: dict[str, Any] = json.loads(self.body)
        trail.event_selectors = asked.get("EventSelectors") or []
        trail.advanced_event_selectors = asked.get("AdvancedEventSelectors") or []
        shown = {name: asked[name] for name in ("EventSelectors", "AdvancedEventSelectors") if asked.get(name)}
        return ActionResult({"TrailARN": trail.arn, **shown})

    def _owned(self, parameter: str) -> Trail:
        """Return the trail to change: one's own, or the organization's for its administrators, at its home Region."""
        trail = self._visible(parameter)
        organization = organization_of(self.current_account)
        manages = organization is not None and administers(self.current_account, organization, PRINCIPAL)
        if trail.account_id != self.current_account and not manages:
            raise AwsError(
                "NotOrganizationMasterAccountException",
                "Members cannot change the trail of their organization.",
            )
        if trail.region_name != self.region:
            raise AwsError("InvalidHomeRegionException", f"Trail {trail.arn} must be changed in {trail.region_name}.")
        self.current_account = trail.account_id
        return trail

    def _organization_owner(self) -> str:
        organization = organization_of(self.current_account)
        if organization is None:
            raise AwsError("OrganizationsNotInUseException", "Your account is not a member of an organization.")
        if not administers(self.current_account, organization, PRINCIPAL):
            raise AwsError("NotOrganizationMasterAccountException", "Only the managing account can do this.")
        if not trusts(organization, PRINCIPAL):
            raise AwsError("CloudTrailAccessNotEnabledException", "Trusted access is not enabled for CloudTrail.")
        return str(organization.account_id)

    def _home(self, account: str, region: str = "") -> CloudTrailBackend:
        backend: CloudTrailBackend = cloudtrail_backends[account][region or self.region]
        return backend


def _described(trail: Trail) -> dict[str, Any]:
    shown: dict[str, Any] = trail.description(include_region=True)
    shown["HasCustomEventSelectors"] = bool(trail.event_selectors or trail.advanced_event_selectors)
    shown["HasInsightSelectors"] = bool(trail.insight_selectors)
    shown["KmsKeyId"] = shown.get("KmsKeyId") or None
    return {name: value for name, value in shown.items() if value is not None}


def _refuse_bucket(name: str, partition: str) -> None:
    """Refuse a bucket that is not there, or whose policy does not let CloudTrail write."""
    owner = s3_backends.bucket_accounts.get(name)
    if owner is None:
        raise AwsError("S3BucketDoesNotExistException", f"S3 bucket {name} does not exist!")
    policy = s3_backends[owner[1]][partition].get_bucket_policy(name)
    statements = as_list(json.loads(policy).get("Statement", [])) if policy else []
    if not any(_lets_cloudtrail_write(one) for one in statements):
        raise AwsError("InsufficientS3BucketPolicyException", f"Incorrect S3 bucket policy is detected for {name}")


def _lets_cloudtrail_write(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    services = as_list(principal.get("Service", [])) if isinstance(principal, dict) else [principal]
    actions = as_list(statement.get("Action", []))
    return (
        statement.get("Effect") == "Allow"
        and (PRINCIPAL in services or "*" in services)
        and any(action in ("s3:PutObject", "s3:*", "*") for action in actions)
    )
