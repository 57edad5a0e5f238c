"""Runs the lab: an AWS on this machine only, for demonstrations, drills and tests."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from datetime import datetime
from threading import Lock, Thread
from types import TracebackType
from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.models import DEFAULT_ACCOUNT_ID

from rootwarden.lab.clock import now
from rootwarden.lab.connections import HOST, Server
from rootwarden.lab.entry import enter
from rootwarden.lab.faults import EVERY_ACCOUNT, Denial, Throttle
from rootwarden.lab.front import Front
from rootwarden.lab.root_user import RootKey, RootUser
from rootwarden.lab.sending.log_files import Delivery, deliver
from rootwarden.lab.sending.outgoing import send_record
from rootwarden.lab.sending.undelivered import Loss, losses
from rootwarden.lab.sessions import Session
from rootwarden.lab.sign_in import BROWSER, SignIn, sign_in
from rootwarden.lab.state import Record, account_state, lab_state
from rootwarden.lab.user_sign_in import UserSignIn, sign_in_user

# moto's switch: nobody starts machines here, and its thousand images are made anew for each account and Region, twice.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # noqa: TID251  (set for moto, read by nobody else)


_ONE_AT_A_TIME = Lock()


class Lab:
    """An AWS to practise on, as a context manager; its state is the process's, so one at a time."""

    def __init__(self, port: int = 0) -> None:
        """Take a port, 0 for any free one; nothing listens until the lab is entered."""
        self._port = port
        self._server: Server | None = None
        self._thread: Thread | None = None

    def __enter__(self) -> Lab:
        """Start from an empty AWS and listen on this machine only.

        Raises:
            RuntimeError: another lab is open in this process.
            OSError: the port is taken.
        """
        if not _ONE_AT_A_TIME.acquire(blocking=False):
            raise RuntimeError("a lab is already open in this process, and its state is the process's")
        try:
            self.reset()
            with socket.create_server((HOST, self._port)) as listening:  # werkzeug itself would exit on a taken port
                self._server = Server(Front(), listening)
        except BaseException:
            _ONE_AT_A_TIME.release()
            raise
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop listening and forget everything."""
        if self._server and self._thread:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
        self._server = self._thread = None
        self.reset()
        _ONE_AT_A_TIME.release()

    @property
    def endpoint(self) -> str:
        """The URL to give to `--endpoint-url` or `AWS_ENDPOINT_URL`."""
        if self._server is None:
            raise RuntimeError("the lab has not been entered")
        return f"http://{HOST}:{self._server.port}"

    def environment(
        self, account: str = DEFAULT_ACCOUNT_ID, role: str = "RootwardenAudit", region: str = "us-east-1"
    ) -> dict[str, str]:
        """Return the variables that let any AWS tool work in the lab, with fresh credentials of a role session."""
        session = enter(account, role)
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": session.access_key,
            "AWS_SECRET_ACCESS_KEY": session.secret,
            "AWS_SESSION_TOKEN": session.token,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def reset(self) -> None:
        """Forget every account, and end every fault."""
        lab_state()
        BackendDict.reset()

    # -- what AWS has no call for ------------------------------------------------------------------------------------
    def root_state(self, account: str) -> RootUser:
        """Return the root user of an account; change its fields, or use `update` and `set_mfa`."""
        return account_state(account).root

    def records(self, account: str) -> list[Record]:
        """Return the CloudTrail records of an account, oldest first.

        What is added to the list itself goes nowhere else; `add_records` lets records travel.
        """
        return account_state(account).records

    def add_records(self, account: str, *records: Record) -> None:
        """Let these records happen: they go into the history, and where the account's trails send them."""
        for record in records:
            send_record(account, record)

    def sign_in(
        self, account: str, *, ok: bool = True, mfa: bool = False, address: str = "203.0.113.7", agent: str = BROWSER
    ) -> Record:
        """Let root of an account sign in to the console, or fail to, and return the record.

        Raises:
            ValueError: root has no password.
        """
        return sign_in(account, SignIn(ok, mfa, address, agent))

    def sign_in_user(self, account: str, user: str, password: str, *, new_password: str = "", mfa: str = "") -> Session:
        """Let an IAM user sign in to the console and return the session.

        Raises:
            ValueError: what the page says instead: a wrong password or device, or a password that must be changed.
        """
        return sign_in_user(account, UserSignIn(user=user, password=password, new_password=new_password, mfa=mfa))

    def root_key(self, account: str) -> RootKey:
        """Return an access key of root that works, made when there is none; calls with it are calls of root."""
        return account_state(account).root.active_key()

    def deliver(self, account: str = "", moment: datetime | None = None) -> Delivery:
        """Write the log files of one account's records, or of all, that wait; `moment` (aware) names the files."""
        return deliver(moment or now(), account)

    def undelivered(self) -> list[Loss]:
        """Return what could not be delivered lately and why, oldest first."""
        return losses()

    # -- faults ------------------------------------------------------------------------------------------------------
    def deny(self, *actions: str, account: str = EVERY_ACCOUNT) -> None:
        """Refuse IAM actions (wildcards as in policies), in one account or in all."""
        lab_state().faults.denials.append(Denial(actions, account))

    def throttle(self, calls: int = 0, rate: float = 0.0, actions: Sequence[str] = ("*",), **where: Any) -> None:
        """Refuse the next `calls` calls, or let only `rate` calls a second through.

        `account=` limits it to one; `code=` and `message=` are what AWS says instead of "too fast".
        """
        lab_state().faults.throttles.append(Throttle(actions=tuple(actions), calls=calls, rate=rate, **where))

    def expire(self, *access_keys: str) -> None:
        """Let credentials count as expired; without arguments all temporary ones."""
        lab_state().faults.expired_keys.update(access_keys or ("*",))

    def skew(self, seconds: float) -> None:
        """Set AWS's clock ahead of ours; calls are refused beyond five minutes."""
        lab_state().faults.skew_seconds = seconds

    def refuse_unknown_keys(self) -> None:
        """Refuse access keys that nobody issued, as AWS does; otherwise they work in the default account."""
        lab_state().faults.known_keys_only = True

    def clear_faults(self) -> None:
        """End every fault."""
        lab_state().faults.clear()
