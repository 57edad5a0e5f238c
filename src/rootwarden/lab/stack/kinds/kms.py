"""Keys of KMS and their aliases."""

from __future__ import annotations

from rootwarden.lab.stack.kind import Kind, Properties, as_json
from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.values import Made


def _key(site: Site, properties: Properties) -> Made:
    """Create a key; the waiting time before deletion is asked for when it is deleted, so it needs no call now."""
    asked = {"Description": properties["Description"], "Policy": as_json(properties["KeyPolicy"])}
    key = site.call("kms", "CreateKey", asked)["KeyMetadata"]
    if properties.get("EnableKeyRotation"):
        site.call("kms", "EnableKeyRotation", {"KeyId": key["KeyId"]})
    return Made(key["KeyId"], {"Arn": key["Arn"], "KeyId": key["KeyId"]})


def _alias(site: Site, properties: Properties) -> Made:
    site.call("kms", "CreateAlias", dict(properties))
    return Made(properties["AliasName"], {})


KINDS = {
    "AWS::KMS::Key": Kind(
        _key, frozenset({"Description", "KeyPolicy"}), frozenset({"EnableKeyRotation", "PendingWindowInDays"})
    ),
    "AWS::KMS::Alias": Kind(_alias, frozenset({"AliasName", "TargetKeyId"})),
}
