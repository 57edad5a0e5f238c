"""Remedies at work in the lab."""
