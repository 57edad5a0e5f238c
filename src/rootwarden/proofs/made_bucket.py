"""A bucket that is made for logs: closed, owned by its account alone, versioned, and where it holds a trail, locked.

Source: Amazon S3 User Guide, "Blocking public access", "Controlling ownership of objects", "Locking objects with Object
Lock" and "Managing the lifecycle of objects"; API Reference, CreateBucket.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from rootwarden.model.expect import Expect
from rootwarden.model.placeholders import as_json
from rootwarden.model.plan import Call, Declared, Probe, Step

FACT = "s3.buckets"
BLOCK = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
# How long the old version of a file that expired is still there.
_GRACE_DAYS = 30
_UPLOAD_DAYS = 7


class MadeBucket(Struct, frozen=True, kw_only=True):
    """One bucket to be made: its name, where, its policy, for how long it locks new objects (0: no lock) and keeps
    them; `id` names its steps, `logical` the resource in exports."""

    id: str
    logical: str
    name: str
    account: str
    region: str
    partition: str
    policy: dict[str, Any]
    lock_days: int = 0
    keep_days: int

    @property
    def arn(self) -> str:
        """The ARN of the bucket."""
        return f"arn:{self.partition}:s3:::{self.name}"

    @property
    def stays(self) -> str:
        """Why nothing of it is taken back."""
        lock = f", locked for {self.lock_days} days" if self.lock_days else ""
        return f"the bucket {self.name} stays, closed as it is: what was written into it meanwhile is evidence{lock}"

    @property
    def stays_as(self) -> tuple[Expect, ...]:
        """How it reads when the change is taken back: it is there."""
        return (Expect(fact=FACT, at=(self.name,), value={}),)

    def steps(self) -> tuple[Step, ...]:
        """Return the calls that make it; its policy comes last but one, so that nothing is written into it before."""
        lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": self._retention}}
        made = [
            self._step("bucket", f"Make the bucket {self.name}", "CreateBucket", self._creation, seen=True),
            self._step(
                "block", "Block public access to it", "PutPublicAccessBlock",
                {"PublicAccessBlockConfiguration": dict(BLOCK)},
            ),
            self._step(
                "versions", "Keep every version of its objects", "PutBucketVersioning",
                {"VersioningConfiguration": {"Status": "Enabled"}},
            ),
        ]  # fmt: skip
        if self.lock_days:
            does = f"Lock new objects for {self.lock_days} days"
            made.append(self._step("lock", does, "PutObjectLockConfiguration", {"ObjectLockConfiguration": lock}))
        does = f"Let objects expire after {self.keep_days} days"
        rules = {"LifecycleConfiguration": {"Rules": self._rules}}
        made.append(self._step("expiry", does, "PutBucketLifecycleConfiguration", rules))
        made.append(self._step("policy", "Say who may write", "PutBucketPolicy", {"Policy": as_json(self.policy)}))
        return tuple(made)

    def expects(self) -> tuple[Expect, ...]:
        """Return what must hold before: no such bucket is known."""
        return (Expect(fact=FACT, at=(self.name,), value=None),)

    def then(self) -> tuple[Expect, ...]:
        """Return how the bucket reads afterwards."""
        told = {
            "policy": self.policy,
            "policy_status": {"IsPublic": False},
            "public_access_block": dict(BLOCK),
            "ownership": {"ObjectOwnership": "BucketOwnerEnforced"},
            "versioning": {"Status": "Enabled"},
            "object_lock": None,
            "lifecycle": self._rules,
        }
        if self.lock_days:
            told["object_lock"] = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": self._retention}}
        # The owner's own grant is all that is left on the access list, and it names an id that only S3 knows. Where
        # access is logged to, a later step may say.
        rest: dict[str, Any] = {
            "acl_grants": [],
            "BucketRegion": self.region,
            "account_public_access_block": None,
            "logging": None,
        }
        aside = (Expect(fact=FACT, at=(self.name, field), value=value, assumed=True) for field, value in rest.items())
        return Expect(fact=FACT, at=(self.name,), value=told), *aside

    def declared(self, **more: Any) -> tuple[Declared, ...]:
        """Return the bucket and its policy as code; `more` are further properties of the bucket."""
        properties: dict[str, Any] = {
            "BucketName": self.name,
            "PublicAccessBlockConfiguration": dict(BLOCK),
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "VersioningConfiguration": {"Status": "Enabled"},
            "LifecycleConfiguration": {"Rules": [_declared_rule(rule) for rule in self._rules]},
        }
        if self.lock_days:
            lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": self._retention}}
            properties |= {"ObjectLockEnabled": True, "ObjectLockConfiguration": lock}
        policy = {"Bucket": {"Ref": self.logical}, "PolicyDocument": self.policy}
        return (
            Declared(type="AWS::S3::Bucket", name=self.logical, properties=properties | more),
            Declared(type="AWS::S3::BucketPolicy", name=f"{self.logical}Policy", properties=policy),
        )

    @property
    def _retention(self) -> dict[str, Any]:
        return {"Mode": "GOVERNANCE", "Days": self.lock_days}

    @property
    def _rules(self) -> list[dict[str, Any]]:
        return [
            {
                "ID": "rootwarden-expiry",
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "Expiration": {"Days": self.keep_days},
                "NoncurrentVersionExpiration": {"NoncurrentDays": _GRACE_DAYS},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _UPLOAD_DAYS},
            }
        ]

    @property
    def _creation(self) -> dict[str, Any]:
        """The parameters of CreateBucket; US East (N. Virginia) is said by naming no Region."""
        where = {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        lock = {"ObjectLockEnabledForBucket": True} if self.lock_days else {}
        return {"ObjectOwnership": "BucketOwnerEnforced", **lock, **({} if self.region == "us-east-1" else where)}

    def _step(self, id: str, does: str, operation: str, parameters: dict[str, Any], *, seen: bool = False) -> Step:
        look = bucket_call("HeadBucket", self.name, self.region, {"ExpectedBucketOwner": self.account})
        return Step(
            id=f"{self.id}-{id}", does=does, call=bucket_call(operation, self.name, self.region, parameters),
            stays=self.stays, stays_as=self.stays_as, on=(self.arn,),
            seen=Probe(call=look, done="`true`", absent=("404", "NoSuchBucket")) if seen else None,
        )  # fmt: skip


def bucket_call(operation: str, bucket: str, region: str, parameters: dict[str, Any] | None = None) -> Call:
    """Return a call about a bucket, in its Region."""
    return Call(service="s3", operation=operation, region=region, parameters={"Bucket": bucket, **(parameters or {})})


def _declared_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """Return a lifecycle rule as CloudFormation wants it."""
    return {
        "Id": rule["ID"],
        "Status": rule["Status"],
        "ExpirationInDays": rule["Expiration"]["Days"],
        "NoncurrentVersionExpiration": rule["NoncurrentVersionExpiration"],
        "AbortIncompleteMultipartUpload": rule["AbortIncompleteMultipartUpload"],
    }
