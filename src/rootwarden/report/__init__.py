"""Verdicts to text: one file per format."""
