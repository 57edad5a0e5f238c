"""What alerting costs, in USD, as AWS's price pages say for us-east-1 on the day named; other Regions differ a little.

Sources: aws.amazon.com/kms/pricing, /cloudwatch/pricing, /sns/pricing, /eventbridge/pricing, /guardduty/pricing,
/iam/access-analyzer/pricing.
"""

from __future__ import annotations

from decimal import Decimal

PRICES_OF = "2026-06"

KEY_A_MONTH = Decimal("1.00")
ALARM_A_MONTH = Decimal("0.10")
METRIC_A_MONTH = Decimal("0.30")
"""A metric of a filter counts as a custom metric. The first ten metrics and ten alarms of an account are free."""
FREE_ALARMS = FREE_METRICS = 10

DETECTOR_PER_MILLION_EVENTS = Decimal("4.00")
DETECTOR_PER_GB = Decimal("1.00")
"""VPC flow logs and DNS queries together, the first 500 GB of a month in a Region; cheaper beyond."""
DETECTOR_TRIAL_DAYS = 30
