"""2,900 real records without root give no root alert; every other alert is listed and explained."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RECORDS = ROOT / "tests" / "data" / "cloudtrail" / "invictus" / "CloudTrail"
# Why each alert on these records is right: the publisher simulated an attack with these tools.
EXPLAINED = {
    "RD-015": "the attack tool tried LeaveOrganization as a role; attempts count, whoever makes them",
    "RD-017": "the attack tool stopped, deleted and narrowed trails as an IAM user; high, because it was not root",
}


def prove() -> dict[str, Any]:
    """Judge the records with the program and account for every alert."""
    command = [sys.executable, "-m", "rootwarden", "detect", str(RECORDS), "--output", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    root = [alert for alert in found["alerts"] if alert["kind"].startswith("root") or alert["actor"] == "root"]
    assert found["counted"]["records"] == 2900, found["counted"]
    assert found["counted"]["unread"] == [], found["counted"]
    assert root == [], root
    listed = [
        {
            "code": alert["code"],
            "severity": alert["severity"],
            "at": alert["event_time"],
            "event": alert["event_name"],
            "actor": alert["actor"],
            "why": EXPLAINED[alert["code"]],
        }
        for alert in found["alerts"]
    ]
    return {"records": 2900, "classification": found["counted"]["classification"], "root_alerts": 0, "alerts": listed}
