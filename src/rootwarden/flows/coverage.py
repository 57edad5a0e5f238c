"""What was read of what was expected, so that every percentage has its denominator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from rootwarden.model.audit import Coverage
from rootwarden.model.control import Registered
from rootwarden.model.facts import FACTS, Scope
from rootwarden.model.readings import Unknown, first_unknown, not_collected
from rootwarden.model.snapshot import Facts, Header

# Read only when somebody asks for it; otherwise nobody expects it.
_OPTED_INTO = {"root.privileged_audit"}
_ENABLED = {"ENABLED", "ENABLED_BY_DEFAULT"}


class Counts:
    """Counts accounts, Regions and facts while accounts stream by; remembers reasons, not accounts."""

    def __init__(self, header: Header, controls: Iterable[Registered]) -> None:
        """Expect of each account every fact that one of `controls` requires, or that was asked for by an option."""
        self._asked = set(header.scope.regions)
        self._expected_accounts = header.accounts_expected
        self._facts = {Scope.ACCOUNT: set[str](), Scope.REGION: set[str](), Scope.ORG: set[str]()}
        for entry in controls:
            for name in (fact for group in entry.control.required for fact in group):
                if FACTS[name].scope in self._facts and not (name in _OPTED_INTO and not header.scope.root_audit):
                    self._facts[FACTS[name].scope].add(name)
        self._wanted: list[str] = []  # of an account, in order; put together when the organization was counted
        self._regions_unknown, self._most_regions = 0, 1
        self._read: Counter[str] = Counter()
        self._expected: Counter[str] = Counter()
        self._why: dict[str, Counter[str]] = {"accounts": Counter(), "Regions": Counter(), "facts": Counter()}

    def organization(self, facts: Facts) -> None:
        """Count the facts of the organization (of none, nothing but its absence is expected)."""
        if _exists(facts):
            self._count(facts, self._facts[Scope.ORG])
            return
        self._count(facts, {"org.organization"})
        # Of an account in no organization AWS tells nobody the address of its root user.
        self._facts[Scope.ACCOUNT].discard("account.primary_email")

    def account(self, account: str, facts: Facts) -> None:
        """Count one account that has a line in the snapshot."""
        wanted = self._wanted = self._wanted or sorted(self._facts[Scope.ACCOUNT] | self._facts[Scope.REGION])
        if self._count(facts, wanted) or not wanted:
            self._read["accounts"] += 1
        else:
            reason = facts.state(wanted[0])
            self._why["accounts"][f"{account}: {reason}" if isinstance(reason, Unknown) else account] += 1
        self._regions(account, facts)

    def missing(self, account: str) -> None:
        """Count an account that should have a line and has none."""
        self._regions_unknown += 1
        self._why["accounts"][f"{account}: not in the snapshot (it is partial)"] += 1
        self._expected["facts"] += len(self._facts[Scope.ACCOUNT] | self._facts[Scope.REGION])

    def result(self) -> tuple[Coverage, ...]:
        """Return the counts: accounts, Regions, facts."""
        # Nobody knows how many Regions an unread account has: it is taken to have as many as the largest one read.
        self._expected["Regions"] += self._regions_unknown * self._most_regions
        self._expected["accounts"] = max(self._expected_accounts, self._read["accounts"])
        return tuple(
            Coverage(what=what, read=self._read[what], expected=self._expected[what], unread=_reasons(self._why[what]))
            for what in ("accounts", "Regions", "facts")
        )

    def _count(self, facts: Facts, wanted: Collection[str]) -> int:
        """Count facts that were expected; return how many were read whole."""
        read = 0
        for name in wanted:
            state = facts.state(name)
            if state is True:
                read += 1
                continue
            reason = state if isinstance(state, Unknown) else first_unknown(facts.get(name)[0])
            if reason is None:
                read += 1
            else:
                self._why["facts"][f"{name}: {reason if reason.call or reason.missing else not_collected(name)}"] += 1
        self._expected["facts"] += len(wanted)
        self._read["facts"] += read
        return read

    def _regions(self, account: str, facts: Facts) -> None:
        regions, _ = facts.get("account.regions")
        if not isinstance(regions, list):
            self._regions_unknown += 1
            self._why["Regions"][f"{account}: which Regions are enabled could not be read"] += 1
            return
        enabled = {
            str(item.get("RegionName"))
            for item in regions
            if isinstance(item, dict) and item.get("RegionOptStatus") in _ENABLED
        }
        unread = self._unread_regions(facts)
        seen = {region for region in enabled if region not in unread and (not self._asked or region in self._asked)}
        self._most_regions = max(self._most_regions, len(enabled))
        self._expected["Regions"] += len(enabled)
        self._read["Regions"] += len(seen)
        for region in sorted(enabled - seen):
            self._why["Regions"][f"{region}: {unread.get(region, 'not asked for')}"] += 1

    def _unread_regions(self, facts: Facts) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in self._facts[Scope.REGION]:
            if facts.state(name) is True:
                continue
            value, _ = facts.get(name)
            for item in value if isinstance(value, list) else ():
                reason = first_unknown(item)
                if reason is not None and isinstance(item, dict) and "_unknown" in item:
                    found[str(item.get("region"))] = str(reason)
        return found


def _exists(facts: Facts) -> bool:
    value, _ = facts.get("org.organization")
    return value is not None


def _reasons(why: Counter[str]) -> tuple[str, ...]:
    return tuple(f"{reason} ({n} times)" if n > 1 else reason for reason, n in sorted(why.items()))
