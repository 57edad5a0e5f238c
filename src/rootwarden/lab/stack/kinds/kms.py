"""Keys of KMS and their aliases."""

from __future__ import annotations

from rootwarden.lab.stack.kind import Kind, Properties, as_json
from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.values import Made

_SAME = frozenset({"Description", "KeyUsage", "KeySpec", "MultiRegion"})


def _key(site: Site, properties: Properties) -> Made:
    """Create a key; the waiting time before deletion is asked for when it is deleted, so it needs no call now."""
    asked: Properties = {name: properties[name] for name in properties if name in _SAME}
    asked["Policy"] = as_json(properties["KeyPolicy"])
    if "Tags" in properties:
        asked["Tags"] = [{"TagKey": one["Key"], "TagValue": one["Value"]} for one in properties["Tags"]]
    key = site.call("kms", "CreateKey", asked)["KeyMetadata"]
    if properties.get("EnableKeyRotation"):
        rotation: Properties = {"KeyId": key["KeyId"]}
        if "RotationPeriodInDays" in properties:
            rotation["RotationPeriodInDays"] = properties["RotationPeriodInDays"]
        site.call("kms", "EnableKeyRotation", rotation)
    if not properties.get("Enabled", True):
        site.call("kms", "DisableKey", {"KeyId": key["KeyId"]})
    return Made(key["KeyId"], {"Arn": key["Arn"], "KeyId": key["KeyId"]})


def _alias(site: Site, properties: Properties) -> Made:
    site.call("kms", "CreateAlias", dict(properties))
    return Made(properties["AliasName"], {})


KINDS = {
    "AWS::KMS::Key": Kind(
        _key,
        frozenset({"KeyPolicy"}),
        _SAME | {"Enabled", "EnableKeyRotation", "RotationPeriodInDays", "PendingWindowInDays", "Tags"},
    ),
    "AWS::KMS::Alias": Kind(_alias, frozenset({"AliasName", "TargetKeyId"})),
}
