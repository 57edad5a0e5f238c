"""A key has no name of its own: one that was just made is found again by the tag it was made with, key by key.

KMS itself is asked: the index of tags of the account learns of a new key later (Resource Groups Tagging API Reference,
"GetResources"), and whoever believed it would make a second key. KMS's own list may lack a key for some seconds (AWS
KMS Developer Guide, "AWS KMS eventual consistency"), so that its silence is believed only after a while.
"""

from __future__ import annotations

from rootwarden.model.plan import Call, Probe

# Seconds.
_SHOWN_AFTER = 30
# A key whose own policy lets nobody look at its tags is not the one: that one's policy lets the account look.
_NOT_IT = ("NotFoundException", "AccessDeniedException: resource-based policy")


def key_by_tag(region: str, tag: str, value: str, kept: str) -> Probe:
    """Return the probe for the key with this tag; `kept` is the name under which its ARN is kept."""
    return Probe(
        call=Call(service="kms", operation="ListKeys", region=region, parameters={"Limit": 1000}),
        over="Keys[].KeyArn",
        each=Call(
            service="kms", operation="ListResourceTags", region=region, parameters={"KeyId": {"$ref": "item"}}
        ),
        done=f"Tags[?TagKey=='{tag}' && TagValue=='{value}']",
        absent=_NOT_IT,
        keeps={kept: "item"},
        late=_SHOWN_AFTER,
    )  # fmt: skip
