"""An organization in the lab with everything deployed, a watch that runs as a program, a receiver of its webhook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from msgspec import Struct

from rootwarden.lab.seeding.hands import Hands
from rootwarden.lab.server import Lab
from rootwarden.lab.stack import Stack, apply, roll_out
from tests.deploy.deployed import HOME, keep_a_trail
from tests.deploy.templates import text
from tests.emulated.lab_at_work import MANAGEMENT, client, entry, organize

CONFIG = """
[channels.oncall]
kind = "webhook"
url = "{url}/oncall"
key = "env:HOOK_KEY"

[watch]
store = "watch.sqlite3"
sources = ["{queue}"]

[drill]
target = "{member}"
role = "arn:aws:iam::{management}:role/RootwardenDrill"
within = 20
"""


class Received(Struct):
    """What came to the webhook, and when."""

    at: datetime
    path: str
    body: dict[str, Any]


class Receiver:
    """A webhook receiver."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self.received: list[Received] = []
        self._failing = False
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if not receiver._failing:
                    receiver.received.append(Received(datetime.now(UTC), self.path, body))
                self.send_response(500 if receiver._failing else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def fail(self, failing: bool) -> None:
        """Answer 500 to everything, or take it again."""
        self._failing = failing

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class Chain(Struct):
    """Everything that is needed to act in the lab and to see what comes of it."""

    lab: Lab
    hands: Hands
    receiver: Receiver
    folder: Path
    security: str
    member: str
    central: Stack

    @property
    def environment(self) -> dict[str, str]:
        """The environment of programs that work in the security account."""
        return os.environ | self.lab.environment(self.security) | {"HOOK_KEY": "a key of thirty-two characters!!"}

    def run(self, *arguments: str, account: str = "", check: bool = False) -> subprocess.CompletedProcess[str]:
        """Run rootwarden as a program, in the security account or another."""
        environment = self.environment | (self.lab.environment(account, "Admin") if account else {})
        command = [sys.executable, "-m", "rootwarden", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=check, timeout=120
        )

    def wait(self, test: Callable[[Received], bool], seconds: float = 15) -> Received:
        """Wait for something at the webhook."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for one in list(self.receiver.received):
                if test(one):
                    return one
            time.sleep(0.02)
        raise AssertionError(f"it did not come; what came: {[one.body['title'] for one in self.receiver.received]}")

    def see(self, account: str, service: str, operation: str, **asked: Any) -> Any:
        """Make a call in an account."""
        with self.hands.working_in(account):
            return getattr(self.hands(service, HOME), operation)(**asked)


@contextmanager
def deployed(folder: Path, lab: Lab, extra: str = "") -> Iterator[Chain]:
    """Deploy everything into an empty lab, start the watch, and give the chain."""
    security, member = organize(lab, "security", "production")
    organization = client(lab, "organizations", entry(lab)).describe_organization()["Organization"]["Id"]
    hands = Hands(lab.endpoint)
    pager = f"arn:aws:sns:{HOME}:{security}:pager"
    central = apply(text("central"), {"OrganizationId": organization, "AlarmTopicArn": pager}, hands, security, HOME)
    bus = {"CentralBusArn": central.outputs["BusArn"]}
    roll_out(
        text("stackset"), {**bus, "OrganizationalUnitIds": "r-abcd", "Regions": HOME}, hands, [security, member], HOME
    )
    apply(text("member"), bus, hands, MANAGEMENT, HOME)
    for account in (MANAGEMENT, member, security):
        keep_a_trail(hands, account)
    trust = [
        {"Effect": "Allow", "Principal": {"AWS": MANAGEMENT}, "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"]}
    ]
    with hands.working_in(MANAGEMENT):
        hands("iam", HOME).create_role(
            RoleName="RootwardenDrill",
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust}),
        )
    receiver = Receiver()
    queue = central.outputs["QueueUrl"]
    config = CONFIG.format(url=receiver.url, queue=queue, member=member, management=MANAGEMENT) + extra
    (folder / "rootwarden.toml").write_text(config, encoding="utf-8")
    chain = Chain(lab, hands, receiver, folder, security, member, central)
    with watching(chain):
        _quiet(chain)
        yield chain
    receiver.close()


@contextmanager
def watching(chain: Chain) -> Iterator[subprocess.Popen[bytes]]:
    """Run the watch until the block ends."""
    with (chain.folder / "watch.log").open("ab") as log:
        command = [sys.executable, "-m", "rootwarden", "watch"]
        process = subprocess.Popen(command, cwd=chain.folder, env=chain.environment, stdout=log, stderr=log)
        try:
            until = time.monotonic() + 20
            while b" watching " not in (chain.folder / "watch.log").read_bytes():
                if process.poll() is not None or time.monotonic() > until:
                    raise AssertionError((chain.folder / "watch.log").read_text())
                time.sleep(0.05)
            yield process
        finally:
            process.terminate()
            process.wait(20)


def _quiet(chain: Chain) -> None:
    """Wait until what deploying itself did has been told, then forget it."""
    before = -1
    while before != len(chain.receiver.received):
        before = len(chain.receiver.received)
        time.sleep(1)
    chain.receiver.received.clear()
