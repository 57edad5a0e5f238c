"""IAM: access keys and signing certificates of root, and of the calling user when no name is given."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.iam_subject import SubjectResponse, no_such
from rootwarden.lab.key_use import KeyUse, last_use
from rootwarden.lab.root_user import RootCertificate, RootKey

_LIMIT = 2


class RootKeys(SubjectResponse):
    """moto takes a missing user name for the owner of the key that is named, whoever calls."""

    def list_access_keys(self) -> ActionResult:
        """List keys; root's without a user name."""
        root = self._root()
        if root is not None:
            return ActionResult({"AccessKeyMetadata": [_key(key) for key in root.access_keys], "IsTruncated": False})
        name = self._user_name()
        keys = self.backend.list_access_keys(name)
        return ActionResult({"UserName": name, "AccessKeyMetadata": keys, "IsTruncated": False})

    def create_access_key(self) -> ActionResult:
        """Make a key; root may have two."""
        root = self._root()
        if root is None:
            return ActionResult({"AccessKey": self.backend.create_access_key(self._user_name())})
        if len(root.access_keys) >= _LIMIT:
            raise AwsError("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", 409)
        key = RootKey()
        root.access_keys.append(key)
        return ActionResult({"AccessKey": _key(key) | {"SecretAccessKey": key.secret}})

    def update_access_key(self) -> ActionResult:
        """Switch a key on or off."""
        wanted, status = self._get_param("AccessKeyId"), self._get_param("Status")
        if self._root() is not None:
            self._root_key(wanted).status = status
        else:
            self.backend.update_access_key(self._user_name(), wanted, status)
        return EmptyResult()

    def delete_access_key(self) -> ActionResult:
        """Delete a key."""
        wanted, root = self._get_param("AccessKeyId"), self._root()
        if root is not None:
            root.access_keys.remove(self._root_key(wanted))
        else:
            self.backend.delete_access_key(wanted, self._user_name())
        return EmptyResult()

    def get_access_key_last_used(self) -> ActionResult:
        """Say when, where and for what a key of this account was last used."""
        wanted = self._get_param("AccessKeyId")
        key = self._state.root.key(wanted)
        if key is not None:
            used = KeyUse(key.last_used, key.last_used_service, key.last_used_region)
            return ActionResult({"AccessKeyLastUsed": _use(used)})
        owned = self.backend.access_keys.get(wanted)
        if owned is None or not owned.user_name or self._caller.is_root:
            raise AwsError("AccessDenied", f"Access key {wanted} is not one you may ask about", 403)
        return ActionResult({"UserName": owned.user_name, "AccessKeyLastUsed": _use(last_use(owned))})

    def list_signing_certificates(self) -> ActionResult:
        """List certificates; root's without a user name."""
        root = self._root()
        if root is not None:
            return ActionResult(
                {"Certificates": [_certificate(one) for one in root.certificates], "IsTruncated": False}
            )
        name = self._user_name()
        found = self.backend.list_signing_certificates(name)
        return ActionResult({"UserName": name, "Certificates": found, "IsTruncated": False})

    def upload_signing_certificate(self) -> ActionResult:
        """Add a certificate."""
        root = self._root()
        if root is None:
            body = self._get_param("CertificateBody")
            return ActionResult({"Certificate": self.backend.upload_signing_certificate(self._user_name(), body)})
        if len(root.certificates) >= _LIMIT:
            raise AwsError("LimitExceeded", "Cannot exceed quota for CertificatesPerUser: 2", 409)
        root.certificates.append(RootCertificate(body=self._get_param("CertificateBody")))
        return ActionResult({"Certificate": _certificate(root.certificates[-1])})

    def update_signing_certificate(self) -> ActionResult:
        """Switch a certificate on or off."""
        wanted, status = self._get_param("CertificateId"), self._get_param("Status")
        if self._root() is not None:
            self._root_certificate(wanted).status = status
        else:
            self.backend.update_signing_certificate(self._user_name(), wanted, status)
        return EmptyResult()

    def delete_signing_certificate(self) -> ActionResult:
        """Delete a certificate."""
        wanted, root = self._get_param("CertificateId"), self._root()
        if root is not None:
            root.certificates.remove(self._root_certificate(wanted))
        else:
            self.backend.delete_signing_certificate(self._user_name(), wanted)
        return EmptyResult()

    def _root_key(self, wanted: str) -> RootKey:
        key = self._state.root.key(wanted)
        if key is None:
            raise no_such(f"The Access Key with id {wanted} cannot be found.")
        return key

    def _root_certificate(self, wanted: str) -> RootCertificate:
        found = next((one for one in self._state.root.certificates if one.id == wanted), None)
        if found is None:
            raise no_such(f"The Certificate with id {wanted} cannot be found.")
        return found


def _key(key: RootKey) -> dict[str, Any]:
    return {"AccessKeyId": key.id, "Status": key.status, "CreateDate": key.created}


def _certificate(one: RootCertificate) -> dict[str, Any]:
    body = {"CertificateId": one.id, "CertificateBody": one.body}
    return body | {"Status": one.status, "UploadDate": one.uploaded}


def _use(used: KeyUse) -> dict[str, Any]:
    date = {"LastUsedDate": used.date} if used.date else {}
    return date | {"ServiceName": used.service, "Region": used.region}
