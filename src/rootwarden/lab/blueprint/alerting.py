"""What should wake somebody: topics, filters, alarms, rules."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from rootwarden.lab.blueprint.part import Document, Part


class Subscription(Part, frozen=True, kw_only=True):
    """A subscription of a topic; e-mail that nobody confirmed stays pending."""

    protocol: Literal["email", "email-json", "http", "https", "sqs", "lambda", "sms"] = "email"
    endpoint: str
    confirmed: bool = True
    filter: Document | None = None


class Topic(Part, frozen=True, kw_only=True):
    """An SNS topic; `publishers` are service principals let in by its policy, `key` an alias of the same account."""

    name: str
    region: str = ""
    key: str = ""
    publishers: tuple[str, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()


class LogGroup(Part, frozen=True, kw_only=True):
    """A CloudWatch Logs group."""

    name: str
    region: str = ""
    retention_days: int = 365


class MetricFilter(Part, frozen=True, kw_only=True):
    """A metric filter on a log group of the same account."""

    name: str
    log_group: str
    region: str = ""
    pattern: str
    namespace: str = "Rootwarden"
    metric: str


class Alarm(Part, frozen=True, kw_only=True):
    """A metric alarm; `topics` are topics of the same account and Region by name."""

    name: str
    region: str = ""
    namespace: str = "Rootwarden"
    metric: str
    dimensions: dict[str, str] = field(default_factory=dict)
    statistic: Literal["Sum", "Average", "Maximum", "Minimum", "SampleCount"] = "Sum"
    period: int = 60
    threshold: float = 1
    topics: tuple[str, ...] = ()
    actions_enabled: bool = True


class Rule(Part, frozen=True, kw_only=True):
    """An EventBridge rule on the default bus; `topics` are its SNS targets by name."""

    name: str
    region: str = ""
    pattern: Document
    topics: tuple[str, ...] = ()
    state: Literal["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"] = "ENABLED"
