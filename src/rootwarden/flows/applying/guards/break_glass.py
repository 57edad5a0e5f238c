"""Who is a break-glass user: named by the configuration as it is now, by the roster that was planned, or called so.

Whoever was named for one remedy counts for all, in whatever case: AWS does not tell case apart in names of users.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rootwarden.catalogue.remedying import remedies
from rootwarden.flows.applying.guards.guard import Guarded, Refusal
from rootwarden.model.plan import Change
from rootwarden.proofs.ways_in import looks_like_break_glass

_SETTING = "break_glass"


def refusals(on: Guarded, change: Change, users: Iterable[str]) -> Iterator[Refusal]:
    """Go through the break-glass users among those from whom a change takes something."""
    configured = {
        name.lower()
        for slug, known in remedies().items()
        if _SETTING in known.remedy.params
        for name in on.settings(slug).texts(_SETTING)
    }
    spared = {name.lower() for name in change.spares}
    for user in users:
        named = "configuration" if user.lower() in configured else "roster" if user.lower() in spared else ""
        if named or looks_like_break_glass(user):
            yield Refusal(
                f"{change.title} ({change.account}): {user} is a break-glass user",
                f"the {named} names it so" if named else "its name says so",
                "plan again without it; RW-IAM-13 says what such users need",
            )
