"""Root's mailbox is attested to be reachable: once the credentials are gone, recovery goes there and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.flows.applying.guards.guard import Guard, Guarded, Refusal, deletes_root
from rootwarden.proofs.attested_mailbox import FORM, MalformedError, doubt

_SLUG = "delete-member-root-credentials"


def _check(on: Guarded) -> Iterator[Refusal]:
    settings = on.settings(_SLUG)
    texts, days = settings.texts("mailbox_attested"), settings.number("mailbox_days")
    todo = f"send a mail to root's address, read it, and under [remedies.{_SLUG}] mailbox_attested {FORM}"
    for account in on.accounts:
        try:
            why = doubt(texts, account, on.now, days)
        except MalformedError as error:
            yield Refusal("what is attested of root's mailboxes cannot be read", str(error), todo)
            return
        if why:
            yield Refusal(f"root's mailbox of account {account} may be out of reach", why, todo)


GUARD = Guard(about=deletes_root, check=_check)
