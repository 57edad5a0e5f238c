"""Audits built by hand: one account, an organization of fifteen, and one of any size."""

from __future__ import annotations

from datetime import UTC, datetime

from rootwarden.model.audit import AccountSeen, Audit, Coverage
from rootwarden.model.findings import Evidence, Finding, Severity, Status, fingerprint
from rootwarden.model.readings import Unknown
from rootwarden.report.options import RenderOptions
from tests.report.sample_controls import BY_CODE, SAMPLES

NOW = datetime(2026, 11, 23, 22, 45, 13, tzinfo=UTC)
VERSION = "2026.11.1"
OPTIONS = RenderOptions(controls=SAMPLES)
MANAGEMENT = "111111111111"
NAMES = (
    "management", "log-archive", "security-tooling", "network", "shared-services", "payments-prod", "payments-stage",
    "shop-prod", "shop-stage", "data-lake", "analytics", "sandbox-anna", "sandbox-old", "ci", "legacy-erp",
)  # fmt: skip

DENIED = Unknown("AccessDenied", "iam.GetCredentialReport", ("iam:GenerateCredentialReport", "iam:GetCredentialReport"))
ELSEWHERE = Unknown("bucket_out_of_scope", hint="include the account that owns the bucket")
NO_BUDGETS = Unknown("AccessDeniedException", "budgets.DescribeBudgets", ("budgets:ViewBudget",))


def finding(code, status, account, message, **more) -> Finding:
    """Return one finding of a sample control."""
    one = BY_CODE[code]
    region, resource, aspect = more.get("region", ""), more.get("resource", ""), more.get("aspect", "")
    return Finding(
        code=code, control=one.slug, aspect=aspect, severity=more.get("severity", one.control.severity),
        practice=int(one.control.practice), status=status, account=account, region=region, resource=resource,
        title=one.control.title, message=message, reason=more.get("reason", ""), notes=more.get("notes", ()),
        evidence=tuple(Evidence(*pair) for pair in more.get("evidence", ())), unknown_because=more.get("unknown"),
        misses=one.control.misses, remedy=one.control.remedy, frameworks=dict(one.control.frameworks),
        catalogue_version=VERSION,
        fingerprint=fingerprint(
            code=code, aspect=aspect, partition="aws", account=account, region=region, resource=resource
        ),
    )  # fmt: skip


def audit(accounts, findings, coverage=(), organization="o-a1b2c3d4e5") -> Audit:
    """Return an audit of these parts."""
    return Audit(
        tool_version="0.1.0", catalogue_version=VERSION, snapshot_at=NOW, judged_at=NOW, partition="aws",
        organization=organization, accounts=tuple(accounts), coverage=tuple(coverage), findings=tuple(findings),
    )  # fmt: skip


def account_id(n: int) -> str:
    """Return the id of the n-th account, 111111111111 for the first."""
    return MANAGEMENT if n == 0 else str(200000000000 + n * 1111)


def root_keys(account, active=1) -> Finding:
    """A root user with keys."""
    path = "iam.account_summary.AccountAccessKeysPresent"
    key = ("root.privileged_audit.access_keys[0].AccessKeyId", "AKIAIOSFODNN7EXAMPLE")
    return finding(
        "RW-ROOT-04", Status.FAIL, account, f"Root has {active} active access key.",
        evidence=((path, active), key), reason="active_key",
    )  # fmt: skip


def judged(account: str, n: int) -> list[Finding]:
    """Return what the sample controls say of the n-th account."""
    passed = (("iam.account_summary.AccountMFAEnabled", 1), ("iam.account_summary.AccountPasswordPresent", 1))
    failed = (("iam.account_summary.AccountMFAEnabled", 0), ("iam.account_summary.AccountPasswordPresent", 1))
    found = [_mfa(account, n, passed, failed), _keys(account, n), _mail(account, n), _user(account, n)]
    found.append(_trail(account, n))
    found.append(_bucket(account, n))
    found.append(_topic(account, n))
    found.append(_budget(account, n))
    contact = ("account.contacts.SECURITY", None) if n % 2 else ("account.contacts.SECURITY", "3 fields")
    found.append(
        finding("RW-POL-05", Status.FAIL if n % 2 else Status.PASS, account,
                "AWS knows no security contact." if n % 2 else "AWS knows a security contact.", evidence=(contact,))
    )  # fmt: skip
    return found


def _mfa(account, n, passed, failed) -> Finding:
    if n in (12, 14):
        return finding("RW-ROOT-01", Status.FAIL, account, "Root has a password and no MFA device.", evidence=failed)
    if n % 5 == 4:
        return finding(
            "RW-ROOT-01", Status.UNKNOWN, account, f"Could not tell: iam.credential_report.rows: {DENIED}",
            reason="AccessDenied", unknown=DENIED,
        )  # fmt: skip
    if n % 3 == 0 and n:
        return finding(
            "RW-ROOT-01", Status.NOT_APPLICABLE, account, "Root has no credentials to protect.",
            reason="no_root_credentials", evidence=(("iam.account_summary.AccountPasswordPresent", 0),),
        )  # fmt: skip
    return finding("RW-ROOT-01", Status.PASS, account, "Root has an MFA device.", evidence=passed)


def _keys(account, n) -> Finding:
    if n in (0, 12, 14):
        return root_keys(account)
    zero = ("iam.account_summary.AccountAccessKeysPresent", 0)
    return finding("RW-ROOT-04", Status.PASS, account, "Root has no access keys.", evidence=(zero,))


def _mail(account, n) -> Finding:
    mail = f"aws+{NAMES[n % len(NAMES)]}@example.com"
    return finding(
        "RW-ROOT-09", Status.MANUAL, account, f"Somebody has to confirm that {mail} is watched.",
        evidence=(("account.primary_email.PrimaryEmail", mail),), reason="no_allowed_domains",
    )  # fmt: skip


def _user(account, n) -> Finding:
    user = f"user/{['alice', 'deploy', 'admin'][n % 3]}"
    tags = ((f"iam.authorization.users[{user}].Tags", []),)
    if n % 2:
        return finding("RW-IAM-01", Status.FAIL, account, f"{user} has no owner.", resource=user, evidence=tags)
    return finding("RW-IAM-01", Status.PASS, account, f"{user} has one owner.", resource=user, evidence=tags)


def _trail(account, n) -> Finding:
    trail = "cloudtrail.trails[all]"
    if n == 14:
        return finding(
            "RW-TRAIL-01", Status.FAIL, account, "No trail records all management events of all Regions.",
            evidence=(("cloudtrail.trails", []), ("account.regions", "17 items")),
        )  # fmt: skip
    seen = ((f"{trail}.IsMultiRegionTrail", True), (f"{trail}.status.IsLogging", True))
    return finding("RW-TRAIL-01", Status.PASS, account, "The trail all records everything.", evidence=seen)


def _bucket(account, n) -> Finding:
    if n == 0:
        return finding(
            "RW-TRAIL-05", Status.FAIL, account, "Any trail of any account may write to the bucket.", aspect="source",
            resource="example-trail-logs", severity=Severity.MEDIUM,
            evidence=(("s3.buckets[example-trail-logs].policy.Statement", "2 items"),),
        )  # fmt: skip
    return finding(
        "RW-TRAIL-05", Status.UNKNOWN, account, f"Could not tell: s3.buckets[example-trail-logs]: {ELSEWHERE}",
        resource="example-trail-logs", reason="bucket_out_of_scope", unknown=ELSEWHERE,
    )  # fmt: skip


def _topic(account, n) -> Finding:
    topic = f"arn:aws:sns:eu-west-1:{account}:root-alerts"
    if n in (1, 2):
        pending = (f"sns.topics[{topic}].subscriptions[0].SubscriptionArn", "PendingConfirmation")
        return finding(
            "RW-MON-05", Status.FAIL, account, "Nobody has confirmed a subscription.", region="eu-west-1",
            resource=topic, evidence=(pending,),
        )  # fmt: skip
    return finding(
        "RW-MON-05", Status.NOT_APPLICABLE, account, "No topic is on the way of a root alert.", reason="no_alert_path",
        evidence=(("sns.topics", []),),
    )  # fmt: skip


def _budget(account, n) -> Finding:
    if n % 7 == 6:
        return finding(
            "RW-BILL-01", Status.UNKNOWN, account, f"Could not tell: budgets.budgets: {NO_BUDGETS}",
            reason="AccessDeniedException", unknown=NO_BUDGETS,
        )  # fmt: skip
    if n % 3 == 1:
        return finding("RW-BILL-01", Status.FAIL, account, "No budget.", evidence=(("budgets.budgets", []),))
    return finding(
        "RW-BILL-01", Status.PASS, account, "A budget warns.", evidence=(("budgets.budgets[0].BudgetName", "all"),)
    )


def small() -> Audit:
    """One standalone account, read whole but for budgets."""
    me = "444455556666"
    found = [one for one in judged(me, 12) if one.code != "RW-BILL-01"] + [_budget(me, 6)]
    return audit(
        [AccountSeen(id=me, name="founder", role="standalone", state="ACTIVE")], found,
        (
            Coverage(what="accounts", read=1, expected=1),
            Coverage(what="Regions", read=17, expected=17),
            Coverage(what="facts", read=11, expected=12, unread=(f"budgets.budgets: {NO_BUDGETS}",)),
        ),
        organization="",
    )  # fmt: skip


def large() -> Audit:
    """An organization of fifteen accounts, one of which could not be entered."""
    return organization_of(len(NAMES))


def organization_of(count: int) -> Audit:
    """An organization of any size."""
    accounts = [
        AccountSeen(
            id=account_id(n), name=NAMES[n] if n < len(NAMES) else f"{NAMES[n % len(NAMES)]}-{n}",
            role="member" if n else "management", state="ACTIVE", unit="Workloads" if n > 4 else "",
        )
        for n in range(count)
    ]  # fmt: skip
    found = [one for n, seen in enumerate(accounts) for one in judged(seen.id, n if n < 15 else n % 12)]
    found.append(
        finding(
            "RW-ORG-01", Status.FAIL, MANAGEMENT, "The feature RootCredentialsManagement is off.",
            evidence=(("iam.org_features.EnabledFeatures", []),), reason="feature_off",
        )
    )  # fmt: skip
    last = accounts[-1].id
    return audit(
        accounts, found,
        (
            Coverage(
                what="accounts", read=count - 1, expected=count,
                unread=(f"{last}: AccessDenied on sts.AssumeRole (needs sts:AssumeRole)",),
            ),
            Coverage(what="Regions", read=17 * (count - 1), expected=17 * (count - 1)),
            Coverage(
                what="facts", read=9 * count - 1, expected=9 * count,
                unread=(f"iam.credential_report: {DENIED} (3 times)",),
            ),
        ),
    )  # fmt: skip
