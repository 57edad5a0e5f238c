"""EventBridge: the rules on the default bus, where CloudTrail's events arrive, and where they send what matches."""

from __future__ import annotations

from functools import partial
from typing import Any

from rootwarden.aws.ask import Ask
from rootwarden.aws.collectors import of_region
from rootwarden.aws.visit import Visit

# The rest of a target may carry passwords and tokens: headers, environments of containers, job parameters, and what is
# sent in place of the event.
_TARGET = ("Id", "Arn", "RoleArn", "InputPath", "DeadLetterConfig")
_IN_PLACE_OF_THE_EVENT = ("Input", "InputTransformer")


@of_region("events.rules", per={"events.ListTargetsByRule": "rule"})
def rules(visit: Visit, region: str) -> list[dict[str, Any]]:
    """Return every rule with its targets, or the mark of those that could not be read."""
    ask = visit.ask
    found = ask.items("events", "ListRules", "Rules", region)
    return [rule | {"targets": ask.or_mark(partial(_targets, ask, region, rule["Name"]))} for rule in found]


def _targets(ask: Ask, region: str, rule: str) -> list[dict[str, Any]]:
    return [_kept(target) for target in ask.items("events", "ListTargetsByRule", "Targets", region, Rule=rule)]


def _kept(target: dict[str, Any]) -> dict[str, Any]:
    kept = {name: target[name] for name in _TARGET if name in target}
    return kept | {"HasInput": any(name in target for name in _IN_PLACE_OF_THE_EVENT)}
