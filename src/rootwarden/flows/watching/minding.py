"""What a watch does by the clock: reminds of what nobody acknowledged, sums up what woke nobody, notices silence."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from rootwarden.flows.audit_log import audit_name
from rootwarden.flows.watching.letters import tell_of_letters
from rootwarden.flows.watching.numbers import Numbers
from rootwarden.flows.watching.plan import WatchRequest
from rootwarden.flows.watching.tellers import Tellers
from rootwarden.model.findings import Severity
from rootwarden.model.message import Message, Occasion
from rootwarden.model.ports import Clock, NewId
from rootwarden.model.silence import Place, Silent, Voice, Voices
from rootwarden.report.alert_message import digest, reminder
from rootwarden.store import casebook, outbox
from rootwarden.store.intake import Mark, Ready, marks_of, put_messages, write_marks
from rootwarden.store.opening import Store
from rootwarden.store.runs import last_drills, not_logged
from rootwarden.store.states import save_state, saved_state

_VOICES, _DIGEST = "voices", "digest"
_REMINDERS, _LETTERS, _NUMBERS = 1.0, 10.0, 5.0  # seconds


class Minder:
    """Everything by the clock; one thread works here."""

    def __init__(
        self, request: WatchRequest, store: Store, tellers: Tellers, numbers: Numbers, clock: Clock, new_id: NewId
    ) -> None:
        """Take what it minds."""
        self._request, self._store, self._tellers, self._numbers = request, store, tellers, numbers
        self._clock, self._new_id = clock, new_id
        self._next = {"remind": 0.0, "digest": 0.0, "letters": 0.0, "numbers": 0.0}
        self._silent: list[Ready] = []
        self._heard: dict[Place, Voice] = {}

    def recall(self, voices: Voices) -> None:
        """Take back how accounts use to speak."""
        for mark in marks_of(self._store, _VOICES):
            account, _, region = mark.place.partition(" ")
            voices.load(account, region, msgspec.json.decode(mark.value, type=Voice))
        voices.listen(self._clock.now())

    def turn(self, voices: Voices) -> list[Ready]:
        """Do what is due; return the messages that were put into the outbox.

        Raises:
            StoreError: the database does not answer; what is due stays due.
        """
        ready: list[Ready] = []
        now = self._clock.now()
        if self._due("remind", _REMINDERS):
            ready += self._remind(now)
        if self._due("digest", min(60.0, self._request.digest.every.total_seconds())):
            ready += self._sum_up(now)
        if self._due("letters", _LETTERS):
            ready += tell_of_letters(self._store, self._tellers, now)
        if self._due("numbers", _NUMBERS):
            ready += [] if self._request.silence.off else self._listen(voices, now)
            self._count(voices)
        return ready

    def _due(self, what: str, every: float) -> bool:
        clock = self._clock.monotonic()
        if clock < self._next[what]:
            return False
        self._next[what] = clock + every
        return True

    # -- reminders -------------------------------------------------------------------------------------------------
    def _remind(self, now: datetime) -> list[Ready]:
        steps, sent = self._request.escalation.steps, []
        for case in casebook.to_remind(self._store, now):
            step = min(case.step, len(steps) - 1)
            if step < 0:  # the configuration knows of no reminders any more
                with self._store.write() as connection:
                    casebook.remind_later(connection, case.id, case.step, None)
                continue
            message = reminder(
                case.id, case.title, Severity(case.severity), case.subjects, case.opened,
                name=f"remind-{self._new_id()}", now=now, step=case.step + 1,
            )  # fmt: skip
            ready = list(self._tellers.to(message, steps[step].channels, now))
            following = steps[case.step + 1] if case.step + 1 < len(steps) else None
            later = now + following.after if following else None
            with self._store.write() as connection:
                # Somebody may have acknowledged it just now.
                if casebook.remind_later(connection, case.id, case.step + 1, later):
                    put_messages(connection, ready, now)
                    sent += ready
        return sent

    # -- the digest ------------------------------------------------------------------------------------------------
    def _sum_up(self, now: datetime) -> list[Ready]:
        last = saved_state(self._store, _DIGEST)
        if last is None:  # the first one comes when there was time for something to gather
            save_state(self._store, _DIGEST, b"", now)
            return []
        if now - last[1] < self._request.digest.every:
            return []
        ready: list[Ready] = []
        with self._store.write() as connection:
            found = casebook.for_digest(connection, now)
            if found:
                audits = [(one, name) for one in found if (name := audit_name(one.window.rpartition(":")[2]))]
                missing = not_logged(connection, {name: (one.first, one.last) for one, name in audits})
                strange = frozenset(one.window for one, name in audits if name in missing)
                message = digest(found, name=f"digest-{self._new_id()}", now=now, strange=strange)
                wanted = self._request.digest.channels or self._tellers.quiet()
                ready = list(self._tellers.to(message, wanted, now))
                put_messages(connection, ready, now)
                casebook.digested(connection, now)
        save_state(self._store, _DIGEST, b"", now)
        return ready

    # -- silence ---------------------------------------------------------------------------------------------------
    def _listen(self, voices: Voices, now: datetime) -> list[Ready]:
        by_region: dict[str, list[Silent]] = {}
        for one in voices.fallen_silent(now):
            by_region.setdefault(one.region, []).append(one)
        # What fell silent is said once: it is held here until it is kept, for the store may not answer.
        self._silent += [
            post
            for region, silent in by_region.items()
            for post in self._tellers.by_severity(_silence(region, silent, self._new_id(), now), now)
        ]
        self._heard |= dict(voices.fresh())
        marks = [
            Mark(_VOICES, f"{account} {region}", voice.last, msgspec.json.encode(voice).decode())
            for (account, region), voice in self._heard.items()
        ]
        ready = self._silent
        if ready or marks:
            with self._store.write() as connection:
                put_messages(connection, ready, now)
                write_marks(connection, marks)
        self._silent, self._heard = [], {}
        return ready

    def _count(self, voices: Voices) -> None:
        self._numbers.silent.set(voices.silent())
        for one in outbox.backlog(self._store, [taker.name for taker in self._tellers.takers]):
            self._numbers.waiting.labels(one.channel).set(one.waiting)
        for result, ended in last_drills(self._store).items():
            self._numbers.drill.labels(result).set(ended.timestamp())
        counts = casebook.counts_by_state(self._store)
        for state in (casebook.OPEN, casebook.ACKNOWLEDGED, casebook.CLOSED, casebook.JOINED):
            self._numbers.open.labels(state).set(counts.get(state, 0))


def _silence(region: str, silent: list[Silent], name: str, now: datetime) -> Message:
    """Return the message about accounts that fell silent in a Region: one trail serves many, so they come together."""
    accounts = sorted(one.account for one in silent)
    first = min(silent, key=lambda one: one.since)
    usual = timedelta(seconds=round(max(one.usual for one in silent)))
    named = f"account {accounts[0]}" if len(accounts) == 1 else f"{len(accounts)} accounts"
    return Message(
        id=name,
        thread=f"silence-{region}-{first.since:%Y%m%dT%H%M%S}",
        occasion=Occasion.ALERT,
        severity=Severity.HIGH,
        title=f"Silence: no records of {named} in {region or 'no Region'}",
        lines=(
            f"Who: {', '.join(accounts[:10])}{' and others' if len(accounts) > 10 else ''}",
            f"Since: {first.since:%Y-%m-%d %H:%M:%S} UTC; the longest pause before was {usual}.",
            "Approved: not known; a trail that is stopped looks like this, and so does a queue that is not fed.",
        ),
        steps=(
            "Look at the status of the trail: aws cloudtrail get-trail-status --name TRAIL",
            "Look at the rule, the queue and its policy between the trail and this watcher.",
            "If the trail was stopped: start it, and look at who did (RD-017).",
        ),
        accounts=tuple(accounts[:20]),
        event_time=first.since,
        created=now,
        data={"region": region, "accounts": accounts[:1000]},
    )
