"""Thirty people come from a roster: each can do their job's calls and no other's, and nothing before MFA.

Whether a call is allowed is decided from what IAM holds afterwards, by the evaluator whose truth table is in
tests/proofs/test_identity_decision.py; the lab itself asks no identity policy.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.lab.world import parse_world
from rootwarden.proofs.mfa_gate import EXEMPT
from tests.emulated.collecting import sign_in
from tests.remedies.people_at_work import ACCOUNT, MANAGEMENT, WORLD, Company, person, roster
from tests.remedies.test_people_onboarding import CALLS, THIRTY, may


def prove() -> dict[str, Any]:
    """Onboard thirty, ask every job's calls of each, see five of them off, and take all of it back."""
    with tempfile.TemporaryDirectory() as folder, Lab() as lab, pytest.MonkeyPatch.context() as patch:
        seed(lab.endpoint, parse_world(WORLD, "company.yaml"))
        sign_in(patch, lab, MANAGEMENT)
        company = Company(lab, Path(folder))
        company.iam.create_user(UserName="founder")
        company.iam.attach_user_policy(UserName="founder", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        company.iam.create_access_key(UserName="founder")
        before, began = company.people(), time.monotonic()
        joined = company.follow(roster(*(person(*one) for one in THIRTY)))
        seconds = time.monotonic() - began
        figures = _asked(company) | {"people": len(THIRTY), "seconds_until_proved": round(seconds, 1)}
        figures["first_passwords_handed_over"] = len(list((company.folder / "handover").iterdir()))
        assert figures["first_passwords_handed_over"] == len(THIRTY)
        left = company.apply(company.plan(roster(*(person(*one) for one in THIRTY[:25])), confirmed=5))
        seen = company.view()
        denied = [may(seen, user, "s3:ListAllMyBuckets", "*", mfa=True) is False for user, _ in THIRTY[25:]]
        assert all(denied)
        figures["leavers_shut_out"] = len(denied)
        company.undo(left)
        for user, _ in THIRTY[25:]:  # a deleted password is what stays; the run that made it is undone all the same
            company.iam.create_login_profile(
                UserName=user, Password="Lab-only-7-not-a-secret!", PasswordResetRequired=True
            )
        company.undo(joined)
        assert company.people() == before
        return figures | {"undone_reads_as_before": True}


def _asked(company: Company) -> dict[str, int]:
    """Ask everything of everybody; return how many answers there were of each kind."""
    seen, found = company.view(), {"job_calls_allowed": 0, "other_calls_denied": 0, "calls_before_mfa_denied": 0}
    for user, job in THIRTY:
        for (action, on), jobs in CALLS.items():
            with_mfa = may(seen, user, action, on, mfa=True)
            assert with_mfa is (job in jobs), (user, job, action)
            found["job_calls_allowed" if with_mfa else "other_calls_denied"] += 1
            assert may(seen, user, action, on, mfa=False) is False, (user, action)
            found["calls_before_mfa_denied"] += 1
        own = f"arn:aws:iam::{ACCOUNT}:user/people/{user}"
        for action in EXEMPT[:-1]:
            on = f"arn:aws:iam::{ACCOUNT}:mfa/{user}" if action == "iam:CreateVirtualMFADevice" else own
            assert may(seen, user, action, on, mfa=False), (user, action)
    return found
