"""What root does that somebody must hear about: one file per act, told from CloudTrail records."""
