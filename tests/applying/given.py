"""What remedies have to be told before they can do anything: one setting of everything, as a careful person has it."""

from __future__ import annotations

from typing import Any

SETTINGS: dict[str, dict[str, Any]] = {
    "register-security-contact": {
        "name": "Security team", "title": "Security", "email": "security@shop.example", "phone": "+1 555 0100",
    },
}  # fmt: skip
