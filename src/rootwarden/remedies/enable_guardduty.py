"""Switches GuardDuty on in every Region: it tells of root that signs in or calls, and of stolen credentials of anybody.

AWS charges for what GuardDuty looks through; the first month is free. Only the foundation is switched on, which reads
CloudTrail, network flows and name queries by itself; the plans for S3, EKS, RDS, Lambda and malware stay off.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from rootwarden.model.cost import Cost, CostClass
from rootwarden.model.expect import Expect, Item
from rootwarden.model.placeholders import refer
from rootwarden.model.plan import Call, Change, Declared, Difference, Probe, Risk, Step
from rootwarden.model.readings import UnseenError
from rootwarden.model.remedy import Not, Remedy, Wish
from rootwarden.proofs.alerting_prices import (
    DETECTOR_PER_GB,
    DETECTOR_PER_MILLION_EVENTS,
    DETECTOR_TRIAL_DAYS,
    PRICES_OF,
)
from rootwarden.proofs.alerting_wishes import seen_in, unread, wished_regions
from rootwarden.proofs.event_rate import Events, region_events
from rootwarden.proofs.part_of_change import Part
from rootwarden.proofs.resting import on_detector
from rootwarden.proofs.wished_change import once, wished_change, wished_id

REMEDY = Remedy(
    title="Switch GuardDuty on",
    order=80,
    params={"regions": (), "foundation_only": True, "million_events": 0.0, "log_gb": 10.0},
    facts=("account.regions", "cloudtrail.event_rate", "guardduty.detectors"),
    risks=(Risk.SAFE, Risk.CAREFUL),
    calls=(
        "guardduty.CreateDetector", "guardduty.DeleteDetector", "guardduty.UpdateDetector",
    ),
)  # fmt: skip

_FACT = "guardduty.detectors"
_CENT = Decimal("0.01")
_WHY = "GuardDuty watches for root being used and for credentials in strange hands, in each Region by itself."
# What a new detector has switched on unless it is told otherwise (GuardDuty API Reference, CreateDetector).
_EXTRAS = (
    "S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS",
)  # fmt: skip


def propose(wish: Wish) -> Iterator[Change | Not]:
    """Wish for a detector in each Region; taken back, it is gone, or off again."""
    regions, left = wished_regions(wish)
    yield from left
    for region in regions:
        try:
            held = seen_in(wish.seen, _FACT, region)
        except UnseenError as error:
            yield unread(region, error)
            continue
        if not held:
            yield _change(wish, region, _made(wish, region), len(regions))
        elif held[0].get("Status") != "ENABLED":
            yield _change(wish, region, _switched_on(held[0], region), len(regions))


def _change(wish: Wish, region: str, part: Part, regions: int) -> Change:
    return wished_change(
        wish, part, title=f"Switch GuardDuty on in {region}", why=_WHY, region=region, resource="",
        cost=_cost(wish, region, regions),
    )  # fmt: skip


def _made(wish: Wish, region: str) -> Part:
    features = [{"Name": name, "Status": "DISABLED"} for name in _EXTRAS]
    extras = {"Features": features} if wish.settings.flag("foundation_only") else {}
    token = once(wish, region)
    at = (Item("region", region),)
    step = Step(
        id="detector",
        does="Make the detector",
        call=_call(region, "CreateDetector", Enable=True, ClientToken=token, **extras),
        keeps={"id": "DetectorId"},
        undo=(_call(region, "DeleteDetector", DetectorId=refer("detector", "id")),),
        used=on_detector(refer("detector", "id"), region),
        stays="the role AWSServiceRoleForAmazonGuardDuty stays, and what was found is deleted with the detector",
        stays_as=(),
        seen=Probe(call=_call(region, "ListDetectors"), done="DetectorIds", keeps={"id": "DetectorIds[0]"}),
    )
    return Part(
        steps=(step,),
        expects=(Expect(fact=_FACT, at=at, value=None),),
        then=(Expect(fact=_FACT, at=at, value={"Status": "ENABLED"}),),
        shows=(Difference(what=f"GuardDuty in {region}", before="off", after="on"),),
        declares=(
            Declared(
                type="AWS::GuardDuty::Detector",
                name=f"RootwardenDetector{wished_id(wish, region).rsplit('-', 1)[-1]}",
                properties={"Enable": True, **extras},
            ),
        ),
    )


def _switched_on(held: dict[str, Any], region: str) -> Part:
    name = held["DetectorId"]
    at = (Item("DetectorId", name), "Status")
    on, off = (_call(region, "UpdateDetector", DetectorId=name, Enable=value) for value in (True, False))
    return Part(
        steps=(Step(id="detector", does="Switch the detector on", call=on, undo=(off,)),),
        expects=(Expect(fact=_FACT, at=at, value="DISABLED"),),
        then=(Expect(fact=_FACT, at=at, value="ENABLED"),),
        shows=(Difference(what=f"GuardDuty in {region}", before="switched off", after="on"),),
        declares=(
            Declared(
                type="AWS::GuardDuty::Detector", name=f"RootwardenDetector{name[:8]}", properties={"Enable": True},
                exists=name,
            ),
        ),
    )  # fmt: skip


def _cost(wish: Wish, region: str, regions: int) -> Cost:
    """Price the events of the Region, as measured or said, and its share of the logs; the first month is free."""
    million, size = (Decimal(str(wish.settings.number(name))) for name in ("million_events", "log_gb"))
    events = region_events(wish.seen, region)
    if million:
        said = million * 1_000_000 / regions
        events = Events(said, said, f"{million} million events a month in all Regions, as million_events says")
    elif not events.measured:
        events = replace(events, high=events.high / regions)
    low, high = (of / 1_000_000 * DETECTOR_PER_MILLION_EVENTS for of in (events.low, events.high))
    return Cost(
        kind=CostClass.BY_USE,
        low=low.quantize(_CENT) if events.measured else Decimal(0),
        high=(high + size / regions * DETECTOR_PER_GB).quantize(_CENT),
        why=(
            f"By use, free for {DETECTOR_TRIAL_DAYS} days: {DETECTOR_PER_MILLION_EVENTS} USD a million events and "
            f"{DETECTOR_PER_GB} a GB (us-east-1); reckoned with {events.how}, and with up to {size} GB of "
            "flow logs and name queries a month in all Regions, as log_gb says."
        ),
        priced=PRICES_OF,
    )


def _call(region: str, operation: str, **parameters: Any) -> Call:
    return Call(service="guardduty", operation=operation, region=region, parameters=parameters)
