"""The whole chain: root acts, CloudTrail records, EventBridge forwards, the watch judges, a webhook arrives."""
