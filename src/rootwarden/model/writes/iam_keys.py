"""Access keys of IAM users: switched off and on, never deleted.

The credential report numbers a user's keys and does not name them: which key is meant is learnt by listing them, in a
step of its own that changes nothing.
"""

from __future__ import annotations

from rootwarden.model.write import Write

ROWS = (
    Write(call="iam.ListAccessKeys", action="iam:ListAccessKeys"),
    Write(call="iam.UpdateAccessKey", action="iam:UpdateAccessKey", gone=("NoSuchEntity",)),
)
LOOKS = {"iam.ListAccessKeys": ("iam:ListAccessKeys",)}
