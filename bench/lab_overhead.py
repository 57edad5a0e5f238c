"""Measures what the lab's front costs: the same calls over HTTP to plain moto and to the lab, median of each, ratio.

    python bench/lab_overhead.py [CALLS]

Each side runs in a process of its own, because moto's state is the process's. Goal: less than 1.3 times plain moto.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from statistics import median
from threading import Thread
from time import perf_counter

import boto3
from botocore.config import Config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from rootwarden.lab.server import Lab

CALLS = [
    ("iam", "list_users", {}),
    ("iam", "get_account_summary", {}),
    ("sts", "get_caller_identity", {}),
    ("organizations", "describe_organization", {}),
    ("cloudtrail", "describe_trails", {}),
    ("logs", "describe_log_groups", {}),
    ("s3", "list_buckets", {}),
    ("s3", "get_bucket_versioning", {"Bucket": "some-bucket"}),
    ("sns", "list_topics", {}),
    ("budgets", "describe_budgets", {"AccountId": "123456789012"}),
]


class Quiet(MotoRequestHandler):
    """No line on stderr for each call."""

    def log_request(self, code="-", size="-"):
        """Say nothing."""


@contextmanager
def plain_moto():
    """Serve moto as it comes."""
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()


@contextmanager
def the_lab():
    """Serve the lab."""
    with Lab() as lab:
        yield lab.endpoint


def measure(endpoint: str, count: int) -> dict[str, float]:
    """Return the median milliseconds of each call."""
    keys = {"aws_access_key_id": "AKIAAAAAAAAAAAAAAAAA", "aws_secret_access_key": "x", "region_name": "us-east-1"}
    once = Config(retries={"total_max_attempts": 1})
    clients = {name: boto3.client(name, endpoint_url=endpoint, config=once, **keys) for name, _, _ in CALLS}
    clients["s3"].create_bucket(Bucket="some-bucket")
    clients["organizations"].create_organization()
    found = {}
    for service, operation, parameters in CALLS:
        call, times = getattr(clients[service], operation), []
        for _ in range(count + 3):
            start = perf_counter()
            call(**parameters)
            times.append((perf_counter() - start) * 1000)
        found[f"{service}.{operation}"] = median(times[3:])
    return found


def main() -> None:
    """Measure both sides alternately and print the figures as JSON."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    if len(sys.argv) > 2:
        with {"moto": plain_moto, "lab": the_lab}[sys.argv[2]]() as endpoint:
            print(json.dumps(measure(endpoint, count)))
        return
    runs: dict[str, list[dict[str, float]]] = {"moto": [], "lab": []}
    for _ in range(3):
        for side, found in runs.items():
            command = [sys.executable, __file__, str(count), side]
            found.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    best = {side: {name: min(run[name] for run in found) for name in found[0]} for side, found in runs.items()}
    total = {side: sum(times.values()) for side, times in best.items()}
    print(json.dumps({"milliseconds": best, "total": total, "ratio": round(total["lab"] / total["moto"], 3)}, indent=1))


if __name__ == "__main__":
    main()
