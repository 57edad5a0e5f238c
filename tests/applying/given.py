"""What remedies have to be told before they can do anything: the settings of a careful person."""

from __future__ import annotations

from typing import Any

SETTINGS: dict[str, dict[str, Any]] = {
    "register-security-contact": {
        "name": "Security team", "title": "Security", "email": "security@shop.example", "phone": "+1 555 0100",
    },
    "create-cost-budget": {"emails": ["billing@shop.example"], "limit_usd": 100.0},
    "add-budget-recipient": {"emails": ["billing@shop.example"]},
    "repair-alert-topic": {"emails": ["security@shop.example"]},
}  # fmt: skip
