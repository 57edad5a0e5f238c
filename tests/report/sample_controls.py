"""A dozen controls as reports meet them, written by hand, so that reports are tested without any rule."""

from __future__ import annotations

from rootwarden.model.control import AnyOf, Control, Fix, Registered, ids
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity

_LONG_NIST = ids(
    "ac_2_1 ac_3_2 ac_3_3_a ac_3_3_b_1 ac_3_3_b_2 ac_3_4 ac_3_8 ac_3_12_a ac_3_13 ac_4_28 ac_6 ac_6_2 ac_24 cm_6_a "
    "cm_9_b ia_2_1 ia_2_2 ia_2_6_a sc_23_3"
)


def _judge(*_):
    return ()


def _made(slug, why, **parts) -> Registered:
    defaults = {"scope": Scope.ACCOUNT, "facts": ("iam.account_summary",), "measured": "Read from the account summary."}
    return Registered(slug, why, Control(**{**defaults, **parts}), _judge)


SAMPLES = (
    _made(
        "individual-users",
        "Every user belongs to one person: a shared name hides who did it.",
        code="RW-IAM-01",
        title="Every IAM user belongs to one identified person or workload",
        question="Does every IAM user have exactly one known owner?",
        severity=Severity.MEDIUM,
        practice=Practice.PEOPLE,
        scope=Scope.RESOURCE,
        facts=("iam.authorization", "iam.credential_report"),
        params={"owner_tag": "owner", "shared_name_patterns": ("^admin$", "shared")},
        misses="People who share one user and keep quiet about it.",
        remedy="name-user-owners",
        fix=Fix(
            automation="assisted",
            steps=("Ask who uses the user.", "Tag it with its owner, or give each person one of their own."),
            commands=("aws iam tag-user --user-name {resource} --tags Key=owner,Value=OWNER",),
        ),
    ),
    _made(
        "root-mfa-enabled",
        "Root signs in with a second factor: without one, whoever learns the password owns the account.\n\nA password "
        "leaks by phishing, by reuse on another site or from an old mailbox; a second factor is what remains\nbetween "
        "that leak and deleted backups, stolen data or a bill for somebody else's machines.",
        code="RW-ROOT-01",
        title="Root user has MFA enabled",
        question="Does the root user have an MFA device?",
        severity=Severity.CRITICAL,
        practice=Practice.ROOT_MFA,
        facts=(AnyOf("iam.account_summary", "iam.credential_report"), "root.privileged_audit?"),
        measured="AccountMFAEnabled of the account summary, else mfa_active of the credential report.",
        misses="Whether the device still works and who holds it.",
        remedy="enable-root-mfa",
        fix=Fix(
            automation="manual",
            steps=(
                "Sign in as the root user; nobody else can register its MFA device.",
                "Open Security credentials, Multi-factor authentication, Assign MFA device.",
            ),
            commands=("aws iam get-account-summary --query SummaryMap.AccountMFAEnabled",),
        ),
        frameworks={"cis_aws_4.0": ("1.5",), "cis_aws_5.0": ("1.4",), "nist_800_53_r5": _LONG_NIST},
        links=("https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html",),
    ),
    _made(
        "central-root-credentials",
        "Root credentials of member accounts are managed in one place: what nobody needs, nobody should hold.",
        code="RW-ORG-01",
        title="Centralized root credentials management is enabled",
        question="Does the organization manage the root credentials of its members centrally?",
        severity=Severity.HIGH,
        practice=Practice.ROOT_MFA,
        scope=Scope.ORG,
        facts=("org.organization", "iam.org_features"),
        misses="Whether it is used: see RW-ROOT-08.",
        remedy="enable-central-root",
        fix=Fix(
            automation="auto",
            steps=("Allow IAM as a trusted service.", "Switch the feature on."),
            commands=(
                "aws organizations enable-aws-service-access --service-principal iam.amazonaws.com",
                "aws iam enable-organizations-root-credentials-management",
            ),
            terraform='resource "aws_iam_organizations_features" "root" {\n'
            '  enabled_features = ["RootCredentialsManagement"]\n}\n',
        ),
        frameworks={"cis_aws_7.0": ("2.1.1",)},
    ),
    _made(
        "root-access-keys-absent",
        "Root has no access keys: a root key is a password that never expires and that no policy can limit.",
        code="RW-ROOT-04",
        title="No root access keys exist",
        question="Does the root user have no access keys?",
        severity=Severity.CRITICAL,
        practice=Practice.EMERGENCY_ONLY,
        facts=(AnyOf("iam.account_summary", "iam.credential_report"), "root.privileged_audit?"),
        misses="Keys created after the snapshot.",
        remedy="delete-root-access-keys",
        fix=Fix(
            automation="assisted",
            steps=("Find what uses the key.", "Deactivate it and wait a day.", "Delete it."),
            commands=(
                "aws iam update-access-key --access-key-id KEY_ID --status Inactive",
                "aws iam delete-access-key --access-key-id KEY_ID",
            ),
        ),
        frameworks={"cis_aws_5.0": ("1.3",), "aws_fsbp": ("IAM.4",), "soc_2": ("cc_6_3", "cc_a_1_1")},
    ),
    _made(
        "root-email-owned",
        "The root address belongs to the company: who reads its mail can reset the password.",
        code="RW-ROOT-09",
        title="Root email is a monitored, company-controlled and unique address",
        question="Is the root e-mail address the company's own, watched and used once?",
        severity=Severity.MEDIUM,
        practice=Practice.EMERGENCY_ONLY,
        facts=("account.primary_email", "org.accounts?"),
        misses="Who reads the mailbox.",
        remedy="change-root-email",
        fix=Fix(automation="manual", steps=("Decide which address it should be.", "Change it.")),
    ),
    _made(
        "trail-covers-everything",
        "Every management event is recorded: what is not on record did not happen, for an investigator.",
        code="RW-TRAIL-01",
        title="All management events in all regions are recorded",
        question="Does one trail record all management events of all Regions?",
        severity=Severity.CRITICAL,
        practice=Practice.WATCH_ROOT,
        facts=("cloudtrail.trails", "account.regions"),
        misses="Data events.",
        remedy="create-trail",
        fix=Fix(
            automation="auto",
            steps=("Create a trail for all Regions.", "Start it."),
            commands=(
                "aws cloudtrail create-trail --name all --s3-bucket-name BUCKET --is-multi-region-trail",
                "aws cloudtrail start-logging --name all",
            ),
        ),
        frameworks={"cis_aws_5.0": ("3.1",), "pci_dss_4.0": ("10.2.1", "10.2.2")},
    ),
    _made(
        "trail-bucket-private",
        "Nobody outside reads or replaces the record.",
        code="RW-TRAIL-05",
        title="The trail bucket is private and accepts only this trail",
        question="Can only this trail write to its bucket, and nobody outside read it?",
        severity=Severity.CRITICAL,
        practice=Practice.WATCH_ROOT,
        scope=Scope.RESOURCE,
        facts=("cloudtrail.trails", "s3.buckets"),
        aspects=("public", "source", "missing"),
        misses="Access points.",
        remedy="close-trail-bucket",
        fix=Fix(
            automation="auto",
            steps=("Block public access.",),
            commands=(
                "aws s3api put-public-access-block --bucket {resource} --public-access-block-configuration "
                "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
            ),
        ),
    ),
    _made(
        "alert-topic-delivers",
        "An alert that reaches nobody is no alert.",
        code="RW-MON-05",
        title="The alert topic can deliver",
        question="Can each topic on the way of a root alert deliver to a confirmed subscriber?",
        severity=Severity.HIGH,
        practice=Practice.WATCH_ROOT,
        scope=Scope.RESOURCE,
        facts=("sns.topics", "kms.keys?"),
        misses="Whether the reader is awake.",
        remedy="repair-alert-topic",
        fix=Fix(
            automation="assisted",
            steps=("Subscribe somebody who will read it.",),
            commands=(
                "aws sns subscribe --region {region} --topic-arn {resource} --protocol email "
                "--notification-endpoint ADDRESS",
            ),
        ),
    ),
    _made(
        "budget-with-alerts",
        "Somebody hears of money before the bill comes.",
        code="RW-BILL-01",
        title="A cost budget with early and forecast alerts covers the account",
        question="Does a cost budget warn early and by forecast?",
        severity=Severity.HIGH,
        practice=Practice.BILLING,
        facts=("budgets.budgets", "budgets.notifications"),
        params={"max_actual_threshold_pct": 100, "require_per_account": False},
        misses="Spending that happens within a day.",
        remedy="create-budget",
        fix=Fix(
            automation="auto",
            steps=("Create a monthly cost budget with two alerts.",),
            commands=("aws budgets create-budget --account-id {account} --budget file://budget.json",),
        ),
    ),
    _made(
        "security-contact",
        "AWS knows whom to warn.",
        code="RW-POL-05",
        title="A security alternate contact is registered",
        question="Does AWS know whom to call about security?",
        severity=Severity.MEDIUM,
        practice=Practice.POLICY,
        facts=("account.contacts",),
        misses="Whether somebody answers.",
        remedy="register-security-contact",
        fix=Fix(
            automation="auto",
            steps=("Register a shared address.",),
            commands=("aws account put-alternate-contact --account-id {account} --alternate-contact-type SECURITY",),
        ),
    ),
)

BY_CODE = {one.control.code: one for one in SAMPLES}
