"""Runs a drill: marks it, does it, follows it from hop to hop, puts everything back, and keeps the result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from msgspec.structs import replace

from rootwarden.aws.clock import SystemClock, new_ulid
from rootwarden.aws.drill_acts import ActError, AlarmSeen, DrillActs, judged_anew
from rootwarden.aws.hop import task_policy_arn
from rootwarden.errors import RefusedError, UsageError
from rootwarden.flows.drilling.following import Follow, hops_after
from rootwarden.flows.drilling.plan import DrillRequest, path_of
from rootwarden.model.drill import MARK, Drill, Hop, Marks, Method, Passed
from rootwarden.model.ports import Clock
from rootwarden.store.opening import Store, open_store
from rootwarden.store.runs import begin_drill, end_drill, mark_drill

# So long after its time the drill's records are still known as its own. CloudTrail User Guide: events are delivered
# "typically within an average of about 5 minutes"; three times that.
_LATE = timedelta(minutes=15)
_LOOKS, _PAUSE = 5, 1.0  # how often, and after how many seconds, it is looked whether an alarm was put back


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
        marks = self._marks(account, partition)
        follow = Follow(store, self._clock, self.id, marks.begins, self._request.limit, say)
        hops: list[Hop] = [*follow.watch_is_up()]
        begin_drill(store, marks)
        try:
            if all(hop.state is Passed.PASSED for hop in hops):
                hops += self._act(store, marks, account, partition, alarm)
                if hops[-1].state is Passed.PASSED:
                    say(f"{hops[-1].name}: done")
                    hops += hops_after(follow, self._request)
        finally:  # also when the store does not answer any more, or somebody interrupts it
            cleaned = self._put_back()
        elsewhere = self._request.method is Method.ASSUME_ROOT
        drill = Drill(
            id=self.id, method=self._request.method, path=path_of(self._request),
            account=self._request.target if elsewhere else account, region=self._request.region, started=marks.begins,
            finished=self._clock.now(), hops=tuple(follow.complete(hops, self._request)), cleaned=cleaned,
            configuration=self._request.configuration, notes=tuple(self._notes),
        )  # fmt: skip
        end_drill(store, drill)
        follow.farewell(drill)
        return drill

    def _marks(self, account: str, partition: str) -> Marks:
        """Return by what this drill is known from the beginning: what it is about, and no key yet."""
        request, began = self._request, self._clock.now()
        a_session = request.method is Method.ASSUME_ROOT
        return Marks(
            drill=self.id, begins=began, ends=began + request.limit + _LATE,
            target=request.target if a_session else account, task=task_policy_arn(partition) if a_session else "",
            region=request.region, alarm=request.alarm if request.method is Method.ALARM else "",
        )  # fmt: skip

    # -- acting ----------------------------------------------------------------------------------------------------
    def _act(self, store: Store, marks: Marks, account: str, partition: str, alarm: AlarmSeen | None) -> list[Hop]:
        request, keys = self._request, list[str]()

        def known(key: str) -> None:
            keys.append(key)
            mark_drill(store, replace(marks, keys=tuple(keys), source_identity=self._mark))

        try:
            match request.method:
                case Method.ASSUME_ROOT:
                    session = self._acts.open_root(request.role, request.target, partition, self._mark, known)
                    self._notes += [session.note] if session.note else []
                case Method.SYNTHETIC:
                    mark_drill(store, replace(marks, event_ids=(self._mark,)))
                    self._acts.put_event(request.region, account, self._mark, self._clock.now())
                case Method.ALARM:
                    return self._ring(store, marks, alarm)
        except ActError as error:
            return [Hop(name="act", state=Passed.FAILED, detail=str(error))]
        return [Hop(name="act", state=Passed.PASSED, seconds=self._since(marks))]

    def _look_at_alarm(self) -> AlarmSeen | None:
        """Return the alarm as it stands.

        Raises:
            RefusedError: it does something else than publish to the topics that were named, or rings already.
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
        others = [one for one in (*alarm.actions, *alarm.others) if one not in request.topics]
        if others:
            raise RefusedError(
                f"the alarm {request.alarm} does more than tell the topics that were named",
                why=f"when it rings or stops it acts on {others[0]}",
                todo="name it with --topic or [drill] topics if that is harmless",
            )
        if alarm.state == "ALARM":
            raise RefusedError(
                f"the alarm {request.alarm} rings already", why=alarm.reason[:200],
                todo="see what it rings for; a drill must not hide that",
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
        mark_drill(store, replace(marks, reason=self._mark))
        reason = f"DRILL {self._mark}: set off by `rootwarden drill run`; nothing happened"
        self._undo.append(lambda: self._quiet(alarm, f"{reason}; put back"))
        self._acts.set_alarm(request.region, alarm.name, "ALARM", reason)
        return [
            Hop(name="alarm action", state=Passed.PASSED, detail=f"publishes to {', '.join(alarm.actions)}"),
            Hop(name="act", state=Passed.PASSED, seconds=self._since(marks)),
        ]

    def _quiet(self, alarm: AlarmSeen, reason: str) -> None:
        """Put an alarm back into the state it had, and see that it is there.

        Raises:
            ActError: it is not.
        """
        region = self._request.region
        self._acts.set_alarm(region, alarm.name, alarm.state, reason)
        for left in reversed(range(_LOOKS)):
            try:
                note = judged_anew(self._acts.see_alarm(region, alarm.name), alarm.state, self._mark)
            except ActError:
                if not left:
                    raise
                self._clock.sleep(_PAUSE)
            else:
                self._notes += [note] if note else []
                return

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


def _check(request: DrillRequest) -> None:
    if request.method is Method.ASSUME_ROOT and not request.target:
        todo = "name a canary member account with --target or [drill] target"
        raise UsageError("a root session needs an account to be opened in", todo=todo)
    if request.method is Method.ALARM and (not request.alarm or not request.topics):
        todo = "name them with --alarm and --topic, or in [drill]"
        raise UsageError("an alarm and the topics it may tell must be named", todo=todo)
