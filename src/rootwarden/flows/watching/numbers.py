"""The figures of a watch for Prometheus: what came in, what was concluded, what was delivered, and how late.

Names follow the Prometheus documentation, "Metric and label naming": base units, `_total` for counters.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)


class Numbers:
    """All metrics of one watch, in a registry of their own."""

    def __init__(self) -> None:
        """Begin at nothing."""
        registry = self.registry = CollectorRegistry()

        def count(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"rootwarden_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"rootwarden_{name}", text, labels, registry=registry)

        def seconds(name: str, text: str, *labels: str) -> Histogram:
            return Histogram(f"rootwarden_{name}_seconds", text, labels, buckets=_SECONDS, registry=registry)

        self.records = count("records", "Records received, by who is behind them.", "kind")
        self.parcels = count("received", "Messages, files or pages received, by source.", "source")
        self.letters = count("dead_letters", "What was received and could not be understood.")
        self.alerts = count("alerts", "Alerts raised, by severity.", "severity")
        self.failures = count("source_failures", "Times that a source could not be read.", "source")
        self.delivered = count("messages_delivered", "Messages that a channel took.", "channel")
        self.refused = count("messages_failed", "Times that a channel did not take a message.", "channel")
        self.waiting = gauge("messages_waiting", "Messages on their way.", "channel")
        self.broken = gauge("channel_open_circuit", "1 while a channel is left alone because it failed.", "channel")
        self.lag = gauge("lag_seconds", "From the time of the last record to its judgement.", "account", "region")
        self.judged = seconds("event_to_judgement", "From the time of a record that counts to its judgement.")
        self.told = seconds("alert_to_delivery", "From an alert to its delivery.", "channel")
        self.beat = gauge("heartbeat_timestamp_seconds", "When the watch last turned, in Unix time.")
        self.state = gauge("state_timestamp_seconds", "When what the watch knows was last kept, in Unix time.")
        self.drill = gauge("drill_timestamp_seconds", "When the last drill ended, in Unix time, by result.", "result")
        self.silent = gauge("silent_sources", "Accounts and Regions that are silent longer than they use to be.")
        self.open = gauge("incidents", "Incidents by state.", "state")

    def text(self) -> bytes:
        """Return all of them as Prometheus reads them."""
        return generate_latest(self.registry)
