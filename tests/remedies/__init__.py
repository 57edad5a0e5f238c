"""Remedies, each carried out in the lab over HTTP: what is mended passes, and what is undone reads as before."""
