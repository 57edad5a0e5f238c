"""One set of AWS clients for all accounts against a session per account: CPU seconds, measured with and without.

Usage: python -m bench.clients [accounts]. The lab runs in a process of its own, so that only the client's CPU counts.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.session
from botocore.credentials import Credentials

from rootwarden.aws.acting import acting_as, sign_by_context
from rootwarden.aws.clients import Clients

REGION = "eu-west-1"
CALLS = (
    ("sts", "get_caller_identity"),
    ("iam", "get_account_summary"),
    ("cloudtrail", "describe_trails"),
    ("s3", "list_buckets"),
    ("logs", "describe_log_groups"),
    ("cloudwatch", "describe_alarms"),
    ("events", "list_rules"),
    ("sns", "list_topics"),
)
SERVER = """
import json, sys
from rootwarden.lab.server import Lab
with Lab() as lab:
    print(json.dumps([lab.environment(f"{n:012}", "Audit") for n in range(1, int(sys.argv[1]) + 1)]), flush=True)
    sys.stdin.read()
"""
Variables = dict[str, str]


@contextmanager
def lab(accounts: int) -> Iterator[list[Variables]]:
    """Run a lab; yield the environment of each of its accounts."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(accounts)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        yield json.loads(server.stdout.readline())
        server.stdin.close()


def shared(accounts: list[Variables]) -> None:
    """Read every account through one set of clients, as the product does."""
    session = botocore.session.Session()
    sign_by_context(session)
    clients = Clients(session, accounts[0]["AWS_ENDPOINT_URL"], concurrency=1)
    for account in accounts:
        with acting_as(_credentials(account)):
            for service, operation in CALLS:
                getattr(clients.get(service, REGION), operation)()


def apart(accounts: list[Variables]) -> None:
    """Read every account through a session and clients of its own, as is usual."""
    for account in accounts:
        session = botocore.session.Session()
        for service, operation in CALLS:
            client: Any = session.create_client(
                service, region_name=REGION, endpoint_url=account["AWS_ENDPOINT_URL"],
                aws_access_key_id=account["AWS_ACCESS_KEY_ID"], aws_secret_access_key=account["AWS_SECRET_ACCESS_KEY"],
                aws_session_token=account["AWS_SESSION_TOKEN"],
            )  # fmt: skip
            getattr(client, operation)()


def _credentials(account: Variables) -> Credentials:
    return Credentials(account["AWS_ACCESS_KEY_ID"], account["AWS_SECRET_ACCESS_KEY"], account["AWS_SESSION_TOKEN"])


def measured(read: Any, accounts: list[Variables]) -> float:
    """Return the CPU seconds of this process for one way of reading."""
    began = time.process_time()
    read(accounts)
    return time.process_time() - began


def main() -> None:
    """Measure both ways twice, the better run counts, and print the ratio."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with lab(count) as accounts:
        one = min(measured(shared, accounts) for _ in range(2))
        many = min(measured(apart, accounts) for _ in range(2))
    calls = count * len(CALLS)
    print(
        json.dumps(
            {
                "accounts": count,
                "services": len(CALLS),
                "calls": calls,
                "cpu_seconds_shared_clients": round(one, 2),
                "cpu_seconds_session_per_account": round(many, 2),
                "ratio": round(many / one, 1),
                "ms_per_call_shared": round(one / calls * 1000, 2),
                "ms_per_call_apart": round(many / calls * 1000, 2),
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
