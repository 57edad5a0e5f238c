"""Every seeded world audited: counts per status; then one permission after another denied, and what becomes UNKNOWN.

`fortress` has no FAIL and no UNKNOWN, `solo-founder` fails at least 15 controls, and no denied permission improves a
verdict; where nothing at all can be read without it, the audit says so and ends with 4.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from rootwarden.lab.blueprint import World
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.lab.world import bundled
from tests.journeys.terminal import rootwarden

Finding = dict[str, Any]
# Two Regions keep the many audits short; the worlds have their resources there.
DENIAL_WORLD, DENIAL_REGIONS = "fortress", "us-east-1,eu-west-1"
RANK = {"PASS": 3, "NOT_APPLICABLE": 2, "MANUAL": 1, "FAIL": 0, "UNKNOWN": 0}


def audit(lab: Lab, world: World, *options: str) -> tuple[list[Finding], int]:
    """Return the findings of `rootwarden audit` and its exit code; none when it was refused the first question."""
    scope = ["--org"] if world.organization is not None else []
    environment = lab.environment(world.management.id, region=world.region)
    answer = rootwarden("audit", *scope, "--output", "json", *options, env=environment)
    if answer.code == 4:
        assert "Next:" in answer.err
        return [], answer.code
    assert answer.code in (0, 3, 5), answer.err
    return json.loads(answer.out)["findings"], answer.code


def prove() -> dict[str, Any]:
    """Audit all worlds, then deny permissions one by one."""
    figures: dict[str, Any] = {"worlds": {}, "denied": {}}
    for name in bundled():
        with Lab() as lab:
            findings, code = audit(lab, seed(lab.endpoint, name))
        counts = Counter(finding["status"] for finding in findings)
        failing = sorted({f["code"] for f in findings if f["status"] == "FAIL"})
        figures["worlds"][name] = dict(counts) | {"exit": code, "controls_failing": len(failing)}
        if name == "fortress":
            assert not counts["FAIL"], failing
            assert not counts["UNKNOWN"], [f["message"] for f in findings if f["status"] == "UNKNOWN"]
        if name == "solo-founder":
            assert len(failing) >= 15, failing
    figures["denied"] = denials()
    figures["improved"] = 0
    return figures


def denials() -> dict[str, Any]:
    """Deny every action of the caller's policy, one at a time; return which controls become UNKNOWN for each."""
    policy = json.loads(rootwarden("iam-policy", "audit", "--caller").out)
    actions = sorted(
        {a for s in policy["Statement"] for a in ([s["Action"]] if isinstance(s["Action"], str) else s["Action"])}
    )
    found: dict[str, Any] = {}
    with Lab() as lab:
        world = seed(lab.endpoint, DENIAL_WORLD)
        before, _ = audit(lab, world, "--regions", DENIAL_REGIONS)
        best = {f["fingerprint"]: f["status"] for f in before}
        for action in actions:
            lab.clear_faults()
            lab.deny(action)
            after, code = audit(lab, world, "--regions", DENIAL_REGIONS)
            better = [
                (f["code"], f["account"], best[f["fingerprint"]], f["status"])
                for f in after
                if f["fingerprint"] in best and RANK[f["status"]] > RANK[best[f["fingerprint"]]]
            ]
            assert not better, (action, better)
            # What is UNKNOWN because only two Regions were asked is so with every permission; only the change counts.
            lost = [f for f in after if f["status"] == "UNKNOWN" and best.get(f["fingerprint"]) != "UNKNOWN"]
            unknown = sorted({f["code"] for f in lost})
            assert code == 4 or not unknown or code == 5, (action, code)
            named = [f for f in lost if f["unknown_because"]]
            found[action] = {
                "exit": code,
                "unknown": unknown,
                "findings": len(named),
                "naming_the_permission": sum(action in f["unknown_because"].get("missing", ()) for f in named),
            }
    return found
