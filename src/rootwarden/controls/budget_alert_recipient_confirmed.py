"""Budget alerts reach a confirmed recipient: a warning about the bill is worth nothing in a topic without readers.

AWS Budgets accepts any SNS topic as a recipient and never says that nobody subscribed to it, that its policy keeps
Budgets out, or that it was deleted. Until the invoice arrives, everything looks fine.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from rootwarden.model.control import Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.allowed_domains import allowed_domains
from rootwarden.proofs.budget_findings import judge_budgets
from rootwarden.proofs.budget_parts import CostBudget
from rootwarden.proofs.budget_recipients import recipients

CONTROL = Control(
    code="RW-BILL-02",
    title="Budget alerts reach a confirmed recipient",
    question="Does each cost budget have a recipient that its alerts really reach?",
    severity=Severity.MEDIUM,
    practice=Practice.BILLING,
    scope=Scope.RESOURCE,
    facts=("budgets.budgets", "budgets.subscribers", "sns.topics?", "kms.keys?", "policy.document?"),
    measured=(
        "For each active cost budget that leaves out no service: at least one subscriber must be an e-mail address, or "
        "an SNS topic that exists, has a confirmed subscription, lets budgets.amazonaws.com publish (conditions "
        "evaluated) and is not encrypted with a key that keeps AWS Budgets out. With a policy in force, addresses must "
        "be in its allowed domains."
    ),
    misses=(
        "Whether anybody reads the mailbox; e-mail recipients of budgets are not asked to confirm. Topics of other "
        "accounts that are not part of the audit."
    ),
    remedy="add-budget-recipient",
    fix=Fix(
        automation="auto",
        steps=(
            "Add the address of a mailbox that a team reads to each alert of the budget.",
            "Or repair the topic: subscribe somebody and have the subscription confirmed, and let "
            "budgets.amazonaws.com publish to it, with aws:SourceAccount set to your account.",
        ),
        commands=(
            "aws budgets create-subscriber --account-id {account} --budget-name BUDGET_NAME --notification "
            "NotificationType=ACTUAL,ComparisonOperator=GREATER_THAN,Threshold=80,ThresholdType=PERCENTAGE "
            "--subscriber SubscriptionType=EMAIL,Address=billing@example.com",
            "aws budgets describe-notifications-for-budget --account-id {account} --budget-name BUDGET_NAME",
        ),
        terraform="""
resource "aws_budgets_budget" "account" {
  notification {
    notification_type          = "ACTUAL"
    comparison_operator        = "GREATER_THAN"
    threshold                  = 80
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = ["billing@example.com"]
  }
}
""",
    ),
    links=(
        "https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html",
        "https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html",
    ),
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge each counting budget of the account."""
    return judge_budgets(seen, now, partial(_judge_one, allowed=allowed_domains(seen)))


def _judge_one(one: View, budget: CostBudget, allowed: frozenset[str] | None) -> Iterable[Verdict]:
    found = recipients(one, budget.name, allowed)
    if found.reached:
        yield one.passes(f"Alerts of the budget {budget.name} reach {_shown(found.reached)}.")
    elif found.doubt is not None:
        yield one.cannot_tell(found.doubt)
    elif found.flaws:
        yield one.fails(
            f"Alerts of the budget {budget.name} reach nobody: {'; '.join(found.flaws[:3])}.", reason="not_delivered"
        )
    else:
        yield one.fails(
            f"The budget {budget.name} has no recipient: nobody learns of its alerts.", reason="no_subscriber"
        )


def _shown(recipient: str) -> str:
    """Return a topic by its name, an e-mail address as it is."""
    return f"the topic {recipient.rsplit(':', 1)[1]}" if recipient.startswith("arn:") else recipient
