"""Everything of moto's inside that the lab stands on, named: when moto moves it, this test says what and where."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest
from moto.core.utils import camelcase_to_underscores, get_service_model
from moto.sts.responses import TokenResponse

from rootwarden.lab.managed_policies import ROOT_TASKS, aws_managed
from rootwarden.lab.services import Services, discover

NAMES = {
    "moto.backend_index": ["backend_url_patterns"],
    "moto.backends": ["list_of_moto_modules"],
    "moto.cloudtrail.models": ["CloudTrailBackend", "Trail", "cloudtrail_backends"],
    "moto.cloudtrail.responses": ["CloudTrailResponse"],
    "moto.cloudwatch.models": ["Alarm", "CloudWatchBackend", "MetricDatumBase", "Statistics", "cloudwatch_backends"],
    "moto.cloudwatch.responses": ["CloudWatchResponse"],
    "moto.core.base_backend": ["BackendDict", "BaseBackend"],
    "moto.core.model": ["OperationModel", "ServiceModel"],
    "moto.core.models": ["DEFAULT_ACCOUNT_ID"],
    "moto.core.parse": ["PROTOCOL_PARSERS"],
    "moto.core.request": ["Request", "determine_request_protocol"],
    "moto.core.responses": ["ActionResult", "BaseResponse", "EmptyResult"],
    "moto.core.routing": ["get_service_router"],
    "moto.core.utils": [
        "convert_to_flask_response",
        "get_service_model",
        "service_name_from_moto_package_name",
        "unix_time",
        "unix_time_millis",
        "utcnow",
    ],
    "moto.events.exceptions": ["InvalidEventPatternException"],
    "moto.events.models": ["EventBus", "EventPattern", "EventsBackend", "Rule", "events_backends"],
    "moto.events.responses": ["EventsHandler"],
    "moto.iam.aws_managed_policies": ["aws_managed_policies_data"],
    "moto.iam.models": ["AWSManagedPolicy", "AccessKey", "IAMBackend", "ManagedPolicy", "Role", "User", "iam_backends"],
    "moto.iam.responses": ["IamResponse"],
    "moto.logs.exceptions": ["ResourceAlreadyExistsException"],
    "moto.logs.models": ["LogsBackend", "logs_backends"],
    "moto.logs.responses": ["LogsResponse"],
    "moto.moto_api._internal": ["mock_random"],
    "moto.moto_server.werkzeug_app": [
        "HTTP_METHODS",
        "BackendRequest",
        "DomainDispatcherApplication",
        "MotoRequestHandler",
        "create_backend_app",
    ],
    "moto.organizations.models": [
        "FakeDelegatedAdministrator",
        "FakeRoot",
        "FakeServiceAccess",
        "OrganizationsBackend",
        "organizations_backends",
    ],
    "moto.organizations.responses": ["OrganizationsResponse"],
    "moto.s3.models": ["FakeBucket", "FakeDeleteMarker", "FakeKey", "Notification", "NotificationConfiguration"],
    "moto.s3.responses": ["S3Response"],
    "moto.sns.models": ["Subscription", "Topic", "sns_backends"],
    "moto.sns.responses": ["SNSResponse"],
    "moto.sqs.exceptions": ["QueueDoesNotExist", "SQSException"],
    "moto.sqs.models": ["Message", "Queue", "SQSBackend", "sqs_backends"],
    "moto.sqs.responses": ["SQSResponse"],
    "moto.sts.responses": ["TokenResponse"],
    "moto.sts.utils": ["random_session_token"],
}

MEMBERS = {
    "moto.core.responses:BaseResponse": ["setup_class", "_get_action", "_get_param", "boto3_service_name", "dispatch"],
    "moto.moto_server.werkzeug_app:DomainDispatcherApplication": [
        "get_application",
        "get_backend_for_host",
        "infer_service_region_host",
    ],
    "moto.cloudwatch.models:Alarm": ["update_state"],
    "moto.cloudwatch.models:CloudWatchBackend": ["put_metric_data"],
    "moto.cloudwatch.models:Statistics": ["get_statistics_for_type"],
    "moto.core.base_backend:BackendDict": ["reset"],
    "moto.core.base_backend:BaseBackend": ["reset"],
    "moto.events.models:EventBus": ["add_policy", "remove_statements", "policy"],
    "moto.events.models:EventPattern": ["get_pattern", "load", "matches_event"],
    "moto.logs.models:LogsBackend": ["create_log_stream", "describe_metric_filters", "put_log_events"],
    "moto.s3.models:Notification": ["matches"],
    "moto.s3.responses:S3Response": [
        "_notification_config_from_body",
        "_process_lock_config_from_body",
        "all_buckets",
        "get_bucket_notification",
        "serialized",
    ],
    "moto.sns.responses:SNSResponse": ["_parse_message_attributes", "_transform_message_attributes"],
    "moto.sqs.models:Message": ["mark_sent"],
    "moto.sqs.models:Queue": ["add_message", "policy"],
    "moto.sqs.models:SQSBackend": ["get_queue", "send_message"],
    "moto.iam.models:IAMBackend": [
        "create_temp_access_key",
        "get_groups_for_user",
        "get_user",
        "list_mfa_devices",
    ],
    "moto.iam.models:AWSManagedPolicy": ["from_data", "arn"],
    "moto.organizations.models:OrganizationsBackend": [
        "attach_policy",
        "close_account",
        "create_account",
        "get_account_by_id",
        "get_policy_by_id",
    ],
}


@pytest.mark.parametrize("module", NAMES)
def test_the_names_are_there(module: str):
    """Every name that lab/ imports from moto exists in the installed moto."""
    loaded = import_module(module)
    assert [name for name in NAMES[module] if not hasattr(loaded, name)] == []


@pytest.mark.parametrize("owner", MEMBERS)
def test_the_members_are_there(owner: str):
    """Every method and property of moto that lab/ overrides or calls exists."""
    module, _, name = owner.partition(":")
    cls = getattr(import_module(module), name)
    assert [member for member in MEMBERS[owner] if not hasattr(cls, member)] == []


def test_the_dispatcher_takes_a_factory():
    """The seam on which all rests: moto's dispatcher is given the factory of its applications."""
    dispatcher = import_module("moto.moto_server.werkzeug_app").DomainDispatcherApplication
    assert list(inspect.signature(dispatcher.__init__).parameters) == ["self", "create_app"]


def test_the_five_root_tasks_come_with_moto():
    """AWS's documents of the root tasks are in moto's list; the lab has no copy of its own."""
    tasks = {path.rpartition("/")[2] for path in aws_managed() if path.startswith(ROOT_TASKS)}
    assert tasks == {
        "IAMAuditRootUserCredentials",
        "IAMCreateRootUserPassword",
        "IAMDeleteRootUserCredentials",
        "S3UnlockBucketPolicy",
        "SQSUnlockQueuePolicy",
    }


def test_what_we_mend_is_still_missing_or_ours():
    """Each operation in a file of ours is one botocore knows: a typing error would leave moto's answer standing."""
    known_besides = {"setup_class", "all_buckets"}  # the second is what moto calls ListBuckets
    for cls in [*discover().mended.values(), *discover().added.values()]:
        model = get_service_model(cls().boto3_service_name)
        operations = {camelcase_to_underscores(name) for name in model.operation_names}
        ours = {
            name
            for part in cls.__mro__
            if part.__module__.startswith("rootwarden.lab.services")
            for name, value in vars(part).items()
            if inspect.isfunction(value) and not name.startswith("_")
        }
        assert ours - operations - known_besides == set(), cls


def test_two_files_cannot_answer_the_same_operation():
    """A clash between two files is found when the lab starts, not when a call goes wrong."""
    one = type("One", (TokenResponse,), {"assume_root": lambda self: None})
    two = type("Two", (TokenResponse,), {"assume_root": lambda self: None})
    with pytest.raises(TypeError, match=r"both have TokenResponse\.assume_root"):
        Services([one, two])


def test_what_moto_keeps_to_itself_is_still_there():
    """Private attributes the lab reads: the lock of a queue, the filter of a subscription, the statements of a bus."""
    account, region = "111122223333", "us-east-1"
    queue = import_module("moto.sqs.models").Queue("name", region, account)
    sns = import_module("moto.sns.models").sns_backends[account][region]
    subscription = sns.subscribe(sns.create_topic("name").arn, "+15550100", "sms")
    bus = import_module("moto.events.models").EventBus(account, region, "name")
    logs = import_module("moto.logs.models").LogsBackend(region, account)
    assert queue._messages_lock.acquire()
    queue._messages_lock.release()
    assert (queue.maximum_message_size, int(queue.delay_seconds)) == (1_048_576, 0)
    assert subscription._filter_policy_matcher is None
    assert (bus._statements, bus.rules, logs.filters.metric_filters) == ({}, {}, [])
