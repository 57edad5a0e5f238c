"""Watch: records come in, are judged and kept with their alerts in one transaction, and people are told."""
