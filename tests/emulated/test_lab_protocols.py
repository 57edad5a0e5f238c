"""Every answer of the lab can be read by boto3: also of calls and services that nobody has written."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import _lab, _open_lab, client, entry, error_of  # noqa: F401

MISSING = [
    ("iam", "simulate_custom_policy", {"PolicyInputList": ["{}"], "ActionNames": ["s3:Get"]}),  # query
    ("ec2", "describe_vpc_block_public_access_options", {}),  # ec2
    ("cloudtrail", "list_event_data_stores", {}),  # json
    ("cloudwatch", "describe_anomaly_detectors", {}),  # json, compatible with query
    ("account", "get_gov_cloud_account_information", {}),  # rest-json without a route in moto
    ("route53", "list_cidr_collections", {}),  # rest-xml
    ("s3", "delete_bucket_metrics_configuration", {"Bucket": "abc", "Id": "x"}),  # moto would delete the bucket
    ("trustedadvisor", "list_checks", {}),  # no such service: rest-json
    ("freetier", "get_free_tier_usage", {}),  # no such service: json
    ("cloudformation", "list_stacks", {}),  # needs a package the lab does not install
    ("mailmanager", "list_rule_sets", {}),  # signs with the name of another service
]


@pytest.mark.parametrize(("service", "operation", "parameters"), MISSING, ids=lambda value: str(value)[:30])
def test_what_is_missing_is_a_readable_501(lab: Lab, service: str, operation: str, parameters: dict):
    """A call that neither moto nor we answer is `NotImplemented` with status 501, which botocore does not retry."""
    call = getattr(client(lab, service, entry(lab)), operation)
    assert error_of(call, **parameters) == ("NotImplemented", 501)


DENIED = [
    ("iam", "list_users", {}, "AccessDenied", 403),
    ("s3", "list_buckets", {}, "AccessDenied", 403),
    ("ec2", "describe_regions", {}, "UnauthorizedOperation", 403),
    ("sns", "list_topics", {}, "AuthorizationError", 403),
    ("sqs", "list_queues", {}, "AccessDenied", 403),
    ("cloudtrail", "describe_trails", {}, "AccessDeniedException", 400),
    ("organizations", "list_accounts", {}, "AccessDeniedException", 400),
    ("account", "list_regions", {}, "AccessDeniedException", 403),
    ("budgets", "describe_budgets", {"AccountId": "111122223333"}, "AccessDeniedException", 400),
]


@pytest.mark.parametrize(("service", "operation", "parameters", "code", "status"), DENIED)
def test_a_refusal_has_the_code_of_its_service(
    lab: Lab, service: str, operation: str, parameters: dict, code: str, status: int
):
    """Denied calls look as each service says no, and name caller and action."""
    lab.deny("*")
    call = getattr(client(lab, service, entry(lab)), operation)
    assert error_of(call, **parameters) == (code, status)


def test_an_operation_that_does_not_exist_is_an_error_of_the_protocol(lab: Lab):
    """A query for an unknown action is `InvalidAction`, not a page about a bug."""
    body = b"Action=DoWhatever&Version=2010-05-08"
    scope = "Credential=AKIAAAAAAAAAAAAAAAAA/20261124/us-east-1/iam/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}
    request = urllib.request.Request(lab.endpoint + "/", body, headers)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 400
    assert "<Code>InvalidAction</Code>" in caught.value.read().decode()


def test_moto_reset_clears_our_state_too(lab: Lab):
    """`/moto-api/reset` forgets root users, records and faults, so that no test sees another's."""
    lab.root_state("111122223333").set_mfa(["virtual"])
    lab.deny("iam:*")
    client(lab, "sts", entry(lab)).get_caller_identity()
    urllib.request.urlopen(urllib.request.Request(lab.endpoint + "/moto-api/reset", b"", method="POST"))
    assert not lab.root_state("111122223333").mfa
    assert not lab.records("111122223333")
    client(lab, "iam", entry(lab)).list_users()


def test_the_control_plane_speaks_http(lab: Lab):
    """What Python can set, another process can set under /rw-api/; nonsense is refused with the reason."""

    def ask(method: str, path: str, body: object = None) -> object:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{lab.endpoint}/rw-api/{path}", data, method=method)
        return json.loads(urllib.request.urlopen(request).read())

    root = ask("POST", "root/111122223333", {"password": False, "mfa": ["security-key", "virtual"]})
    assert (root["password"], [one["kind"] for one in root["mfa"]]) == (False, ["security-key", "virtual"])
    ask("POST", "faults/deny", {"actions": ["iam:GetAccountSummary"], "account": "111122223333"})
    ask("POST", "faults/throttle", {"calls": 1, "actions": ["iam:ListUsers"]})
    iam = client(lab, "iam", ask("POST", "session/111122223333", {"role": "Admin"}))
    assert error_of(iam.get_account_summary) == ("AccessDenied", 403)
    assert error_of(iam.list_users) == ("Throttling", 400)
    assert iam.list_users()["Users"] == []
    assert ask("DELETE", "faults")["denials"] == []
    assert iam.get_account_summary()["SummaryMap"]["AccountMFAEnabled"] == 1
    assert [one["eventName"] for one in ask("GET", "records/111122223333")][-1] == "GetAccountSummary"
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask("POST", "root/111122223333", {"pasword": False})
    assert (caught.value.code, "pasword" in caught.value.read().decode()) == (400, True)


def test_two_labs_in_one_process_are_refused(lab: Lab):
    """The state is the process's: a second lab would empty the first."""
    with pytest.raises(RuntimeError, match="already open"), Lab():
        pass
