"""Verdicts to text: pure functions, one file per format; `formats.find(name)` returns the one asked for."""
