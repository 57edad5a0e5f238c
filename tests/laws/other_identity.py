"""What else AWS may answer about root, people and the organization: for each place, the values that matter.

A place is written with `/` between its steps, `*` for any item or name. `<account>` stands for the account's id.
"""

from __future__ import annotations

from typing import Any

from tests.laws.good_identity import report_row
from tests.laws.spot import GONE

OLD, RECENT, TODAY = "2019-01-01T00:00:00+00:00", "2026-11-01T10:00:00+00:00", "2026-11-23T20:00:00Z"
CELLS = ("true", "false", "TRUE", "not_supported", "N/A", "", GONE)
DATES = (OLD, RECENT, TODAY, "N/A", "no_information", "not_supported", "", "no date", GONE)
ROOT_ARN = "arn:aws:iam::<account>:root"
ADMINISTRATOR = {"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
AUDIT_KEY = {"AccessKeyId": "AKIAROOTKEY000000001", "Status": "Active", "CreateDate": OLD, "LastUsedDate": RECENT}
AUDIT_MFA = {
    "hardware": {"SerialNumber": "GAHT12345678", "EnableDate": OLD},
    "key": {"SerialNumber": f"{ROOT_ARN[:-4]}u2f/root-account/key-ABC", "EnableDate": OLD},
    "virtual": {"SerialNumber": f"{ROOT_ARN[:-4]}mfa/root-account-mfa-device", "EnableDate": OLD},
    "sms": {"SerialNumber": f"{ROOT_ARN[:-4]}sms-mfa/root", "EnableDate": OLD},
}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """Return a policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any, resource: Any = "*", **rest: Any) -> dict[str, Any]:
    """Return an Allow statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **rest}


def deny(action: Any) -> dict[str, Any]:
    """Return a Deny statement for everybody."""
    return {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*"}


ALLOW_ALL = document(allow("*"))
IDENTITY_POLICIES = (
    ALLOW_ALL,
    document(allow("iam:*")),
    document(allow(["s3:GetObject", "*:*"], ["*"])),
    document(allow("*"), {"Effect": "Deny", "Action": "*", "Resource": "*"}),
    document(allow("*"), {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}),
    document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
    document(allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
    document(allow("*", Condition={"StringFuzzy": {"aws:Odd": "x"}})),
    document(allow("s3:Get*", "arn:aws:s3:::x/*")),
    {"Version": "2012-10-17", "Statement": allow("*")},
)  # fmt: skip
TRUST = tuple(
    document({"Effect": "Allow", "Principal": principal, "Action": action})
    for principal, action in (
        ({"AWS": ROOT_ARN}, "sts:AssumeRole"),
        ({"AWS": "arn:aws:iam::<account>:user/alice"}, "sts:AssumeRole"),
        ({"AWS": "arn:aws:iam::<account>:user/gone"}, "sts:AssumeRole"),
        ({"AWS": "arn:aws:iam::999999999999:root"}, "sts:AssumeRole"),
        ({"AWS": "AIDADELETED000000000"}, "sts:AssumeRole"),
        ({"AWS": "*"}, "sts:AssumeRole"),
        ({"Service": "ec2.amazonaws.com"}, "sts:AssumeRole"),
        ({"Federated": "arn:aws:iam::<account>:saml-provider/idp"}, "sts:AssumeRoleWithSAML"),
        ({"AWS": ["AROADELETED000000000", "111111111111"]}, ["sts:AssumeRole", "sts:TagSession"]),
    )
)

OTHER_IDENTITY: dict[str, tuple[Any, ...]] = {
    "account.identity/Arn": ("arn:aws-us-gov:iam::<account>:user/rw", ROOT_ARN, GONE),
    "account.identity/Account": ("999999999999", GONE),
    "iam.account_summary/AccountMFAEnabled": (0, 1, 2, GONE),
    "iam.account_summary/AccountAccessKeysPresent": (0, 1, 2, GONE),
    "iam.account_summary/AccountPasswordPresent": (0, 1, GONE),
    "iam.account_summary/AccountSigningCertificatesPresent": (0, 1, GONE),
    "iam.account_summary": ({},),
    "iam.credential_report/GeneratedTime": ("2026-11-23T10:00:00Z", GONE),
    "iam.credential_report/rows": (
        [],
        [report_row("<account>", "<root_account>")],
        [report_row("<account>", "alice", password_enabled="true", mfa_active="true")],
    ),
    "iam.credential_report/rows/*/user": ("bob", "<root_account>", GONE),
    "iam.credential_report/rows/*/arn": ("arn:aws:iam::<account>:user/bob",),
    "iam.credential_report/rows/*/user_creation_time": DATES,
    "iam.credential_report/rows/*/password_enabled": CELLS,
    "iam.credential_report/rows/*/password_last_used": DATES,
    "iam.credential_report/rows/*/mfa_active": CELLS,
    **{
        f"iam.credential_report/rows/*/access_key_{n}_{what}": values
        for n in (1, 2)
        for what, values in (("active", CELLS), ("last_rotated", DATES), ("last_used_date", DATES))
    },
    **{f"iam.credential_report/rows/*/cert_{n}_active": CELLS for n in (1, 2)},
    **{f"iam.credential_report/rows/*/cert_{n}_last_rotated": DATES for n in (1, 2)},
    "root.privileged_audit": (
        {"login_profile": True, "access_keys": [], "mfa_devices": [AUDIT_MFA["hardware"]], "signing_certificates": []},
        {"login_profile": False, "access_keys": [], "mfa_devices": [], "signing_certificates": []},
        GONE,
    ),
    "root.privileged_audit/login_profile": (True, False),
    "root.privileged_audit/access_keys": ([AUDIT_KEY], [AUDIT_KEY | {"Status": "Inactive"}], []),
    "root.privileged_audit/access_keys/*/Status": ("Active", "Inactive"),
    "root.privileged_audit/mfa_devices": (
        [],
        *([device] for device in AUDIT_MFA.values()),
        [AUDIT_MFA["hardware"], AUDIT_MFA["key"]],
        [AUDIT_MFA["virtual"], AUDIT_MFA["key"]],
    ),
    "root.privileged_audit/mfa_devices/*/SerialNumber": tuple(one["SerialNumber"] for one in AUDIT_MFA.values()),
    "root.privileged_audit/signing_certificates": (
        [{"CertificateId": "C1", "Status": "Active"}],
        [{"CertificateId": "C1", "Status": "Inactive"}],
        [],
    ),
    "iam.virtual_mfa_devices/devices": (
        [],
        [{"SerialNumber": AUDIT_MFA["virtual"]["SerialNumber"], "User": {"Arn": ROOT_ARN}, "EnableDate": OLD}],
        [{"SerialNumber": "arn:aws:iam::<account>:mfa/g", "User": {"Arn": "arn:aws:iam::<account>:user/groot"}}],
        [{"SerialNumber": "arn:aws:iam::<account>:mfa/unassigned"}],
    ),
    "iam.virtual_mfa_devices/devices/*/User/Arn": (ROOT_ARN, "arn:aws:iam::<account>:user/groot"),
    "iam.virtual_mfa_devices/devices/*/SerialNumber": (AUDIT_MFA["virtual"]["SerialNumber"],),
    "iam.authorization/users": ([],),
    "iam.authorization/users/*/UserName": ("admin", "shared-ops", "test1", "groot"),
    "iam.authorization/users/*/Path": ("/service/", "/", GONE),
    "iam.authorization/users/*/Tags": ([], [{"Key": "kind", "Value": "workload"}], GONE),
    "iam.authorization/users/*/Tags/*/Key": ("Owner", "team"),
    "iam.authorization/users/*/Tags/*/Value": ("", "alice@example.com", "deploy-pipeline"),
    "iam.authorization/users/*/GroupList": ([], ["admins"], ["nowhere"], GONE),
    "iam.authorization/users/*/GroupList/*": ("nowhere",),
    "iam.authorization/users/*/AttachedManagedPolicies": ([ADMINISTRATOR], [], GONE),
    "iam.authorization/users/*/UserPolicyList": tuple(
        [{"PolicyName": "inline", "PolicyDocument": policy}] for policy in IDENTITY_POLICIES
    ),
    "iam.authorization/users/*/PermissionsBoundary": (
        {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": ADMINISTRATOR["PolicyArn"]},
        {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
        GONE,
    ),
    "iam.authorization/groups": ([],),
    "iam.authorization/groups/*/GroupName": ("others",),
    "iam.authorization/groups/*/AttachedManagedPolicies": ([ADMINISTRATOR], [], GONE),
    "iam.authorization/groups/*/AttachedManagedPolicies/*/PolicyArn": ("arn:aws:iam::aws:policy/ReadOnlyAccess",),
    "iam.authorization/groups/*/GroupPolicyList": tuple(
        [{"PolicyName": "inline", "PolicyDocument": policy}] for policy in IDENTITY_POLICIES
    ),
    "iam.authorization/roles": ([],),
    "iam.authorization/roles/*/RoleName": ("Other",),
    "iam.authorization/roles/*/Path": ("/aws-service-role/x/", "/aws-reserved/sso.amazonaws.com/"),
    "iam.authorization/roles/*/AttachedManagedPolicies": ([ADMINISTRATOR], []),
    "iam.authorization/roles/*/AttachedManagedPolicies/*/PolicyArn": ("arn:aws:iam::aws:policy/ReadOnlyAccess",),
    "iam.authorization/roles/*/RolePolicyList": tuple(
        [{"PolicyName": "inline", "PolicyDocument": policy}] for policy in IDENTITY_POLICIES
    ),
    "iam.authorization/roles/*/PermissionsBoundary": (
        {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    ),
    "iam.authorization/roles/*/AssumeRolePolicyDocument": TRUST,
    "iam.authorization/policies": ([],),
    "iam.authorization/policies/*/PolicyVersionList/*/Document": IDENTITY_POLICIES,
    "iam.authorization/policies/*/Arn": ("arn:aws:iam::<account>:policy/other",),
    "sso.permission_sets/sets": (
        [],
        [
            {
                "PermissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1/ps-2",
                "Name": "Readers",
                "ManagedPolicies": [{"Name": "ReadOnlyAccess", "Arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
                "assignments": [{"PrincipalType": "GROUP", "PrincipalId": "9067-2"}],
            }
        ],
    ),
    "sso.permission_sets/sets/*/assignments": ([],),
    "sso.permission_sets/sets/*/ManagedPolicies": ([],),
    "sso.permission_sets/sets/*/ManagedPolicies/*/Arn": ("arn:aws:iam::aws:policy/ReadOnlyAccess",),
    "account.contacts/SECURITY": (None, {}, GONE),
    "account.contacts/SECURITY/EmailAddress": ("", "  ", GONE, "aws+<account>@example.com"),
    "account.contacts/SECURITY/PhoneNumber": ("", GONE),
    "account.contacts/SECURITY/Name": ("", GONE),
    "account.primary_email": (GONE,),
    "account.primary_email/PrimaryEmail": ("ceo@gmail.com", "AWS+111111111111@EXAMPLE.com", "", "no address", GONE),
    "org.organization": (None, {"Id": "o-other00001", "FeatureSet": "ALL", "MasterAccountId": "999999999999"}),
    "org.organization/FeatureSet": ("CONSOLIDATED_BILLING", GONE),
    "org.organization/MasterAccountId": ("333333333333", "999999999999", GONE),
    "org.accounts": ([], [{"Id": digit * 12, "Email": f"{digit}@example.com", "State": "CLOSED"} for digit in "1234"]),
    "org.accounts/*/State": ("SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION", GONE),
    "org.accounts/*/Status": ("ACTIVE", "SUSPENDED", "CLOSED"),
    "org.accounts/*/Email": ("aws+111111111111@example.com", "ceo@gmail.com", "", GONE),
    "org.accounts/*/Id": ("999999999999",),
    "org.service_access": ([], ["cloudtrail.amazonaws.com"]),
    "org.service_access/*": ("sso.amazonaws.com",),
    "org.delegated_admins": ({}, {"iam.amazonaws.com": []}),
    "iam.org_features/EnabledFeatures": ([], ["RootSessions"], ["RootCredentialsManagement"], GONE),
    "iam.org_features/EnabledFeatures/*": ("SomethingNew",),
}
