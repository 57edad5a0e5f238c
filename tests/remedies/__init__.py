"""Remedies, carried out in the lab over HTTP."""
