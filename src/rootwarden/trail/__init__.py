"""Reads CloudTrail records from wherever they lie, and says what it could not read."""
