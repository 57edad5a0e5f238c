"""An AWS to practise on: the emulator and its seeded worlds."""
