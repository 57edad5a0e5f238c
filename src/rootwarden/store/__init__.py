"""Keeps what was read and judged."""
