"""Locks the trail bucket: what was written stays for the time set, whoever wants it gone.

The lock is in governance mode, which an administrator with a right of their own can lift. Compliance mode nobody can
lift before its time, not even AWS, and the files are paid for that long: it takes three settings that say so.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from rootwarden.model.cost import Cost, CostClass
from rootwarden.model.expect import Expect
from rootwarden.model.plan import Change, Difference, Risk, Step
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.proofs import prices
from rootwarden.proofs.bucket_keeping import is_versioned, lock_days
from rootwarden.proofs.bucket_place import Place, place_of
from rootwarden.proofs.event_rate import monthly_events
from rootwarden.proofs.landing_zone import of_landing_zone
from rootwarden.proofs.longer_rules import lengthened
from rootwarden.proofs.made_bucket import FACT, bucket_call

REMEDY = Remedy(
    title="Lock the trail bucket",
    order=30,
    params={"mode": "GOVERNANCE", "days": 0, "irreversible": False},
    facts=("cloudtrail.event_rate",),
    risks=(Risk.CAREFUL, Risk.DANGEROUS),
    calls=(
        "s3.PutBucketLifecycleConfiguration", "s3.PutBucketVersioning", "s3.PutObjectLockConfiguration",
    ),
)  # fmt: skip
_GOVERNANCE, _COMPLIANCE = "GOVERNANCE", "COMPLIANCE"
_USUAL_DAYS = 365
_LOCK_STAYS = (
    "Object Lock cannot be switched off, only its default retention removed; what was locked meanwhile stays locked"
)
_VERSIONS_STAY = "versioning cannot be switched off, and of a locked bucket not even be suspended"


def prescribe(case: Case) -> Change | Not:
    """Switch versioning and a default retention on, and lengthen rules that delete too early."""
    foreign = of_landing_zone(case.finding.resource)
    if foreign is not None:
        return foreign
    place = place_of(case.seen, case.finding.resource.rpartition(":::")[2])
    wanted = _wanted(case, place)
    if isinstance(wanted, Not):
        return wanted
    mode, days = wanted
    versioning = place.sight["versioning"].plain()
    if versioning.get("MFADelete") == "Enabled" and versioning.get("Status") != "Enabled":
        return Not(
            "versioning is suspended and can be switched on only with root's MFA device",
            "let root switch MFA delete off, which needs its device, then plan again",
        )
    rules = place.sight["lifecycle"].plain() or []
    longer = lengthened(rules, days)
    steps, then, expects, shows = [], [], [], []
    for part in (_versions(place), _lock(place, mode, days), _expiry(place, rules, longer)):
        if part is not None:
            step, expect, after, shown = part
            steps.append(step)
            expects.append(expect)
            then.append(after)
            shows.append(shown)
    change = case.change(
        f"Lock the files in {place.name} for {days} days",
        risk=Risk.DANGEROUS if mode == _COMPLIANCE else Risk.CAREFUL,
        steps=tuple(steps),
        expects=tuple(expects),
        then=tuple(then),
        shows=tuple(shows),
        account=place.account,
    )
    return replace(change, cost=_cost(case, place, days), notes=tuple(_notes(mode, days)))


def _wanted(case: Case, place: Place) -> tuple[str, int] | Not:
    """Return the mode and the days of the lock, or why there is none."""
    least = int(case.limits.number("min_retention_days"))
    given, mode = int(case.settings.number("days")), case.settings.text("mode").upper()
    where = f"[remedies.{case.slug}]"
    held, former = lock_days(place.sight)
    if mode not in (_GOVERNANCE, _COMPLIANCE):
        return Not(f"mode = {mode!r} is no mode of Object Lock", f"under {where}, write GOVERNANCE or COMPLIANCE")
    if former == _COMPLIANCE and mode != _COMPLIANCE:
        return Not(
            f"the bucket is locked in compliance mode for {held} days, and a weaker lock is not put in its place",
            f'set mode = "COMPLIANCE", irreversible = true and days under {where}',
        )
    if mode == _COMPLIANCE and not (given and case.settings.flag("irreversible")):
        return Not(
            "compliance mode cannot be taken back by anybody before its time",
            f"under {where}, set irreversible = true and write out the days",
        )
    if given and given < least:
        return Not(
            f"days = {given} under {where} is less than the {least} that RW-TRAIL-06 asks for", "set it to no less"
        )
    return mode, given or max(least, _USUAL_DAYS)


Part = tuple[Step, Expect, Expect, Difference]


def _versions(place: Place) -> Part | None:
    if is_versioned(place.sight):
        return None
    old = place.sight["versioning"].plain()
    call = bucket_call(
        "PutBucketVersioning", place.name, place.region, {"VersioningConfiguration": {"Status": "Enabled"}}
    )
    at = (place.name, "versioning")
    on = Expect(fact=FACT, at=at, value={"Status": "Enabled"})
    step = Step(
        id="versions", does="Keep every version", call=call, stays=_VERSIONS_STAY, stays_as=(on,), on=(place.arn,)
    )
    return (
        step,
        Expect(fact=FACT, at=at, value={"Status": old.get("Status")}),
        on,
        Difference(what="versioning", before=str(old.get("Status", "never")).lower(), after="enabled"),
    )


def _lock(place: Place, mode: str, days: int) -> Part:
    old = place.sight["object_lock"].plain()
    new = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": mode, "Days": days}}}

    def put(config: dict[str, Any]) -> Any:
        parameters = {"ObjectLockConfiguration": config}
        return bucket_call("PutObjectLockConfiguration", place.name, place.region, parameters)

    at, bare = (place.name, "object_lock"), {"ObjectLockEnabled": "Enabled"}
    former = {name: old[name] for name in ("ObjectLockEnabled", "Rule") if old.get(name)} if old else {}
    step = Step(
        id="lock", does=f"Lock new files for {days} days", call=put(new),
        undo=(put(former or bare),), stays="" if former else _LOCK_STAYS,
        stays_as=None if former else (Expect(fact=FACT, at=at, value=bare),), on=(place.arn,),
    )  # fmt: skip
    held, _ = lock_days(place.sight)
    return (
        step,
        Expect(fact=FACT, at=at, value=old),
        Expect(fact=FACT, at=at, value=new),
        Difference(
            what="Object Lock", before=f"{held} days" if held else "none", after=f"{days} days, {mode.lower()} mode"
        ),
    )


def _expiry(place: Place, rules: list[Any], longer: list[Any]) -> Part | None:
    if longer == rules:
        return None

    def put(value: list[Any]) -> Any:
        parameters = {"LifecycleConfiguration": {"Rules": value}}
        return bucket_call("PutBucketLifecycleConfiguration", place.name, place.region, parameters)

    at = (place.name, "lifecycle")
    step = Step(
        id="expiry", does="Lengthen the rules that delete too early", call=put(longer), undo=(put(rules),),
        on=(place.arn,),
    )  # fmt: skip
    return (
        step,
        Expect(fact=FACT, at=at, value=rules),
        Expect(fact=FACT, at=at, value=longer),
        Difference(what="expiry", before=_ends(rules), after=_ends(longer)),
    )


def _ends(rules: list[Any]) -> str:
    ends = [rule.get("Expiration") or rule.get("NoncurrentVersionExpiration") or {} for rule in rules]
    days = [end.get("Days") or end.get("NoncurrentDays") for end in ends]
    return "after " + ", ".join(f"{one} days" for one in days if one)


def _notes(mode: str, days: int) -> list[str]:
    notes = ["The default holds for new files; those that are there already are not locked by it."]
    if mode == _COMPLIANCE:
        notes.append(f"Nobody, root and AWS included, can delete a file before {days} days have passed.")
    return notes


def _cost(case: Case, place: Place, days: int) -> Cost:
    kept = prices.files_cost(monthly_events(case.seen, place.trails), max(1, days // 30))
    return Cost(
        kind=CostClass.BY_USE, low=Decimal(0), high=kept.high, why=f"Files stay that were deleted so far: {kept.why}",
        priced=kept.priced,
    )  # fmt: skip
