"""IAM: MFA devices of root and of users; a virtual device of root stands in the account's list of virtual devices."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.clock import now
from rootwarden.lab.iam_subject import SubjectResponse, no_such
from rootwarden.lab.root_user import RootMfa, RootUser

_MOST = 8  # devices per identity, IAM quotas


class Mfa(SubjectResponse):
    """moto knows devices of users only."""

    def list_mfa_devices(self) -> ActionResult:
        """List the devices of root, of the calling user or of the user named."""
        root = self._root()
        if root is not None:
            devices = [{"SerialNumber": one.serial, "EnableDate": one.enabled} for one in root.mfa]
            return ActionResult({"MFADevices": devices, "IsTruncated": False})
        name = self._user_name()
        devices = [
            {"UserName": name, "SerialNumber": one.serial_number, "EnableDate": one.enable_date}
            for one in self.backend.list_mfa_devices(name)
        ]
        return ActionResult({"MFADevices": devices, "IsTruncated": False})

    def enable_mfa_device(self) -> ActionResult:
        """Assign a device: one that was created before, or any other serial number."""
        root, serial = self._root(), str(self._get_param("SerialNumber"))
        codes = self._get_param("AuthenticationCode1"), self._get_param("AuthenticationCode2")
        if root is None:
            self.backend.enable_mfa_device(self._user_name(), serial, *codes)
        elif len(root.mfa) >= _MOST:
            raise AwsError("LimitExceeded", f"Cannot exceed quota for MFADevicesPerUser: {_MOST}", 409)
        else:
            virtual = self.backend.virtual_mfa_devices.pop(serial, None)
            root.mfa.append(RootMfa("virtual" if virtual else "hardware-token", serial, now()))
        return EmptyResult()

    def deactivate_mfa_device(self) -> ActionResult:
        """Take a device away; a virtual one of root stays behind, unassigned."""
        root, serial = self._root(), str(self._get_param("SerialNumber"))
        if root is None:
            self.backend.deactivate_mfa_device(self._user_name(), serial)
            return EmptyResult()
        device = next((one for one in root.mfa if one.serial == serial), None)
        if device is None:
            raise no_such(f"MFA Device with serial number {serial} does not exist.")
        root.mfa.remove(device)
        if device.kind == "virtual":
            root.unassigned_mfa.append(RootMfa("virtual", serial, None))
        return EmptyResult()

    def delete_virtual_mfa_device(self) -> ActionResult:
        """Delete a virtual device that is not assigned."""
        root, serial = self._state.root, str(self._get_param("SerialNumber"))
        if any(one.serial == serial for one in root.mfa):
            raise AwsError("DeleteConflict", "MFA device is currently assigned. Deactivate it first.", 409)
        left = [one for one in root.unassigned_mfa if one.serial != serial]
        if len(left) == len(root.unassigned_mfa):
            self.backend.delete_virtual_mfa_device(serial)
        root.unassigned_mfa = left
        return EmptyResult()

    def list_virtual_mfa_devices(self) -> ActionResult:
        """List virtual devices of the account, root's among them."""
        root, wanted = self._state.root, self._get_param("AssignmentStatus", "Any")
        devices: list[Any] = [_virtual(root, one) for one in root.mfa if one.kind == "virtual"]
        assigned = devices + [one for one in self.backend.virtual_mfa_devices.values() if one.enable_date]
        free: list[Any] = [_virtual(root, one) for one in root.unassigned_mfa]
        free += [one for one in self.backend.virtual_mfa_devices.values() if not one.enable_date]
        shown = {"Assigned": assigned, "Unassigned": free, "Any": assigned + free}[wanted]
        start, most = int(self._get_param("Marker") or 0), self._get_int_param("MaxItems", 100)
        more = len(shown) > start + most
        page = {"VirtualMFADevices": shown[start : start + most], "IsTruncated": more}
        return ActionResult(page | ({"Marker": str(start + most)} if more else {}))


def _virtual(root: RootUser, device: RootMfa) -> dict[str, Any]:
    """Show a virtual device of root; AWS names the owner by UserId and ARN only."""
    shown: dict[str, Any] = {"SerialNumber": device.serial}
    if device.enabled:
        owner = {"UserId": root.account, "Arn": root.arn, "CreateDate": root.created}
        used = {"PasswordLastUsed": root.password_last_used} if root.password_last_used else {}
        shown |= {"User": owner | used, "EnableDate": device.enabled}
    return shown
