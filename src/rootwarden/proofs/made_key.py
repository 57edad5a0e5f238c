"""A KMS key that is made for one trail, with the name it goes by and a new version each year.

What was encrypted with it can be read with nothing else, so that it outlives the change that made it. Source: KMS API
Reference, CreateKey, CreateAlias and EnableKeyRotation.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from rootwarden.model.expect import Expect, Item
from rootwarden.model.placeholders import as_json, refer
from rootwarden.model.plan import Call, Declared, Probe, Step
from rootwarden.proofs.key_found_again import key_by_tag

FACT = "kms.keys"
TAG = "rootwarden:made-for"
# Step that makes the key, and the name under which it keeps the key's ARN.
_STEP, _ARN = "key", "arn"


class MadeKey(Struct, frozen=True, kw_only=True):
    """One key to be made. `change` is the id of the change, `at` when its facts were read: both go into the tag by
    which the key is found again, and no other run writes the same."""

    change: str
    at: datetime
    trail: str
    account: str
    region: str
    partition: str
    policy: dict[str, Any]

    @property
    def stand_in(self) -> str:
        """What the plan calls the ARN that KMS will draw."""
        return f"arn:{self.partition}:kms:{self.region}:{self.account}:key/made-by-{self.change}"

    @property
    def made(self) -> dict[str, str]:
        """Which step keeps the true ARN."""
        return {self.stand_in: f"{_STEP}.{_ARN}"}

    @property
    def arn(self) -> dict[str, str]:
        """The parameter that stands for its ARN."""
        return refer(_STEP, _ARN)

    @property
    def alias(self) -> str:
        """The name it goes by."""
        return f"alias/rootwarden-{self.trail.rpartition('/')[2].replace('.', '-')}-{self.at:%Y%m%d%H%M%S}"

    @property
    def stays(self) -> str:
        """Why the key is not taken back."""
        return "the key stays, at 1.00 USD a month: log files that were written meanwhile can be read with nothing else"

    def steps(self) -> tuple[Step, ...]:
        """Return the calls that make it."""
        tag = f"{self.change} {self.at:%Y-%m-%dT%H:%M:%SZ}"
        create = {
            "Description": f"Encrypts the log files of the trail {self.trail.rpartition('/')[2]}",
            "Policy": as_json(self.policy),
            "Tags": [{"TagKey": TAG, "TagValue": tag}],
        }
        named = {"AliasName": self.alias}
        alias = f"Aliases[?AliasName=='{self.alias}']"
        return (
            Step(
                id=_STEP, does="Make a KMS key", call=self._call("CreateKey", create),
                keeps={_ARN: "KeyMetadata.Arn"}, stays=self.stays, stays_as=(),
                seen=key_by_tag(self.region, TAG, tag, _ARN),
            ),
            Step(
                id="rotation", does="Give it new key material each year",
                call=self._call("EnableKeyRotation", {"KeyId": self.arn}), stays=self.stays, stays_as=(),
            ),
            Step(
                id="alias", does=f"Call it {self.alias}",
                call=self._call("CreateAlias", {**named, "TargetKeyId": self.arn}),
                undo=(self._call("DeleteAlias", named),),
                seen=Probe(call=self._call("ListAliases", {"KeyId": self.arn}), done=alias),
            ),
        )  # fmt: skip

    def then(self) -> tuple[Expect, ...]:
        """Return how the key reads afterwards."""
        at = (Item("Arn", self.stand_in),)
        told = {"region": self.region, "KeyState": "Enabled", "KeyManager": "CUSTOMER"}
        named = Expect(fact=FACT, at=at, value={"KeyId": "", "policy": self.policy, "named_as": []}, assumed=True)
        return Expect(fact=FACT, at=at, value=told), named

    def declared(self, logical: str) -> tuple[Declared, ...]:
        """Return the key and its alias as code."""
        key = {
            "Description": f"Encrypts the log files of the trail {self.trail.rpartition('/')[2]}",
            "KeyPolicy": self.policy,
            "EnableKeyRotation": True,
        }
        alias = {"AliasName": self.alias, "TargetKeyId": {"Ref": logical}}
        return (
            Declared(type="AWS::KMS::Key", name=logical, properties=key),
            Declared(type="AWS::KMS::Alias", name=f"{logical}Alias", properties=alias),
        )

    def _call(self, operation: str, parameters: dict[str, Any]) -> Call:
        return Call(service="kms", operation=operation, region=self.region, parameters=parameters)
