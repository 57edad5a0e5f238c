"""What counts as root being used, as EventBridge and CloudWatch Logs are told it.

Source of the metric filter: CIS AWS Foundations Benchmark, "Ensure usage of the 'root' account is monitored". What AWS
services do on behalf of root is no use of it. EventBridge is told more: root sessions that are opened for a member
account (AssumeRoot), and the recovery of root's password, which somebody does without being root yet. Only AWS may put
events whose source begins with `aws.` (PutEvents API Reference), so that nobody can make one up.
"""

from __future__ import annotations

from typing import Any

METRIC_FILTER = (
    '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'
)
# Until about 2019 the console named itself as who a person's call came through; the benchmark's filter misses those.
_BY_A_PERSON = [{"exists": False}, "signin.amazonaws.com", "console.amazonaws.com"]
_RECOVERY = ["PasswordRecoveryRequested", "PasswordRecoveryCompleted"]

EVENT_PATTERN: dict[str, Any] = {
    "source": [{"prefix": "aws."}],
    "detail-type": [
        "AWS API Call via CloudTrail",
        "AWS Console Sign In via CloudTrail",
        "AWS Service Event via CloudTrail",
    ],
    "detail": {
        "$or": [
            {
                "userIdentity": {"type": ["Root"], "invokedBy": _BY_A_PERSON},
                "eventType": [{"anything-but": "AwsServiceEvent"}],
            },
            {"eventSource": ["signin.amazonaws.com"], "eventName": _RECOVERY},
            {"eventSource": ["sts.amazonaws.com"], "eventName": ["AssumeRoot"]},
        ]
    },
}


def same_filter(pattern: str) -> bool:
    """Return whether a metric filter says the same, word for word but for blanks."""
    return "".join(pattern.split()) == "".join(METRIC_FILTER.split())
