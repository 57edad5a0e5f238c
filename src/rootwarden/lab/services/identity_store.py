"""The directory of people of Identity Center: nobody is in a group twice, and what is known of a user can be changed.

Source: Identity Store API Reference, CreateGroupMembership and UpdateUser.
"""

from __future__ import annotations

import json
from typing import Any

from moto.identitystore.responses import IdentityStoreResponse

from rootwarden.lab.aws_error import AwsError

# The attributes that can be changed here, by the path that UpdateUser names them by, and moto's name.
_PATHS = {"userType": "UserType", "displayName": "DisplayName", "title": "Title", "nickName": "NickName"}


class IdentityStore(IdentityStoreResponse):
    """moto puts people into a group as often as it is asked, and changes nobody."""

    def create_group_membership(self) -> str:
        """Put a user into a group in which the user is not yet."""
        group, member = self._get_param("GroupId"), self._get_param("MemberId")
        held = self._store().group_memberships.values()
        if any((one["GroupId"], one["MemberId"]) == (group, member) for one in held):
            raise AwsError("ConflictException", "Member and Group relationship already exists.")
        answer: str = super().create_group_membership()
        return answer

    def update_user(self) -> str:
        """Set attributes of a user anew."""
        users, wanted = self._store().users, self._get_param("UserId")
        if wanted not in users:
            raise AwsError("ResourceNotFoundException", "USER not found.")
        for one in self._get_param("Operations") or ():
            path = str(one.get("AttributePath"))
            if path not in _PATHS:
                raise AwsError("ValidationException", f"The lab does not change the attribute {path}.")
            users[wanted] = users[wanted]._replace(**{_PATHS[path]: one.get("AttributeValue")})
        return json.dumps({})

    def _store(self) -> Any:
        store = self.identitystore_backend.identity_stores.get(self._get_param("IdentityStoreId"))
        if store is None:
            raise AwsError("ResourceNotFoundException", "IDENTITY_STORE not found.")
        return store
