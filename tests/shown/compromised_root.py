"""A compromised root user is one incident: its alerts in order, and its text."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.detections.scenes import ACCOUNT, ATTACKER, compromised_root

ROOT = Path(__file__).resolve().parents[2]
# What happened, in this order, as (event, the alert that must be among those it completes).
HAPPENED = (
    ("ConsoleLogin", "RD-004"), ("ConsoleLogin", "RD-003"), ("CreateAccessKey", "RD-005"), ("StopLogging", "RD-113"),
    ("AttachUserPolicy", "RD-020"), ("RunInstances", "RD-040"),
)  # fmt: skip


def prove() -> dict[str, Any]:
    """Judge the attack together with a year of the holder's own sign-ins."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "records.json"
        file.write_text(json.dumps({"Records": compromised_root()}))
        command = [sys.executable, "-m", "rootwarden", "detect", str(file), "--output", "json"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    attack = {alert["fingerprint"]: alert for alert in found["alerts"] if alert["source"] == ATTACKER}
    incidents = [one for one in found["incidents"] if attack.keys() & set(one["alerts"])]
    assert len(incidents) == 1, [one["story"] for one in incidents]
    incident = incidents[0]
    assert set(incident["alerts"]) == attack.keys(), "the holder's own sign-ins are not part of it"
    alerts = [attack[name] for name in incident["alerts"]]
    times = [alert["event_time"] for alert in alerts]
    assert times == sorted(times)
    place = 0
    for event, code in HAPPENED:
        place = next(
            n for n in range(place, len(alerts)) if (alerts[n]["event_name"], alerts[n]["code"]) == (event, code)
        )
    assert ACCOUNT in incident["story"]
    assert incident["severity"] == "critical"
    return {
        "incidents_of_the_attack": 1,
        "alerts": [f"{alert['event_time']} {alert['severity']} {alert['code']} {alert['title']}" for alert in alerts],
        "story": incident["story"],
    }
