"""A plan exported as CloudFormation becomes a stack in the lab, and the findings it is for pass; Terraform parses.

The world is an account without any trail; the plan is the remedy's own. cfn-lint finds nothing to say of the template.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import hcl2
import pytest

from rootwarden.lab.server import Lab
from rootwarden.model.findings import Status
from tests.emulated.collecting import sign_in
from tests.exports.sample_plans import ACCOUNT
from tests.exports.stacks import REMEDY, TRAILS, bare, findings, planned, stacked, text


def prove() -> dict[str, Any]:
    """Plan, export, lint, make the stack, judge; and parse the same plan in Terraform's words."""
    with Lab() as lab, tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        bare(lab)
        sign_in(patch, lab, ACCOUNT)
        before = Counter(one.status for one in findings(folder, *TRAILS))
        plan = planned(folder, *TRAILS, settings={REMEDY: {"admin": "role/Admin"}})
        template, code = text(plan, "cloudformation"), text(plan, "terraform")
        (folder / "fix.yaml").write_text(template, encoding="utf-8")
        lint = subprocess.run(
            [str(Path(sys.executable).parent / "cfn-lint"), str(folder / "fix.yaml")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert lint.returncode == 0, lint.stdout
        parsed = hcl2.loads(code)
        stack = stacked(lab, plan)
        lab.deliver()
        after = findings(folder, *TRAILS)
    assert before[Status.FAIL]
    assert {one.code for one in after if one.status is Status.PASS} == set(TRAILS)
    assert not [one for one in after if one.status is Status.FAIL]
    return {
        "changes": len(plan.changes),
        "resources_in_the_stack": len(stack.resources),
        "cfn_lint_findings": 0,
        "terraform_resources": len(parsed["resource"]),
        "failing_before": before[Status.FAIL],
        "failing_after": 0,
        "passing_after": sorted({one.code for one in after if one.status is Status.PASS}),
    }
