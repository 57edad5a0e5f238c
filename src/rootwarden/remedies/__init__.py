"""Remedies: what is done about a finding, one file each. Adding one is adding a file."""
