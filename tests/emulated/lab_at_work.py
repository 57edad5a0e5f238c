"""An open lab with one organization in it, and clients for whoever works there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from rootwarden.lab.server import Lab

MANAGEMENT = "111122223333"
ONCE = Config(retries={"total_max_attempts": 1})
_SESSION = boto3.Session()
Credentials = dict[str, Any]


@pytest.fixture(scope="module", name="open_lab")
def _open_lab() -> Iterator[Lab]:
    """One server for the tests of a file."""
    with Lab() as lab:
        yield lab


@pytest.fixture(name="lab")
def _lab(open_lab: Lab) -> Iterator[Lab]:
    """The server with nothing in it."""
    open_lab.reset()
    yield open_lab
    open_lab.reset()


def entry(lab: Lab, account: str = MANAGEMENT, role: str = "Admin") -> Credentials:
    """Return credentials of a role session, in the form STS returns them."""
    variables = lab.environment(account, role)
    return {
        "AccessKeyId": variables["AWS_ACCESS_KEY_ID"],
        "SecretAccessKey": variables["AWS_SECRET_ACCESS_KEY"],
        "SessionToken": variables["AWS_SESSION_TOKEN"],
    }


def client(lab: Lab, service: str, who: Credentials, region: str = "us-east-1") -> Any:
    """Return a boto3 client that talks to the lab over HTTP and never retries."""
    return _SESSION.client(
        service,
        endpoint_url=lab.endpoint,
        region_name=region,
        aws_access_key_id=who["AccessKeyId"],
        aws_secret_access_key=who["SecretAccessKey"],
        aws_session_token=who.get("SessionToken"),
        config=ONCE,
    )


def error_of(call: Any, **parameters: Any) -> tuple[str, int]:
    """Return code and HTTP status of the error a call gets."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def organize(lab: Lab, *members: str) -> list[str]:
    """Create an organization with IAM trusted and both root features on; return the ids of its members."""
    who = entry(lab)
    organizations, iam = client(lab, "organizations", who), client(lab, "iam", who)
    organizations.create_organization(FeatureSet="ALL")
    organizations.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    iam.enable_organizations_root_credentials_management()
    iam.enable_organizations_root_sessions()
    made = [organizations.create_account(Email=f"{name}@example.com", AccountName=name) for name in members]
    return [one["CreateAccountStatus"]["AccountId"] for one in made]


def task(name: str) -> dict[str, str]:
    """Return the TaskPolicyArn of a root task."""
    return {"arn": f"arn:aws:iam::aws:policy/root-task/{name}"}
