"""Plans as code: what changes declare, gathered by account and Region, and how other languages say it."""
