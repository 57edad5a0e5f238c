"""How a run stands follows from what was done with it and from the lines of its log."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from rootwarden.model.run import Act, Checked, Deed, Logged, Progress, RunState, StepState, Way
from tests.store.test_run_log import NOW, run

APPLIED, UNDONE = (Act(what=what, by="ann", began=NOW, ended=NOW) for what in (Deed.APPLIED, Deed.UNDONE))
FOUND = (Checked(change="c", control="", proved=True),)


@pytest.mark.parametrize(
    ("acts", "checked", "back", "stood"),
    [
        ((APPLIED,), FOUND, None, RunState.DONE),
        ((APPLIED,), (), None, RunState.STOPPED),
        ((), (), None, RunState.STOPPED),
        ((APPLIED, replace(UNDONE, ended=None)), FOUND, None, RunState.DONE),
        ((APPLIED,), FOUND, timedelta(-1), RunState.UNDOING),  # another machine's clock is behind
        ((), (), timedelta(0), RunState.UNDOING),
        ((APPLIED, UNDONE), FOUND, timedelta(-1), RunState.PART_UNDONE),
        ((APPLIED, UNDONE), FOUND, timedelta(1), RunState.UNDOING),
    ],
)
def test_what_took_nothing_back_is_not_half_undone(
    acts: tuple[Act, ...], checked: tuple[Checked, ...], back: timedelta | None, stood: RunState
):
    """Whoever died before the first call left the run as it was; with one call made it is half undone."""
    undoing = replace(run("01A", "1"), state=RunState.UNDOING, acts=acts, checked=checked)
    line = Logged(n=1, way=Way.UNDO, change="c", step="s", state=StepState.BEGUN, began=NOW + (back or timedelta(0)))
    found = undoing.stood(Progress(() if back is None else (line,)), NOW)
    assert (found.state, found.acts, found.checked) == (stood, acts, checked)
    assert found.finished == (None if stood is RunState.UNDOING else NOW)
