"""RW-TRAIL-04: trail logs are encrypted with a customer key that can be used."""

from __future__ import annotations

from typing import Any

import pytest

from rootwarden.model.findings import Severity, Status
from tests.controls.judged import only, unread
from tests.controls.trail_facts import ARCHIVE, KEY, facts, key, trail, without

SLUG = "trail-encrypted-with-kms"
ELSEWHERE = KEY.replace("111122223333", ARCHIVE)


def one(**rest: Any):
    """Return the finding for the good account with changed facts."""
    return only(SLUG, facts(**rest.pop("facts", {})), **rest)


def test_customer_key_in_use_passes():
    """A key that is enabled."""
    assert one().status is Status.PASS
    assert one(facts={"kms.keys": [key(KeyState="Updating")]}).status is Status.PASS


def test_no_key_fails():
    """Without a key the bucket's own encryption is all there is."""
    finding = one(facts={"cloudtrail.trails": [without(trail(), "KmsKeyId")]})
    assert (finding.status, finding.reason, finding.severity) == (Status.FAIL, "no_key", Severity.LOW)


@pytest.mark.parametrize(
    ("state", "reason", "severity"),
    [
        ("Disabled", "key_not_usable", Severity.LOW),
        ("Unavailable", "key_not_usable", Severity.LOW),
        (None, "key_not_usable", Severity.LOW),
        ("PendingDeletion", "key_pending_deletion", Severity.HIGH),
        ("PendingReplicaDeletion", "key_pending_deletion", Severity.HIGH),
    ],
)
def test_key_that_cannot_be_used_fails(state: str | None, reason: str, severity: Severity):
    """A disabled key stops delivery; one that waits for its deletion takes the whole log with it."""
    finding = one(facts={"kms.keys": [key(KeyState=state)]})
    assert (finding.status, finding.reason, finding.severity) == (Status.FAIL, reason, severity)


def test_key_of_another_account_in_the_audit_is_judged():
    """The account that owns the key shows its state."""
    trails = {"cloudtrail.trails": [trail(KmsKeyId=ELSEWHERE)], "kms.keys": []}
    assert one(facts=trails, others={ARCHIVE: {"kms.keys": [key(ELSEWHERE)]}}).status is Status.PASS
    gone = one(facts=trails, others={ARCHIVE: {"kms.keys": [key(ELSEWHERE, KeyState="Disabled")]}})
    assert gone.status is Status.FAIL


def test_key_of_an_account_outside_the_audit_passes_with_a_note():
    """Its state cannot be seen; that there is a key can."""
    finding = one(facts={"cloudtrail.trails": [trail(KmsKeyId=ELSEWHERE)]})
    assert finding.status is Status.PASS and finding.notes[0].startswith("key_out_of_scope")


def test_unread_key_of_an_account_in_the_audit_is_unknown():
    """An account that is in the audit but whose keys are unread does not count as outside."""
    trails = {"cloudtrail.trails": [trail(KmsKeyId=ELSEWHERE)]}
    assert one(facts=trails, others={ARCHIVE: {"kms.keys": unread("kms.keys")}}).status is Status.UNKNOWN
    assert one(facts=trails, others={ARCHIVE: {"cloudtrail.trails": []}}).status is Status.UNKNOWN
    listed = {"org.accounts": [{"Id": ARCHIVE, "State": "ACTIVE"}]}
    assert one(facts=trails, organization=listed).status is Status.UNKNOWN
    assert one(facts={"kms.keys": unread("kms.keys")}).status is Status.UNKNOWN
    assert one(facts={"kms.keys": []}).reason == "key_not_listed"
    assert one(facts={"kms.keys": [key() | unread("kms.keys")]}).status is Status.UNKNOWN


def test_malformed_is_unknown():
    """CloudTrail always gives the key as an ARN."""
    assert one(facts={"cloudtrail.trails": [trail(KmsKeyId="alias/x")]}).status is Status.UNKNOWN
    assert one(facts={"cloudtrail.trails": [trail(KmsKeyId=7)]}).status is Status.UNKNOWN
    assert one(facts={"kms.keys": [without(key(), "KeyState")]}).status is Status.UNKNOWN


def test_no_trails_do_not_apply():
    """Nothing to encrypt."""
    assert one(facts={"cloudtrail.trails": []}).reason == "no_trails"
