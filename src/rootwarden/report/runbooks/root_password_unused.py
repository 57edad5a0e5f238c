"""Let root rest: move what it is used for to roles, so that its next use is an alarm and not a habit.

What root does carries nobody's name, and no policy can limit it.
"""

from __future__ import annotations

from rootwarden.report.runbook import Deed, Runbook

RUNBOOK = Runbook(
    title="Stop using root",
    remedies=("move-root-tasks-to-roles",),
    needs=(
        "An administrator who is not root and can get in (RW-IAM-13).",
        "A trail that records all Regions, so that the next use of root shows (RW-TRAIL-01).",
    ),
    deeds=(
        Deed(
            do="Find out who used root and for what.",
            commands=(
                "aws cloudtrail lookup-events --region us-east-1 "
                "--lookup-attributes AttributeKey=Username,AttributeValue=root",
            ),
            note="Sign-ins stand in us-east-1 or where the person signed in; what was done stands in its own Region. "
            "Nobody knows of it? Treat it as an intrusion.",
        ),
        Deed(
            do="Give the person or program a role with the permissions for that task, and try it.",
            note="Few tasks are left to root; most of what older lists name (the account's name, contacts, the support "
            "plan) is not among them any more.",
        ),
        Deed(
            do="Record what root does from now on. A trail that was created by the command line does not log yet.",
            commands=(
                "aws cloudtrail create-trail --name NAME --s3-bucket-name BUCKET --is-multi-region-trail",
                "aws cloudtrail start-logging --name NAME",
            ),
        ),
        Deed(
            do="Put root's password and MFA device under seal, each with a custodian of its own; note the seals.",
        ),
    ),
    done=("The newest use of root in the credential report is more than 90 days old (RW-ROOT-07).",),
    imprecise=(
        "Its create-trail says --s3-bucket; the option is --s3-bucket-name.",
        "A trail made by the command line or API records nothing until start-logging, which has to follow.",
    ),
    controls=("RW-ROOT-07",),
    facts=("iam.account_summary", "iam.credential_report"),
    links=("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html",),
)
