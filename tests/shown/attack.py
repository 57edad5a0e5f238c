"""A scripted attack in the lab: each act is told within its second, in order, as one incident with its story."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from rootwarden.lab.server import Lab
from tests.chain.attack import attack
from tests.chain.chain import deployed


def prove() -> dict[str, Any]:
    """Deploy, attack, and return what was told and how many seconds after each act."""
    with tempfile.TemporaryDirectory() as folder, Lab() as lab, deployed(Path(folder), lab) as chain:
        found = attack(chain)
        messages = len(chain.receiver.received)
    assert all(one.seconds < 1 for one in found), [(one.act, one.seconds) for one in found]
    assert len({one.message.body["thread"] for one in found}) == 1
    acts = [
        {
            "act": one.act,
            "told_after_s": round(one.seconds, 3),
            "severity": one.message.body["severity"],
            "title": one.message.body["title"],
            "codes": one.message.body["data"]["codes"],
        }
        for one in found
    ]
    return {"acts": acts, "messages": messages, "story": found[-1].message.body["data"]["story"]}
