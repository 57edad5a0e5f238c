"""Drills of a chain that works pass; of one that was broken on purpose each names the hop that was broken."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from rootwarden.lab.server import Lab
from tests.chain.chain import deployed
from tests.chain.drills import CASES, alarm_is_there, drill


def prove() -> dict[str, Any]:
    """Deploy, drill, break, drill again; return each drill hop by hop."""
    found = {}
    with tempfile.TemporaryDirectory() as folder, Lab() as lab, deployed(Path(folder), lab) as chain:
        alarm_is_there(chain)
        for case in CASES:
            told = drill(chain, case)
            hops = {
                hop["name"]: hop["state"] if hop["seconds"] is None else f"{hop['state']} after {hop['seconds']:.2f} s"
                for hop in told["hops"]
            }
            found[case.name] = {"passed": told["passed"], "broken": told["broken"], "hops": hops}
    return found
