"""Runs a drill: marks it, does it, follows it from hop to hop, puts everything back, and keeps the result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from rootwarden.aws.clock import SystemClock, new_ulid
from rootwarden.aws.drill_acts import ActError, AlarmSeen, DrillActs
from rootwarden.errors import RefusedError, UsageError
from rootwarden.flows.drilling.following import Follow, hops_after
from rootwarden.flows.drilling.plan import DrillRequest, path_of
from rootwarden.model.drill import MARK, Drill, Hop, Marks, Method, Passed
from rootwarden.model.ports import Clock
from rootwarden.store.opening import Store, open_store
from rootwarden.store.runs import begin_drill, end_drill, mark_drill

# So long after its end the drill's records are still known as its own: CloudTrail may be late.
_LATE = timedelta(hours=6)


class Running:
    """One drill under way."""

    def __init__(self, request: DrillRequest, clock: Clock | None = None) -> None:
        """Name it.

        Raises:
            UsageError: something that the method needs is missing.
        """
        _check(request)
        self._request, self._clock = request, clock or SystemClock()
        self._acts = DrillActs(request.way)
        ulid = new_ulid()
        self.id, self._mark = f"drill-{ulid}", f"{MARK}{ulid}"
        self._notes: list[str] = []
        self._undo: list[Callable[[], None]] = []

    def run(self, say: Callable[[str], None]) -> Drill:
        """Run it to its end and keep the result; `say` is told of each hop as it is passed.

        Raises:
            RefusedError: a guard of ours said no; nothing was done.
            RootwardenError: the store cannot be used, or AWS does not say who is asking.
        """
        store = open_store(self._request.store)
        try:
            return self._run(store, say)
        finally:
            store.close()

    def _run(self, store: Store, say: Callable[[str], None]) -> Drill:
        try:
            account, partition = self._acts.account()
        except ActError as error:
            raise UsageError("AWS does not say who is asking", why=str(error), todo="check the credentials") from error
        alarm = self._look_at_alarm()
        began = self._clock.now()
        marks = Marks(drill=self.id, begins=began, ends=began + self._request.limit + _LATE)
        follow = Follow(store, self._clock, self.id, began, self._request.limit, say)
        hops: list[Hop] = [*follow.watch_is_up()]
        if all(hop.state is Passed.PASSED for hop in hops):
            begin_drill(store, marks)
            hops += self._act(store, marks, account, partition, alarm)
            if hops[-1].state is Passed.PASSED:
                say(f"{hops[-1].name}: done")
                hops += hops_after(follow, self._request)
        else:
            begin_drill(store, marks)
        cleaned = self._put_back()
        elsewhere = self._request.method is Method.ASSUME_ROOT
        drill = Drill(
            id=self.id, method=self._request.method, path=path_of(self._request),
            account=self._request.target if elsewhere else account, region=self._request.region, started=began,
            finished=self._clock.now(), hops=tuple(follow.complete(hops, self._request)), cleaned=cleaned,
            configuration=self._request.configuration, notes=tuple(self._notes),
        )  # fmt: skip
        end_drill(store, drill)
        follow.farewell(drill)
        return drill

    # -- acting ----------------------------------------------------------------------------------------------------
    def _act(self, store: Store, marks: Marks, account: str, partition: str, alarm: AlarmSeen | None) -> list[Hop]:
        request, keys = self._request, list[str]()

        def known(key: str) -> None:
            keys.append(key)
            mark_drill(store, _with(marks, keys=tuple(keys), source_identity=self._mark))

        try:
            match request.method:
                case Method.ASSUME_ROOT:
                    session = self._acts.open_root(request.role, request.target, partition, self._mark, known)
                    self._notes += [session.note] if session.note else []
                case Method.SYNTHETIC:
                    mark_drill(store, _with(marks, event_ids=(self._mark,)))
                    self._acts.put_event(request.region, account, self._mark, self._clock.now())
                case Method.ALARM:
                    return self._ring(store, marks, alarm)
        except ActError as error:
            return [Hop(name="act", state=Passed.FAILED, detail=str(error))]
        return [Hop(name="act", state=Passed.PASSED, seconds=self._since(marks))]

    def _look_at_alarm(self) -> AlarmSeen | None:
        """Return the alarm as it stands.

        Raises:
            RefusedError: it does something else than publish to the topics that were named.
        """
        request = self._request
        if request.method is not Method.ALARM:
            return None
        try:
            alarm = self._acts.see_alarm(request.region, request.alarm)
        except ActError as error:
            raise UsageError("the alarm cannot be looked at", why=str(error), todo="check the credentials") from error
        if alarm is None:
            raise UsageError(
                f"there is no alarm {request.alarm} in {request.region}", todo="see `aws cloudwatch describe-alarms`"
            )
        others = [one for one in alarm.actions if one not in request.topics]
        if others:
            raise RefusedError(
                f"the alarm {request.alarm} does more than tell the topics that were named",
                why=f"it acts on {others[0]}", todo="name it with --topic or [drill] topics if that is harmless",
            )  # fmt: skip
        return alarm

    def _ring(self, store: Store, marks: Marks, alarm: AlarmSeen | None) -> list[Hop]:
        assert alarm is not None  # looked at before anything was done
        request = self._request
        if not alarm.actions or not alarm.enabled:
            why = (
                "the actions of the alarm are disabled"
                if alarm.actions
                else "the alarm has no action: it rings unheard"
            )
            return [Hop(name="alarm action", state=Passed.FAILED, detail=f"{why} ({alarm.name})")]
        mark_drill(store, _with(marks, reason=self._mark))
        reason = f"DRILL {self._mark}: set off by `rootwarden drill run`; nothing happened"
        if alarm.state == "ALARM":  # it acts only when it changes
            self._acts.set_alarm(request.region, alarm.name, "OK", f"{reason}; to make it ring")
        back = "OK" if alarm.state == "ALARM" else alarm.state
        self._undo.append(lambda: self._acts.set_alarm(request.region, alarm.name, back, f"{reason}; put back"))
        self._acts.set_alarm(request.region, alarm.name, "ALARM", reason)
        return [
            Hop(name="alarm action", state=Passed.PASSED, detail=f"publishes to {', '.join(alarm.actions)}"),
            Hop(name="act", state=Passed.PASSED, seconds=self._since(marks)),
        ]

    def _put_back(self) -> bool:
        cleaned = True
        for undo in reversed(self._undo):
            try:
                undo()
            except ActError as error:
                cleaned = False
                self._notes.append(f"not put back: {error}")
        return cleaned

    def _since(self, marks: Marks) -> float:
        return (self._clock.now() - marks.begins).total_seconds()


def _with(marks: Marks, *, keys: tuple[str, ...] = (), source_identity: str = "",
          event_ids: tuple[str, ...] = (), reason: str = "") -> Marks:  # fmt: skip
    return Marks(
        drill=marks.drill, begins=marks.begins, ends=marks.ends, keys=keys, source_identity=source_identity,
        event_ids=event_ids, reason=reason,
    )  # fmt: skip


def _check(request: DrillRequest) -> None:
    if request.method is Method.ASSUME_ROOT and not request.target:
        todo = "name a canary member account with --target or [drill] target"
        raise UsageError("a root session needs an account to be opened in", todo=todo)
    if request.method is Method.ALARM and (not request.alarm or not request.topics):
        todo = "name them with --alarm and --topic, or in [drill]"
        raise UsageError("an alarm and the topics it may tell must be named", todo=todo)
