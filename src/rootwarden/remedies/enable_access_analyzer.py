"""Switches IAM Access Analyzer on in every Region: it tells of buckets, keys and roles that strangers can reach.

An analyzer of external access is free. One of the account itself trusts the account, one of the organization trusts all
of its accounts; the second is made in the management account or by a delegated administrator and covers everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rootwarden.model.expect import Expect, Item
from rootwarden.model.plan import Call, Change, Declared, Difference, Probe, Risk, Step
from rootwarden.model.readings import UnseenError
from rootwarden.model.remedy import Not, Remedy, Wish
from rootwarden.proofs.alerting_wishes import seen_in, unread, wished_regions
from rootwarden.proofs.part_of_change import Part
from rootwarden.proofs.resting import on_analyzer
from rootwarden.proofs.wished_change import once, section, wished_change, wished_id

REMEDY = Remedy(
    title="Switch IAM Access Analyzer on",
    order=82,
    params={"regions": (), "type": "ACCOUNT", "name": "rootwarden"},
    facts=("account.regions", "accessanalyzer.analyzers", "org.organization", "org.service_access"),
    risks=(Risk.SAFE, Risk.CAREFUL),
    calls=(
        "accessanalyzer.CreateAnalyzer", "accessanalyzer.DeleteAnalyzer",
    ),
)  # fmt: skip

_FACT = "accessanalyzer.analyzers"
_SERVICE = "access-analyzer.amazonaws.com"
_KINDS = ("ACCOUNT", "ORGANIZATION")
_WHY = "What strangers can reach from outside should be known; an analyzer looks at one Region only."


def propose(wish: Wish) -> Iterator[Change | Not]:
    """Wish for an analyzer of external access in each Region; taken back, it is gone."""
    kind = wish.settings.text("type")
    if kind not in _KINDS:
        yield Not(f"type = {kind!r} is no analyzer of external access", f"under {section(wish)}, write ACCOUNT")
        return
    if kind == "ORGANIZATION":
        barred = _barred(wish)
        if barred is not None:
            if barred.why:
                yield barred
            return
    regions, left = wished_regions(wish)
    yield from left
    for region in regions:
        try:
            held = seen_in(wish.seen, _FACT, region)
        except UnseenError as error:
            yield unread(region, error)
            continue
        yield from _in_region(wish, region, kind, held)


_COVERED = Not("", "")


def _barred(wish: Wish) -> Not | None:
    """Return why an analyzer of the organization cannot be made here; `_COVERED`: it is made in another account."""
    organization = wish.seen.organization["org.organization"]
    if organization.is_none:
        return Not("the account belongs to no organization", f"under {section(wish)}, write type = 'ACCOUNT'")
    if organization["MasterAccountId"].text() != wish.account:
        return _COVERED
    trusted = wish.seen.organization["org.service_access"].each()
    if any(one.text() == _SERVICE for one in trusted):
        return None
    return Not(
        f"the organization does not trust {_SERVICE}",
        f"aws organizations enable-aws-service-access --service-principal {_SERVICE}",
    )


def _in_region(wish: Wish, region: str, kind: str, held: list[dict[str, Any]]) -> Iterator[Change | Not]:
    external = [one for one in held if one.get("type") in _KINDS]
    if any(one.get("status") in ("ACTIVE", "CREATING") for one in external if one.get("type") == kind):
        return
    if kind == "ACCOUNT" and any(one.get("status") == "ACTIVE" for one in external):
        return  # one of the organization covers the account, too
    name = wish.settings.text("name")
    taken = next((one for one in held if one.get("name") == name or one.get("type") == kind), None)
    if taken is not None:
        state = str(taken.get("status")).lower()
        yield Not(
            f"there is an analyzer {taken.get('name')} in {region} already, and it is {state}",
            "look why, delete it if nobody needs it, and plan again",
        )
        return
    arn = f"arn:{wish.seen.subject.partition}:access-analyzer:{region}:{wish.account}:analyzer/{name}"
    yield wished_change(
        wish, _made(wish, region, kind, arn), title=f"Switch Access Analyzer on in {region}", why=_WHY, region=region,
        resource=arn,
    )  # fmt: skip


def _made(wish: Wish, region: str, kind: str, arn: str) -> Part:
    name = arn.rsplit("/", 1)[1]
    token = once(wish, region)
    step = Step(
        id="analyzer",
        does=f"Make the analyzer {name}",
        call=_call(region, "CreateAnalyzer", analyzerName=name, type=kind, clientToken=token),
        undo=(_call(region, "DeleteAnalyzer", analyzerName=name),),
        used=on_analyzer(name, region),
        stays="the role AWSServiceRoleForAccessAnalyzer stays, and what was found is deleted with the analyzer",
        stays_as=(),
        seen=Probe(
            call=_call(region, "GetAnalyzer", analyzerName=name),
            done="analyzer.arn",
            absent=("ResourceNotFoundException",),
        ),
    )
    at = (Item("arn", arn),)
    value = {"region": region, "arn": arn, "name": name, "type": kind}
    return Part(
        steps=(step,),
        expects=(Expect(fact=_FACT, at=at, value=None),),
        then=(
            Expect(fact=_FACT, at=at, value=value),
            Expect(fact=_FACT, at=at, value={"status": "ACTIVE"}, assumed=True),
        ),
        shows=(Difference(what=f"Access Analyzer in {region}", before="off", after=f"on for the {kind.lower()}"),),
        declares=(
            Declared(
                type="AWS::AccessAnalyzer::Analyzer",
                name=f"RootwardenAnalyzer{wished_id(wish, region).rsplit('-', 1)[-1]}",
                properties={"AnalyzerName": name, "Type": kind},
            ),
        ),
    )


def _call(region: str, operation: str, **parameters: Any) -> Call:
    return Call(service="accessanalyzer", operation=operation, region=region, parameters=parameters)
