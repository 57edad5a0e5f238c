"""Which credentials the root user has, decided from every source that could be read.

Three sources tell: the account summary (now, keys and certificates of any status), the credential report (up to four
hours old) and the privileged root audit of member accounts (now, with the status of each). One that answers is enough,
unless another was asked and refused; where they contradict each other, the one that found a credential is believed.
Sources: IAM API reference, GetAccountSummary; IAM User Guide, credential reports; STS API reference, AssumeRoot.
"""

from __future__ import annotations

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Sight
from rootwarden.model.view import View
from rootwarden.proofs.credential_report import ROOT, report_date, report_flag, report_says, root_row
from rootwarden.proofs.truth import Truth, any_true, ask, witnesses

__all__ = ["ROOT", "Truth", "credentials_present", "mfa_enabled", "report_flag", "root_row"]

SUMMARY = "iam.account_summary"
AUDIT = "root.privileged_audit"
PASSWORD = "AccountPasswordPresent"
KEYS = "AccountAccessKeysPresent"
CERTIFICATES = "AccountSigningCertificatesPresent"
MFA = "AccountMFAEnabled"
# AWS counts keys and certificates; the other two are marks that are either there or not.
_MARKS = frozenset({PASSWORD, MFA})


class Held(Struct, frozen=True, gc=False):
    """What the sources say of one kind of credential: whether any exists, and whether one of them is active."""

    summary: Truth
    report: Truth
    audit: Truth
    active_by_report: Truth
    active_by_audit: Truth

    @property
    def exists(self) -> Truth:
        """Whether any source shows one, of whatever status."""
        return witnesses((self.summary, self.report, self.audit))

    @property
    def active(self) -> Truth:
        """Whether any source shows an active one; the account summary does not tell."""
        return witnesses((self.active_by_audit, self.active_by_report))

    @property
    def disagree(self) -> bool:
        """Whether one source shows a credential that another denies."""
        return {True, False} <= {self.summary.value, self.report.value, self.audit.value}


def credentials_present(seen: View) -> Truth:
    """Answer whether root has a password, an access key or a signing certificate (MFA alone opens nothing).

    True if any source shows one; False only if one source that could be read whole shows none, no other shows one, and
    none was refused.
    """
    return seen.recall(_credentials_present)


def _credentials_present(seen: View) -> Truth:
    found = _summary_credentials(seen)
    if found.value:
        return found
    return witnesses((found, _report_credentials(seen), _audit_credentials(seen)))


def mfa_enabled(seen: View) -> Truth:
    """Answer whether root has an MFA device: by the account summary where it was read, else by the report.

    A summary that was asked and refused may show that the device of hours ago is gone: then the report can only deny.
    """
    now = summary_has(seen, MFA)
    if now.value is not None:
        return now
    earlier = report_says(root_row(seen)["mfa_active"])
    return now if earlier.value is None or (earlier.value and now.hidden) else earlier


def summary_has(seen: View, field: str) -> Truth:
    """Answer by the account summary alone whether root has what `field` counts (`PASSWORD`, `KEYS` ... of here)."""
    return ask(lambda: _count(seen.account[SUMMARY][field], most=1 if field in _MARKS else None) > 0)


def access_keys(seen: View) -> Held:
    """Look for root access keys in every source.

    An inactive key shows in the report as a key that is not active and yet has a date of its last rotation.
    """
    return _held(seen, KEYS, "access_keys", ("access_key_1", "access_key_2"))


def signing_certificates(seen: View) -> Held:
    """Look for root X.509 signing certificates in every source."""
    return _held(seen, CERTIFICATES, "signing_certificates", ("cert_1", "cert_2"))


def audit_lists(seen: View, kind: str) -> Truth:
    """Answer whether the privileged audit lists any item of a kind (`access_keys`, `mfa_devices` ...)."""
    place = seen.account[AUDIT][kind]
    why = place.unknown  # most often nobody asked for the audit, so that there is no need to try
    return ask(lambda: bool(place.each())) if why is None else Truth(None, why, place.path)


def audit_shows_password(seen: View) -> Truth:
    """Answer by the privileged audit alone whether root has a password."""
    place = seen.account[AUDIT]["login_profile"]
    why = place.unknown
    return ask(place.flag) if why is None else Truth(None, why, place.path)


def _count(place: Sight, most: int | None) -> int:
    """Read a count of the summary.

    Raises:
        UnseenError: it is unread, or no whole number from 0 to `most` (None: without end), so that nobody can say what
            it means.
    """
    value = place.number()
    if not isinstance(value, int) or value < 0 or (most is not None and value > most):
        raise UnseenError(Unknown(f"malformed: expected a count, found {value!r}"[:80]), place.path)
    return value


def _held(seen: View, summary: str, kind: str, columns: tuple[str, ...]) -> Held:
    row = root_row(seen)
    return Held(
        summary=summary_has(seen, summary),
        report=any_true(_in_report(row, column) for column in columns),
        audit=audit_lists(seen, kind),
        active_by_report=any_true(report_says(row[f"{column}_active"]) for column in columns),
        active_by_audit=_active_in_audit(seen, kind),
    )


def _active_in_audit(seen: View, kind: str) -> Truth:
    found = audit_lists(seen, kind)
    if not found.value:
        return found
    return any_true(_is_active(item) for item in seen.account[AUDIT][kind].each())


def _is_active(item: Sight) -> Truth:
    return ask(lambda: item["Status"].text() == "Active")


def _in_report(row: Sight, column: str) -> Truth:
    active = report_says(row[f"{column}_active"])
    if active.value is not False:
        return active
    return ask(lambda: report_date(row[f"{column}_last_rotated"]) is not None)


def _summary_credentials(seen: View) -> Truth:
    return any_true(summary_has(seen, field) for field in (PASSWORD, KEYS, CERTIFICATES))


def _report_credentials(seen: View) -> Truth:
    row = root_row(seen)
    held = [_in_report(row, column) for column in ("access_key_1", "access_key_2", "cert_1", "cert_2")]
    return any_true([report_says(row["password_enabled"]), *held])


def _audit_credentials(seen: View) -> Truth:
    lists = (audit_lists(seen, kind) for kind in ("access_keys", "signing_certificates"))
    return any_true([audit_shows_password(seen), *lists])
