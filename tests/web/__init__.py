"""The small door of a watch."""
