"""How a feature of central root access is switched on, and off again: trusted access for IAM first, then the feature.

Sources: IAM User Guide, "Centralize root access for member accounts"; Organizations User Guide, "AWS Identity and
Access Management and AWS Organizations"; IAM API reference, EnableOrganizationsRootCredentialsManagement and its
siblings: only the management account may switch a feature on.
"""

from __future__ import annotations

from rootwarden.model.expect import Expect, Item
from rootwarden.model.plan import Call, Change, Difference, Probe, Risk, Step
from rootwarden.model.remedy import Case, Not
from rootwarden.model.view import View
from rootwarden.proofs.central_root import FEATURES, NOT_ALL_FEATURES, TRUSTED_ACCESS_OFF, refusal
from rootwarden.proofs.membership import management_account

_IAM = "iam.amazonaws.com"
_ACCESS = "org.service_access"
_TRUST = (Item("", _IAM),)


def switched_on(case: Case, feature: str, operation: str, title: str) -> Change | Not:
    """Return the change that switches a feature on: trusted access where it is off, then `Enable<operation>`.

    Taken back, the feature is off again; trusted access too, if this gave it and no other feature is on by then.

    Raises:
        UnseenError: it could not be read whether IAM is trusted, or what is on.
    """
    seen = case.seen
    management = management_account(seen)
    if case.caller != management:
        return Not(
            "only the management account may switch this on",
            f"plan with credentials of account {management}, from which the plan is applied too",
        )
    if _lacks_features(seen):
        return Not(
            "the organization has consolidated billing only",
            "enable all features in AWS Organizations first; every member has to agree, and there is no way back",
        )
    trusted = any(one.text() == _IAM for one in seen.organization[_ACCESS].each())
    untold = refusal(seen.organization[FEATURES]) == TRUSTED_ACCESS_OFF
    there = [] if untold else [one.text() for one in seen.organization[FEATURES]["EnabledFeatures"].each()]
    steps = (() if trusted else (_trust(feature),)) + (_feature(operation),)
    at = ("EnabledFeatures", Item("", feature))
    expects = [Expect(fact=_ACCESS, at=_TRUST, value=_IAM if trusted else None)]
    expects += [] if untold else [Expect(fact=FEATURES, at=at, value=None)]
    after = ", ".join([*there, feature])
    return case.change(
        title,
        risk=Risk.SAFE,
        steps=steps,
        expects=tuple(expects),
        then=(Expect(fact=_ACCESS, at=_TRUST, value=_IAM), Expect(fact=FEATURES, at=at, value=feature)),
        shows=(
            *(() if trusted else (Difference(what="trusted access for IAM", before="off", after="on"),)),
            Difference(what="features of central root access", before=", ".join(there) or "none", after=after),
        ),
        account=management,
    )


def _lacks_features(seen: View) -> bool:
    if refusal(seen.organization[FEATURES]) == NOT_ALL_FEATURES:
        return True
    return seen.organization["org.organization"]["FeatureSet"].text() != "ALL"


def _trust(feature: str) -> Step:
    parameters = {"ServicePrincipal": _IAM}
    others = Call(service="iam", operation="ListOrganizationsFeatures")
    return Step(
        id="trust",
        does="Trust IAM in the organization",
        call=Call(service="organizations", operation="EnableAWSServiceAccess", parameters=parameters),
        undo=(Call(service="organizations", operation="DisableAWSServiceAccess", parameters=parameters),),
        used=(
            Probe(
                call=others,
                done=f"EnabledFeatures[?@ != '{feature}']",
                absent=(TRUSTED_ACCESS_OFF, f"{TRUSTED_ACCESS_OFF}Exception"),
            ),
        ),
    )


def _feature(operation: str) -> Step:
    return Step(
        id="feature",
        does="Switch the feature on",
        call=Call(service="iam", operation=f"Enable{operation}"),
        undo=(Call(service="iam", operation=f"Disable{operation}"),),
    )
