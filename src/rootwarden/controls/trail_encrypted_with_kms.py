"""Trail logs are encrypted with a customer KMS key: reading the bucket is then not enough to read who did what.

The log tells an intruder every name, role and habit of the company. With a key of your own two permissions are needed
to read it, and each use of the key is recorded. The key is also a risk: when it is disabled or deleted, CloudTrail
cannot write new files and nobody can read the old ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rootwarden.model.control import Control, Fix, ids
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.audited import is_audited
from rootwarden.proofs.key_lookup import OUT_OF_SCOPE, find_key, owner_of_key
from rootwarden.proofs.trails import Trail, judge_trails

CONTROL = Control(
    code="RW-TRAIL-04",
    title="Trail logs are encrypted with a customer KMS key",
    question="Are the log files of each trail encrypted with a usable customer KMS key?",
    severity=Severity.LOW,
    practice=Practice.WATCH_ROOT,
    scope=Scope.RESOURCE,
    facts=("cloudtrail.trails", "kms.keys?", "account.regions?", "org.accounts?"),
    measured=(
        "KmsKeyId of the trail must be set and the key usable. A disabled key fails; a key that waits for its deletion "
        "fails with severity high. A key in an account that is not in the snapshot passes with a note, since its state "
        "cannot be seen; a key in an account that is, but could not be read, leaves the answer open."
    ),
    misses="Who may decrypt with the key, and files written before encryption was switched on.",
    remedy="encrypt-trail-with-kms-key",
    fix=Fix(
        automation="assisted",
        steps=(
            "If the key waits for its deletion, cancel that first; if it is disabled, enable it.",
            "Otherwise create a key in the account of the bucket, whose policy lets cloudtrail.amazonaws.com call "
            "kms:GenerateDataKey* and kms:DescribeKey for this trail, and your auditors kms:Decrypt.",
            "Set it on the trail.",
        ),
        commands=(
            "aws kms cancel-key-deletion --region {region} --key-id KEY_ARN",
            "aws kms enable-key --region {region} --key-id KEY_ARN",
            "aws cloudtrail update-trail --region {region} --name {resource} --kms-key-id KEY_ARN",
        ),
        terraform="""
resource "aws_cloudtrail" "management_events" {
  kms_key_id = aws_kms_key.trail.arn
}
""",
    ),
    frameworks={
        "cis_aws_1.4": ("3.7",),
        "cis_aws_1.5": ("3.7",),
        "cis_aws_2.0": ("3.7",),
        "cis_aws_3.0": ("3.5",),
        "cis_aws_4.0": ("3.5",),
        "cis_aws_5.0": ("3.5",),
        "cis_aws_6.0": ("4.5",),
        "cis_aws_7.0": ("4.5",),
        "aws_fsbp": ("CloudTrail.2",),
        "nist_800_53_r5": ids("au_9_3 cm_6_a cm_9_b cp_9_d sc_8_3 sc_8_4 sc_13_a sc_28_1 si_19_4"),
        "pci_dss_4.0": ("10.3.2", "10.3.3", "10.3.4", "3.5.1", "8.3.2", "A1.2.1"),
        "iso_27001_2022": ("A.8.11", "A.8.15", "A.8.16", "A.8.24"),
    },
    links=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
        "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
    ),
)

# KMS Developer Guide, "Key states of AWS KMS keys": in these two the key encrypts and decrypts.
_USABLE = ("Enabled", "Updating")
_GOING = ("PendingDeletion", "PendingReplicaDeletion")


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge each trail of the account."""
    return judge_trails(seen, _judge_one)


def _judge_one(one: View, trail: Trail) -> Iterable[Verdict]:
    name = trail["KmsKeyId"].text(default="")
    if not name:
        yield one.fails(
            f"The trail {trail.name} uses no KMS key of yours: whoever can read the bucket can read the log.",
            reason="no_key",
        )
        return
    if len(name.split(":")) != 6:
        raise UnseenError(Unknown("malformed: KmsKeyId is not an ARN"), trail["KmsKeyId"].path)
    key = find_key(one, name, trail.owner, trail.home)
    owner = owner_of_key(name, trail.owner)
    if key.unknown is not None and key.unknown.why == OUT_OF_SCOPE and not is_audited(one, owner):
        yield one.passes(
            f"The trail {trail.name} is encrypted with a key of account {owner}, which is not part of this audit.",
            notes=(f"key_out_of_scope: the state of the key in account {owner} was not seen",),
        )
        return
    yield _by_state(one, trail, "" if key["KeyState"].is_null else key["KeyState"].text())


def _by_state(one: View, trail: Trail, state: str) -> Verdict:
    if state in _USABLE:
        return one.passes(f"The trail {trail.name} is encrypted with a customer key that is in use.")
    if state in _GOING:
        return one.fails(
            f"The key of the trail {trail.name} waits for its deletion: after that nobody can ever read the log again.",
            reason="key_pending_deletion",
            severity=Severity.HIGH,
        )
    how = f"is in state {state[:40]}" if state else "does not exist any more"
    return one.fails(
        f"The key of the trail {trail.name} {how}: CloudTrail cannot write with it, and nobody can read the log.",
        reason="key_not_usable",
    )
