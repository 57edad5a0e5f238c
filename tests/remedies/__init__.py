"""Tests of remedies, planned, applied, proved and undone over HTTP."""
