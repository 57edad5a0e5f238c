"""Drill: do something harmless on purpose, and measure every hop until people were told."""
