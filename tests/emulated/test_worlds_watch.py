"""What watches the seeded worlds, read back over HTTP: trails, buckets, alerts, budgets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.emulated.lab_at_work import error_of
from tests.emulated.seeded_world import Seeded, _seeded, api, only  # noqa: F401


# -- trails and what keeps them --------------------------------------------------------------------------------------
def test_trails_deliver_as_the_world_says(seeded: Seeded):
    """Trails, their selectors and the state of their deliveries read back at home."""
    lab, world = seeded
    for account in world.accounts:
        for trail in account.trails:
            there = api(lab, "cloudtrail", account, trail.region or world.region)
            found = there.get_trail(Name=trail.name)["Trail"]
            assert (found["IsMultiRegionTrail"], found["LogFileValidationEnabled"]) == (
                trail.multi_region,
                trail.validation,
            )
            assert found["IsOrganizationTrail"] == trail.organization
            assert bool(found.get("KmsKeyId")) == bool(trail.key)
            status = there.get_trail_status(Name=found["TrailARN"])
            assert status["IsLogging"] == (trail.stopped_days_ago is None)
            assert status.get("LatestDeliveryError", "") == trail.delivery_error
            delivered = datetime.now(UTC) - status["LatestDeliveryTime"]
            wanted = timedelta(minutes=trail.last_delivery_minutes_ago or 0)
            assert abs(delivered - wanted) < timedelta(minutes=5)
            selectors = there.get_event_selectors(TrailName=trail.name)
            if trail.selectors:
                assert selectors["EventSelectors"] == list(trail.selectors)
            if trail.advanced_selectors:
                assert selectors["AdvancedEventSelectors"] == list(trail.advanced_selectors)


@only("startup", "enterprise", "fortress")
def test_members_see_the_trail_of_the_organization(seeded: Seeded):
    """The shadow copy is there in every Region, with its status, and cannot be changed."""
    lab, world = seeded
    arn = f"arn:aws:cloudtrail:{world.region}:{world.management.id}:trail/organization-trail"
    there = api(lab, "cloudtrail", world.accounts[-1], "us-east-1")
    assert [one["TrailARN"] for one in there.describe_trails()["trailList"]] == [arn]
    assert there.describe_trails(includeShadowTrails=False)["trailList"] == []
    assert there.get_trail_status(Name=arn)["IsLogging"] is True
    at_home = api(lab, "cloudtrail", world.accounts[-1], world.region)
    assert error_of(at_home.stop_logging, Name=arn)[0] == "NotOrganizationMasterAccountException"


def test_buckets_are_as_open_as_the_world_says(seeded: Seeded):
    """Block, policy status, ACL, versioning, lock, access logs and expiry of every bucket read back."""
    lab, world = seeded
    gone = {trail.bucket for account in world.accounts for trail in account.trails if trail.bucket_deleted}
    for account in world.accounts:
        s3 = api(lab, "s3", account, world.region)
        for bucket in account.buckets:
            name = {"Bucket": bucket.name}
            if bucket.name in gone:
                assert error_of(s3.get_bucket_policy, **name) == ("NoSuchBucket", 404)
                continue
            if bucket.block_public_access:
                assert all(s3.get_public_access_block(**name)["PublicAccessBlockConfiguration"].values())
            else:
                assert error_of(s3.get_public_access_block, **name)[0] == "NoSuchPublicAccessBlockConfiguration"
            versioning = s3.get_bucket_versioning(**name)
            assert versioning.get("Status") == ("Enabled" if bucket.versioning else None)
            if bucket.lock_mode:
                rule = s3.get_object_lock_configuration(**name)["ObjectLockConfiguration"]["Rule"]
                assert rule["DefaultRetention"] == {"Mode": bucket.lock_mode, "Days": bucket.lock_days}
            else:
                assert error_of(s3.get_object_lock_configuration, **name)[0] == "ObjectLockConfigurationNotFoundError"
            target = s3.get_bucket_logging(**name).get("LoggingEnabled", {}).get("TargetBucket", "")
            assert target == bucket.access_logs_to
            if bucket.expire_days:
                rules = s3.get_bucket_lifecycle_configuration(**name)["Rules"]
                assert rules[0]["Expiration"]["Days"] == bucket.expire_days


@only("solo-founder")
def test_the_founders_trail_bucket_is_public(seeded: Seeded):
    """Anybody can read the log files: by policy and by ACL."""
    lab, world = seeded
    s3 = api(lab, "s3", world.management, world.region)
    assert s3.get_bucket_policy_status(Bucket="solo-founder-logs")["PolicyStatus"] == {"IsPublic": True}
    grants = s3.get_bucket_acl(Bucket="solo-founder-logs")["Grants"]
    assert "http://acs.amazonaws.com/groups/global/AllUsers" in [one["Grantee"].get("URI") for one in grants]


# -- alerting and money ----------------------------------------------------------------------------------------------
def test_alerts_reach_whom_the_world_says(seeded: Seeded):
    """Topics, subscriptions, filters, alarms and rules are wired as written; what nobody confirmed is pending."""
    lab, world = seeded
    for account in world.accounts:
        for topic in account.topics:
            region = topic.region or world.region
            sns, arn = api(lab, "sns", account, region), f"arn:aws:sns:{region}:{account.id}:{topic.name}"
            listed = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
            confirmed = [one["Endpoint"] for one in listed if one["SubscriptionArn"] != "PendingConfirmation"]
            assert confirmed == [one.endpoint for one in topic.subscriptions if one.confirmed]
            assert len(listed) == len(topic.subscriptions)
            attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
            assert attributes["SubscriptionsConfirmed"] == str(len(confirmed))
            assert attributes.get("KmsMasterKeyId", "") == (f"alias/{topic.key}" if topic.key else "")
        for alarm in account.alarms:
            region = alarm.region or world.region
            found = api(lab, "cloudwatch", account, region).describe_alarms(AlarmNames=[alarm.name])["MetricAlarms"]
            assert found[0]["AlarmActions"] == [f"arn:aws:sns:{region}:{account.id}:{name}" for name in alarm.topics]
        for rule in account.rules:
            region = rule.region or world.region
            events = api(lab, "events", account, region)
            assert events.describe_rule(Name=rule.name)["State"] == rule.state
            targets = [one["Arn"] for one in events.list_targets_by_rule(Rule=rule.name)["Targets"]]
            assert targets == [f"arn:aws:sns:{region}:{account.id}:{name}" for name in rule.topics]
        for wanted in account.metric_filters:
            logs = api(lab, "logs", account, wanted.region or world.region)
            found = logs.describe_metric_filters(logGroupName=wanted.log_group)["metricFilters"]
            assert [one["filterPattern"] for one in found] == [wanted.pattern]


def test_budgets_and_bills_are_as_written(seeded: Seeded):
    """Budgets with spend, notifications and subscribers, and the costs of the last months."""
    lab, world = seeded
    for account in world.accounts:
        budgets = api(lab, "budgets", account)
        mine = {"AccountId": account.id}
        found = {one["BudgetName"]: one for one in budgets.describe_budgets(**mine)["Budgets"]}
        assert set(found) == {one.name for one in account.budgets}
        for budget in account.budgets:
            assert float(found[budget.name]["BudgetLimit"]["Amount"]) == budget.limit
            assert float(found[budget.name]["CalculatedSpend"]["ActualSpend"]["Amount"]) == budget.spent
            named = mine | {"BudgetName": budget.name}
            notifications = budgets.describe_notifications_for_budget(**named)["Notifications"]
            assert [(one["NotificationType"], one["Threshold"]) for one in notifications] == [
                (one.type, one.threshold) for one in budget.alerts
            ]
            for notification, alert in zip(notifications, budget.alerts, strict=True):
                subscribers = budgets.describe_subscribers_for_notification(**named, Notification=notification)
                emails = [one["Address"] for one in subscribers["Subscribers"] if one["SubscriptionType"] == "EMAIL"]
                assert emails == list(alert.emails)
