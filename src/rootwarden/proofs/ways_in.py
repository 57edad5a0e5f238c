"""Who can enter an account as an administrator without being root: users with a credential, roles with an open door.

A role is open if somebody whom its trust policy names exists and can come: another account, an identity provider of
this account, people assigned in Identity Center, or a user or role of this account that can itself be entered. A role
that only AWS services or deleted principals may assume is open to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError, first_unknown
from rootwarden.model.sight import Log, Sight
from rootwarden.model.view import View
from rootwarden.proofs.admin_power import Standing, could_grant
from rootwarden.proofs.condition_values import Context
from rootwarden.proofs.iam_directory import FACT, Directory, Holdings
from rootwarden.proofs.iam_users import Named, Report, account_users, credentials
from rootwarden.proofs.policy_decision import Request, decide, decide_together
from rootwarden.proofs.policy_document import Document, read_document
from rootwarden.proofs.role_trust import BUILT_IN_PROVIDERS, Guest, Trusted, admits, guests
from rootwarden.proofs.truth import Truth, all_true, any_true, ask
from rootwarden.proofs.user_power import known_of_user
