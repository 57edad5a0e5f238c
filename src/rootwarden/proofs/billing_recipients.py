"""Whom alerts about money shall reach: the addresses that were configured, if AWS and the policy take them."""

from __future__ import annotations

import re

from rootwarden.model.remedy import Not
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.allowed_domains import allowed_domains, outside

# One notification of AWS Budgets, and one subscription of Cost Anomaly Detection, tells at most ten addresses.
_MOST = 10
_ADDRESS = re.compile(r"[^\s@'\"`\\<>,;]+@[\w-]+(?:\.[\w-]+)+")


def wanted_recipients(slug: str, settings: Thresholds, seen: View) -> tuple[str, ...] | Not:
    """Return the `emails` of `[remedies.<slug>]`, each once, or why nobody can be told."""
    where = f"[remedies.{slug}]"
    found = tuple(dict.fromkeys(one.strip() for one in settings.texts("emails") if one.strip()))
    if not found:
        return Not("nobody is named who would be told", f'set emails = ["billing@example.com"] under {where}')
    if len(found) > _MOST:
        return Not(f"AWS tells at most {_MOST} addresses", f"name fewer in emails under {where}")
    for one in found:
        if _ADDRESS.fullmatch(one) is None:
            return Not(f"{one!r} is no e-mail address", f"correct emails under {where}")
    strange = outside(found, allowed_domains(seen))
    if strange:
        return Not(
            f"the policy does not allow addresses at {strange[0]}",
            f"name others in emails under {where}, or allow the domain in root_email.allowed_domains",
        )
    return found
