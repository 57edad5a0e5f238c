"""The second half of the demo: mend a practice organization, look again, and take everything back."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rootwarden.cli.writing import say, write_text
from rootwarden.errors import Exit

# What the practice organization would have in its rootwarden.toml.
SETTINGS: dict[str, dict[str, Any]] = {
    "register-security-contact": {
        "name": "Priya Raman", "title": "CTO", "email": "security@startup.example", "phone": "+49 30 5550101",
    },
    "create-cost-budget": {"emails": ["finance@startup.example"]},
    "repair-alert-topic": {"emails": ["security@startup.example"]},
    "name-user-owner": {"owners": ["222222222203/test-runner=platform@startup.example"]},
}  # fmt: skip


def mend(endpoint: str, *, quiet: bool) -> int:
    """Plan, apply, audit and undo in the lab at `endpoint`; return the exit code: 7 where something was not proved."""
    from rootwarden.flows.collect import CollectRequest  # noqa: PLC0415
    from rootwarden.flows.practising import practise  # noqa: PLC0415
    from rootwarden.report import practised_text  # noqa: PLC0415

    def tell(text: str) -> None:
        if not quiet:
            say(f"rootwarden: {text.strip()}")

    with TemporaryDirectory(prefix="rootwarden-") as folder:
        found = practise(CollectRequest(org=True, endpoint_url=endpoint), SETTINGS, Path(folder), tell)
    write_text(practised_text.table(
        found.plan, found.before, found.after, found.undone, found.left, found.stays, found.came_up
    ))  # fmt: skip
    for words in found.unproved:
        say(f"rootwarden: not proved: {words}")
    return Exit.UNVERIFIED if found.unproved or (found.left and not found.stays) else Exit.FINE
