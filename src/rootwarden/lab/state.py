"""What the lab remembers beside moto: per account root, sessions and the trail; for all accounts the faults asked for.

Both live in moto's own kind of store, so `/moto-api/reset` clears them with everything else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.iam.models import iam_backends
from moto.organizations.models import organizations_backends

from rootwarden.lab.faults import Faults
from rootwarden.lab.root_user import RootUser
from rootwarden.lab.sending.web_posts import stop_posting
from rootwarden.lab.sessions import Session

Record = dict[str, Any]
_ONE = "aws"  # the region under which moto keeps what has no region
_EVERYWHERE = "000000000000"


class AccountState(BaseBackend):
    """One account: its root user, the sessions open in it, its CloudTrail records, its last credential report.

    `unwritten` holds by ARN of a trail what waits for its next log file: the account of each record, and the record.
    """

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start with a root user who has a password and nothing else."""
        super().__init__(region_name, account_id)
        self.root = RootUser(account=account_id)
        self.sessions: dict[str, Session] = {}
        self.records: list[Record] = []
        self.password_changed: dict[str, datetime] = {}
        self.credential_report: tuple[bytes, datetime] | None = None
        self.root_features: list[str] = []
        self.unwritten: dict[str, list[tuple[str, Record]]] = {}


class LabState(BaseBackend):
    """The whole lab: faults in force, and which account each access key seen belongs to.

    While it is `quiet`, records go into the history and nowhere else.
    """

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start without faults."""
        super().__init__(region_name, account_id)
        self.faults = Faults()
        self.account_of_key: dict[str, str] = {}
        self.quiet = False

    def reset(self) -> None:
        """Forget everything; moto itself would keep the members of organizations that are gone."""
        super().reset()
        stop_posting()
        organizations_backends.master_accounts.clear()


_accounts: BackendDict[AccountState] = BackendDict(
    AccountState, "rootwarden-account", use_boto3_regions=False, additional_regions=[_ONE]
)
_lab: BackendDict[LabState] = BackendDict(
    LabState, "rootwarden-lab", use_boto3_regions=False, additional_regions=[_ONE]
)


def account_state(account: str) -> AccountState:
    """Return what the lab knows of an account, made when first asked for."""
    return _accounts[account][_ONE]


def accounts_seen() -> list[str]:
    """Return every account that the lab or moto's IAM has been asked about."""
    return list(dict.fromkeys([*_accounts, *iam_backends]))


def lab_state() -> LabState:
    """Return what the lab knows of itself."""
    return _lab[_EVERYWHERE][_ONE]
