"""Generated tests repeat themselves exactly, so that a change is judged by what it changes; proofs try other cases."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, database=None)
if os.environ.get("ROOTWARDEN_LAWS") != "full":
    settings.load_profile("repeatable")
