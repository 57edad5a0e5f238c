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
    "moto.cloudtrail.responses": ["CloudTrailResponse"],
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
        "utcnow",
    ],
    "moto.iam.aws_managed_policies": ["aws_managed_policies_data"],
    "moto.iam.models": ["AWSManagedPolicy", "AccessKey", "IAMBackend", "ManagedPolicy", "Role", "User", "iam_backends"],
    "moto.iam.responses": ["IamResponse"],
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
    "moto.core.base_backend:BackendDict": ["reset"],
    "moto.core.base_backend:BaseBackend": ["reset"],
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
    known_besides = {"setup_class"}
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
