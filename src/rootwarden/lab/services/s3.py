"""S3 buckets as AWS makes them since 2023: closed, without ACLs, encrypted, and another account's are out of reach."""

from __future__ import annotations

import re
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import ActionResult
from moto.s3.exceptions import MissingBucket, NoSuchBucketPolicy
from moto.s3.models import FakeBucket, PublicAccessBlock, get_canned_acl
from moto.s3.responses import S3Response
from moto.s3control.models import s3control_backends
from moto.utilities.utils import PARTITION_NAMES

from rootwarden.lab.access_logs import set_access_logs
from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.bucket_access import let_in
from rootwarden.lab.callers import caller_of
from rootwarden.lab.object_lock import refuse_suspension, set_lock
from rootwarden.lab.public_bucket import is_public
from rootwarden.lab.services.s3_notices import set_notices

_PUBLIC_GROUPS = (
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
)
_ENFORCED: Any = "BucketOwnerEnforced"  # moto calls the rule a dict and keeps a text
_MFA_DELETE = re.compile(r"<MfaDelete>(Enabled|Disabled)</MfaDelete>")


class BucketExtras(BaseBackend):
    """What moto drops of a bucket: whether MFA Delete is on. Owner and name are the key."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start without any."""
        super().__init__(region_name, account_id)
        self.mfa_delete: dict[str, str] = {}


extras_backends: BackendDict[BucketExtras] = BackendDict(
    BucketExtras, "rootwarden-s3", use_boto3_regions=False, additional_regions=PARTITION_NAMES
)


class S3(S3Response):
    """moto's S3 with AWS's defaults, MFA Delete, a real public test and the wall between accounts."""

    def _authenticate_and_authorize_s3_action(
        self, bucket_name: str | None = None, key_name: str | None = None
    ) -> None:
        """Called by moto before each operation on a bucket or object; `data["Action"]` is the IAM action."""
        super()._authenticate_and_authorize_s3_action(bucket_name, key_name)
        action = self.data.get("Action", "")
        action = action[0] if isinstance(action, list) else action
        bucket = self._bucket(bucket_name)
        if bucket is None or action == "CreateBucket":
            return
        expected = self.headers.get("x-amz-expected-bucket-owner")
        if expected and expected != bucket.account_id:
            raise _denied()
        caller = caller_of(self.access_key, self.current_account)
        if bucket.account_id != self.current_account and not let_in(bucket, caller, f"s3:{action}", key_name):
            raise _denied()

    def _bucket(self, name: str | None) -> FakeBucket | None:
        try:
            return self.backend.get_bucket(name) if name else None
        except MissingBucket:
            return None

    def _extras(self) -> BucketExtras:
        bucket = self._bucket(self.bucket_name)
        owner = bucket.account_id if bucket else self.current_account
        return extras_backends[owner][self.partition]

    # -- writing ---------------------------------------------------------------------------------------------------
    def _bucket_response_put(self, request: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
        """Answer every PUT on a bucket; the query says which."""
        existed = self._bucket(bucket_name) is not None
        if "policy" in querystring:
            self._refuse_public_policy(bucket_name)
        if "acl" in querystring:
            self._refuse_acl(bucket_name, request)
        if "logging" in querystring:
            return self._put_logging(bucket_name)
        if "notification" in querystring:
            return self._put_notices(bucket_name)
        if "object-lock" in querystring:
            return self._put_lock(bucket_name)
        if "versioning" in querystring and (bucket := self._bucket(bucket_name)):
            refuse_suspension(bucket, self.body.decode())
        answer = super()._bucket_response_put(request, bucket_name, querystring)
        if "versioning" in querystring and (match := _MFA_DELETE.search(self.body.decode())):
            self._extras().mfa_delete[bucket_name] = match[1]
        if not querystring and not existed:
            self._close(bucket_name)
        return answer

    def _put_logging(self, bucket_name: str) -> Any:
        self.data["Action"] = "PutBucketLogging"
        self._authenticate_and_authorize_s3_action(bucket_name=bucket_name)
        set_access_logs(self.backend, self.backend.get_bucket(bucket_name), self._logging_from_body())
        return ""

    def _put_lock(self, bucket_name: str) -> Any:
        self.data["Action"] = "PutBucketObjectLockConfiguration"
        self._authenticate_and_authorize_s3_action(bucket_name=bucket_name)
        set_lock(self.backend.get_bucket(bucket_name), self._process_lock_config_from_body())
        return ""

    def _put_notices(self, bucket_name: str) -> Any:
        self.data["Action"] = "PutBucketNotification"
        self._authenticate_and_authorize_s3_action(bucket_name=bucket_name)
        bucket = self.backend.get_bucket(bucket_name)
        try:
            asked = self._notification_config_from_body()
        except (KeyError, AssertionError, TypeError) as error:
            raise AwsError("MalformedXML", "The XML you provided was not well-formed or did not validate") from error
        skip = str(self.headers.get("x-amz-skip-destination-validation", "")).lower() == "true"
        set_notices(bucket, asked, unchecked=skip)
        return ""

    def _close(self, bucket_name: str) -> None:
        """Give a new bucket what AWS gives it (since April 2023): all public access blocked, ACLs off."""
        bucket = self.backend.get_bucket(bucket_name)
        bucket.public_access_block = PublicAccessBlock(True, True, True, True)
        bucket.ownership_rule = bucket.ownership_rule or _ENFORCED
        self._extras().mfa_delete.pop(bucket_name, None)
        set_notices(bucket, {}, unchecked=True)

    def _blocks(self, bucket: FakeBucket) -> list[PublicAccessBlock]:
        account: PublicAccessBlock | None = s3control_backends[bucket.account_id][self.partition].public_access_block
        return [block for block in (bucket.public_access_block, account) if block is not None]

    def _refuse_public_policy(self, bucket_name: str) -> None:
        bucket = self._bucket(bucket_name)
        if bucket and any(block.block_public_policy for block in self._blocks(bucket)) and is_public(self.body):
            raise _denied("public policies are blocked by the BlockPublicPolicy block public access setting.")

    def _refuse_acl(self, bucket_name: str, request: Any) -> None:
        bucket = self._bucket(bucket_name)
        if bucket is None:
            return
        if bucket.ownership_rule == _ENFORCED:
            raise AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs", 400)
        acl = self._acl_from_headers(request.headers) or (self._acl_from_body() if self.body else None)
        public = acl is not None and any(
            grantee.uri in _PUBLIC_GROUPS for grant in acl.grants for grantee in grant.grantees
        )
        if public and any(block.block_public_acls for block in self._blocks(bucket)):
            raise _denied("public ACLs are blocked by the BlockPublicAcls block public access setting.")

    # -- reading ---------------------------------------------------------------------------------------------------
    def get_bucket_acl(self) -> Any:
        """Return the grants; with ACLs off only the owner's own."""
        self.data["Action"] = "GetBucketAcl"
        bucket = self.backend.get_bucket(self.bucket_name)
        acl = get_canned_acl("private") if bucket.ownership_rule == _ENFORCED else bucket.acl
        return self.serialized(ActionResult(self._acl_to_dict(acl)))

    def get_bucket_versioning(self) -> Any:
        """Return Status and MFADelete, nothing at all when versioning was never set."""
        self.data["Action"] = "GetBucketVersioning"
        answer: dict[str, Any] = {}
        if status := self.backend.get_bucket_versioning(self.bucket_name):
            answer = {"Status": status}
            if mfa_delete := self._extras().mfa_delete.get(self.bucket_name):
                answer["MFADelete"] = mfa_delete
        return self.serialized(ActionResult(answer))

    def get_bucket_encryption(self) -> Any:
        """Return the default encryption, which every bucket has (since January 2023)."""
        if self.backend.get_bucket_encryption(self.bucket_name):
            return super().get_bucket_encryption()
        self.data["Action"] = "GetBucketEncryption"
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
        return self.serialized(ActionResult({"ServerSideEncryptionConfiguration": {"Rules": [rule]}}))

    def get_bucket_policy_status(self) -> Any:
        """Return whether the policy is public."""
        policy = self.backend.get_bucket_policy(self.bucket_name)
        if not policy:
            raise NoSuchBucketPolicy(bucket_name=self.bucket_name)
        self.data["Action"] = "GetBucketPolicyStatus"
        return self.serialized(ActionResult({"PolicyStatus": {"IsPublic": is_public(policy)}}))

    def get_object_lock_configuration(self) -> Any:
        """Return the default retention with days or years, whichever was set."""
        self.data["Action"] = "GetObjectLockConfiguration"
        _, mode, days, years = self.backend.get_object_lock_configuration(self.bucket_name)
        config: dict[str, Any] = {"ObjectLockEnabled": "Enabled"}
        if mode:
            period = {"Days": days} if days else {"Years": years}
            config["Rule"] = {"DefaultRetention": {"Mode": mode, **period}}
        return self.serialized(ActionResult({"ObjectLockConfiguration": config}))


def _denied(message: str = "Access Denied") -> AwsError:
    return AwsError("AccessDenied", message, 403)
