"""Carries messages to people and machines: one file for each family of channels."""
