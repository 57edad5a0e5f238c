"""Whether the organization manages root centrally: by IAM's list of features, or by how IAM refuses to list them.

Source: IAM API reference, ListOrganizationsFeatures and its errors.
"""

from __future__ import annotations

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Sight
from rootwarden.model.view import View
from rootwarden.proofs.truth import Truth

CREDENTIALS = "RootCredentialsManagement"
SESSIONS = "RootSessions"
FEATURES = "iam.org_features"

# Refusals that are answers: without these two, no feature can be on.
TRUSTED_ACCESS_OFF = "ServiceAccessNotEnabled"
NOT_ALL_FEATURES = "OrganizationNotInAllFeaturesMode"

_WRONG_CALLER = frozenset({"AccountNotManagementOrDelegatedAdministrator", "AccessDenied"})
_NOT_OFFERED = frozenset({"UnknownOperation", "InvalidAction", "UnsupportedAPIEndpoint"})


def refusal(sight: Sight) -> str:
    """Return the name of the error that stands where a fact was to be, without "Exception"; "" if it was read."""
    return sight.unknown.why.removesuffix("Exception") if sight.unknown is not None else ""


def feature_on(seen: View, feature: str) -> Truth:
    """Answer whether a feature of central root access is on.

    False when the list lacks it, or when IAM says that trusted access or all features of Organizations are off.
    """
    features = seen.organization[FEATURES]
    if refusal(features) in (TRUSTED_ACCESS_OFF, NOT_ALL_FEATURES):
        return Truth(False)
    try:
        return Truth(feature in [item.text() for item in _listed(seen)])
    except UnseenError as error:
        return Truth(None, explained(error.unknown), error.path)


def explained(unknown: Unknown) -> Unknown:
    """Return the reason with what to do about it: ask from the right account, or do not expect it in this partition."""
    why = unknown.why.removesuffix("Exception")
    if why in _NOT_OFFERED:
        return Unknown("feature_not_offered_here", unknown.call, unknown.missing, unknown.hint)
    if why in _WRONG_CALLER and not unknown.hint:
        hint = "run_from_management: collect from the management account or a delegated administrator"
        return Unknown(unknown.why, unknown.call, unknown.missing, hint)
    return unknown


def _listed(seen: View) -> list[Sight]:
    """Return the features as sights that record nothing; the list itself is recorded, for it decides."""
    seen.organization[FEATURES]["EnabledFeatures"].each()
    return seen.about().organization[FEATURES]["EnabledFeatures"].each()
