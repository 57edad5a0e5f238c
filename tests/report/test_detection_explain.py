"""What is said of one detection at the terminal, and what a mistyped name is answered."""

from __future__ import annotations

import re

import pytest
from inline_snapshot import snapshot

from rootwarden import catalogue
from rootwarden.catalogue.detecting import everything
from rootwarden.errors import UsageError
from rootwarden.report.detection_explain import explain
from rootwarden.report.detection_find import named
from rootwarden.report.detection_words import searches

ALL = everything()
BY_CODE = {one.detection.code: one for one in ALL}


def test_explain_a_rule_with_cases() -> None:
    """Title, severity, what happened, the searches of the rule, cases, limits, response, harm, ATT&CK and links."""
    assert explain(BY_CODE["RD-012"]) == snapshot("""\
RD-012  root-mfa-removed
MFA device removed from root

Severity critical; inside an approved window high. Single record: a Sigma rule
is asked of each record by itself.

WHAT HAPPENED AND WHY IT MATTERS
  A second factor of root was taken away in a root session. Until another is
  registered, the password alone opens the account.

HOW IT IS DECIDED
  by_root:
    userIdentity.type: Root
  call:
    eventSource: iam.amazonaws.com
    eventName: [DeactivateMFADevice, DeleteVirtualMFADevice]
  for_root:
    - requestParameters.userName: [null, '', AWS ROOT USER, root]
    - requestParameters.serialNumber|contains: [':mfa/root-account-mfa-device', ':u2f/root-account/']
  root_device:
    requestParameters.serialNumber|contains: [':mfa/root-account-mfa-device', ':u2f/root-account/']
  any_device:
    requestParameters.serialNumber|contains: ':mfa/'
  by_serial_only:
    eventName: DeleteVirtualMFADevice
  no_error_code:
    errorCode: [null, '']
  condition: by_root and call and no_error_code

CASES
  When `not for_root or (by_serial_only and any_device and not root_device)`:
    low; inside an approved window info. It is then called "Root changed a
    user's MFA".
  Else: critical; inside an approved window high.

WHAT IT MISSES
  A device removed by AWS Support; whether another device is still registered.

FALSE POSITIVES
  The second half of a rotation, when a new device was registered within the
    hour.

WHAT TO DO NOW
  1. Register an MFA device for root now.
  2. Compare the serial number with the register of custody.
  3. If no rotation was planned, rotate the root password and end the sessions.

HARM
  None yet: it is a way in, or hides or prepares what may follow.

MITRE ATT&CK
  T1556.006, T1531

LINKS
  https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeactivateMFADevice.html
  https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteVirtualMFADevice.html

catalogue 2026.11.1\
""")


def test_explain_a_detection_with_memory() -> None:
    """The logic stands in words, with what a story leaves out beside it."""
    assert explain(BY_CODE["RD-101"]) == snapshot("""\
RD-101  root-sign-in-burst
Burst of failed root sign-ins

Severity high; inside an approved window low. With memory: several records, the
time between them, or what is usual decides.

WHAT HAPPENED AND WHY IT MATTERS
  Five or more sign-ins of one root user failed within fifteen minutes. Holders
  mistype once or twice; a machine or a stranger goes on.

HOW IT IS DECIDED
  Five records of RD-004 (root console sign-in failed) of one account within 900
  seconds, by event time. Further failures within 900 seconds of the last belong
  to the same alert. It says more than RD-004, which a story leaves out beside
  it.

WHAT IT MISSES
  Guessing that is slower than five in a quarter of an hour; failures that AWS
  does not record, such as a wrong e-mail address.

FALSE POSITIVES
  The holder is locked out and tries again and again.

WHAT TO DO NOW
  1. Look for a success after the failures (RD-103).
  2. Ask the holders of this root user whether it was they.
  3. Look up the source address; block it where you can.
  4. Make sure that MFA is registered and that the mailbox of the account is
     safe.

HARM
  None yet: it is a way in, or hides or prepares what may follow.

MITRE ATT&CK
  T1110.001

LINKS
  https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html

catalogue 2026.11.1\
""")


def test_explain_says_what_raises_the_severity() -> None:
    """A number within a time and a new Region are told as such, outside a window."""
    deleted, launched = explain(BY_CODE["RD-041"]), explain(BY_CODE["RD-040"])
    assert "  10 or more in one account within 10 minutes, outside a window: critical.\n" in deleted
    assert re.search(r"\n  In a Region in which root of the account was not seen before,\s", launched)


def test_explain_says_what_the_rule_does_not() -> None:
    """Owned resources, and shapes that nobody knows, are decided beyond the words of the rule."""
    assert "%owned_resources% stands for" in explain(BY_CODE["RD-017"])
    assert "It also fires on every record" in explain(BY_CODE["RD-033"])


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.slug)
def test_explain_is_whole_and_fits_eighty_columns(one) -> None:
    """Every part of a detection is told; no line but those of rules and links is longer than the terminal."""
    text = explain(one)
    lines = [line for line in text.replace(_rule(one), "").splitlines() if not line.startswith("  https:")]
    assert max(map(len, lines)) <= 80
    told = " ".join(text.split())
    parts = (one.detection.title, one.detection.description, one.detection.misses, *one.detection.false_positives)
    assert all(" ".join(part.split()) in told for part in (*parts, *one.detection.response, one.detection.logic))
    assert _rule(one) in text


def _rule(one) -> str:
    rule = searches(one)
    return "\n".join(f"  {line}" if line else "" for line in rule.splitlines())


@pytest.mark.parametrize("name", ["RD-005", "rd-005", "005", "root-access-key-created", " Root-Access-Key-Created "])
def test_a_detection_is_found(name: str) -> None:
    """By code or slug, whatever the case, with or without the prefix."""
    assert named(name).slug == "root-access-key-created"


def test_a_control_is_found_as_before() -> None:
    """Every name of a control leads to it."""
    for one in catalogue.controls():
        assert named(one.slug) is named(one.control.code) is named(one.control.code[3:]) is one


def test_names_are_not_shared() -> None:
    """No code or slug belongs to two."""
    names = [name for one in catalogue.controls() for name in (one.slug, one.control.code)]
    names += [name for one in ALL for name in (one.slug, one.detection.code)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("root-acess-key-created", "did you mean root-access-key-created?"),
        ("root-mfa-enable", "did you mean root-mfa-enabled?"),
        ("rd-0055", "did you mean RD-005?"),
        ("RW-ROOT-1", "did you mean RW-ROOT-01?"),
        ("xxxxxxxx", ""),
    ],
)
def test_a_mistyped_name_is_answered(name: str, hint: str) -> None:
    """The closest of both kinds is named, and where all are listed."""
    with pytest.raises(UsageError) as caught:
        named(name)
    assert caught.value.what == f"no control, detection or remedy is called {name!r}"
    assert caught.value.why == hint
    assert caught.value.todo == (
        "list them with `rootwarden controls`, `rootwarden controls --remedies` and `rootwarden detections`"
    )
