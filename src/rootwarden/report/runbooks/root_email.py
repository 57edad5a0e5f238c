"""Give root an address that belongs to the company: whoever reads that mailbox can become root.

A person's mailbox leaves with the person, a free-mail address has no administrator, and one address for two accounts
opens both.
"""

from __future__ import annotations

from rootwarden.report.runbook import Deed, Runbook

RUNBOOK = Runbook(
    title="Change root's e-mail address",
    remedies=("change-root-email",),
    needs=(
        "A group mailbox on a domain of the company that at least two people read, with an address for this account "
        "alone (aws-root+NAME@ is enough).",
        "That nobody can read both this mailbox and root's telephone: together they reset root.",
    ),
    deeds=(
        Deed(
            do="Member account of an organization: start the change from the management account.",
            commands=(
                "aws account start-primary-email-update --account-id {account} --primary-email NEW_ADDRESS",
                "aws account accept-primary-email-update --account-id {account} --primary-email NEW_ADDRESS --otp CODE",
            ),
            note="AWS sends the code to the new address. Root does not sign in for this.",
        ),
        Deed(
            do="Management or standalone account: sign in as the root user of account {account} and change it there.",
            path=(
                "the account's name at the top right",
                "Account",
                "Account details",
                "Edit, beside the e-mail address",
            ),
        ),
        Deed(do="Send a mail to the new address, and have each of its readers answer."),
        Deed(
            do="Write the company's domains into rootwarden.toml: [controls.root-email-controlled] allowed_domains = "
            '["example.com"].',
        ),
    ),
    done=("The address is on one of your domains and on no other account (RW-ROOT-09).",),
    controls=("RW-ROOT-09",),
    facts=("org.organization", "org.accounts", "account.primary_email"),
    links=("https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-root-user-email.html",),
)
