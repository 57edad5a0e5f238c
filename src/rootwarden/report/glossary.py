"""The words of the report, explained for a reader who does not work with AWS."""

from __future__ import annotations

from msgspec import Struct


class Term(Struct, frozen=True):
    """One word and what it means here."""

    word: str
    meaning: str


TERMS = (
    Term("Access key", "A pair of id and secret that programs sign in with. It does not expire by itself."),
    Term(
        "AssumeRoot",
        "A call that gives a management or delegated account a short root session in a member account, limited to one "
        "of five tasks. It makes permanent root credentials of members unnecessary.",
    ),
    Term(
        "Centralized root access",
        "A setting of AWS Organizations by which member accounts need no root credentials of their own.",
    ),
    Term("CloudTrail", "The service that records calls to AWS. A trail is where the record is delivered to."),
    Term("Control", "One question with a method. It judges each account, Region or resource by what was read."),
    Term("Evidence", "The facts a judgement rests on: where each value stands in the snapshot, and the value itself."),
    Term(
        "Fingerprint",
        "The lasting identity of a finding: a SHA-256 of control, aspect, partition, account, Region and resource. It "
        "stays the same from audit to audit.",
    ),
    Term(
        "Management account",
        "The account that owns the organization. Service control policies do not bind it, so its root weighs most.",
    ),
    Term("Member account", "Any other account of the organization."),
    Term("MFA", "Multi-factor authentication: beside the password, something one holds. Keys resist phishing."),
    Term("Organization", "A set of AWS accounts under one management account (AWS Organizations)."),
    Term("Partition", "A separate AWS: aws, aws-us-gov (GovCloud) or aws-cn (China)."),
    Term(
        "Root user",
        "The identity an AWS account begins with, signed in to by e-mail address. No policy of the account limits it.",
    ),
    Term("Snapshot", "The file of everything AWS answered. Every judgement of this report can be made again from it."),
)
