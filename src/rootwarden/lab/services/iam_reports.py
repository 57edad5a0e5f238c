"""IAM: the credential report and the account summary, with what they say of root."""

from __future__ import annotations

from datetime import timedelta

from moto.core.responses import ActionResult

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.clock import now
from rootwarden.lab.credential_report import credential_report
from rootwarden.lab.iam_subject import SubjectResponse

_VALID_FOR = timedelta(hours=4)


class Reports(SubjectResponse):
    """moto's report has no root row and is dated 2015; its summary says 0 of everything about root."""

    def generate_credential_report(self) -> ActionResult:
        """Write the report now. AWS reuses one for four hours; the lab does not, so that a change shows at once."""
        first = self._state.credential_report is None
        self._state.credential_report = credential_report(self._state, self.backend), now()
        if not first:
            return ActionResult({"State": "COMPLETE"})
        description = "No report exists. Starting a new report generation task"
        return ActionResult({"State": "STARTED", "Description": description})

    def get_credential_report(self) -> ActionResult:
        """Return the report written last."""
        if self._state.credential_report is None:
            raise AwsError("ReportNotPresent", "Unknown", 410)
        content, written = self._state.credential_report
        if now() - written > _VALID_FOR:
            raise AwsError("ReportExpired", "Unknown", 410)
        return ActionResult({"Content": content, "ReportFormat": "text/csv", "GeneratedTime": written})

    def get_account_summary(self) -> ActionResult:
        """Count what is in the account; the four numbers about root come from its root user."""
        root = self._state.root
        virtual = [one for one in root.mfa if one.kind == "virtual"]
        summary = dict(self.backend.get_account_summary().summary_map)
        summary |= {
            "AccountMFAEnabled": int(bool(root.mfa)),
            "AccountAccessKeysPresent": int(bool(root.access_keys)),
            "AccountSigningCertificatesPresent": int(bool(root.certificates)),
            "AccountPasswordPresent": int(root.password),
            "MFADevices": summary["MFADevices"] + len(virtual) + len(root.unassigned_mfa),
            "MFADevicesInUse": summary["MFADevicesInUse"] + len(root.mfa),
        }
        return ActionResult({"SummaryMap": summary})
