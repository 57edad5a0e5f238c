"""Rootwarden takes charge of AWS root-user access risk: it reads, judges, acts, tells and keeps the evidence."""

__version__ = "0.1.0"
