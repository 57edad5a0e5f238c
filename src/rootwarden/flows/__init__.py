"""The stories: each reads top to bottom and wires the rooms."""
