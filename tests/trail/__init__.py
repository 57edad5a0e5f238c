"""Tests of reading CloudTrail."""
