"""Where the secrets go that a plan has made: settled before anything is changed; and what lies there once undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rootwarden.errors import UsageError
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.model.placeholders import secret
from rootwarden.model.plan import Plan, Secret, Step
from rootwarden.model.ports import Secrets
from rootwarden.model.run import Logged, Lying, Progress, Run, RunState, StepState, Way
from rootwarden.store.handover import Handover, still_there


def handing_over(plan: Plan, request: ApplyRequest) -> Secrets | None:
    """Return who makes the secrets of a plan and hands them over, None where it needs none.

    Raises:
        UsageError: it needs some, and no folder is named, or one is to be encrypted and nothing here can.
        OutputError: the folder cannot be used.
    """
    wanted = [one for change in plan.changes for one in change.secrets]
    if not wanted:
        return None
    if not request.handover:
        raise UsageError(
            f"the plan makes {wanted[0].what}" + (f" and {len(wanted) - 1} more secrets" if wanted[1:] else ""),
            why="nobody would ever learn them",
            todo="name a folder of yours with --handover FOLDER",
        )
    return Handover(request.handover, encrypting=any(one.key for one in wanted))


def folders(plan: Plan, request: ApplyRequest, former: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the folders that the secrets of a plan go into, those of an earlier attempt first."""
    if not any(change.secrets for change in plan.changes):
        return former
    return tuple(dict.fromkeys((*former, str(Path(request.handover).absolute()))))


def left_lying(run: Run, progress: Progress) -> tuple[Lying, ...]:
    """Return the files with secrets of a run that were taken back and still lie where they were handed over.

    They are people's, and stay; what stands in them lets nobody in any more.
    """
    return tuple(_lying(run, progress))


def _lying(run: Run, progress: Progress) -> Iterator[Lying]:
    for change in run.plan.changes:
        for wanted in change.secrets:
            for step in change.steps:
                line = progress.last(Way.DO, change.id, step.id)
                if line is None or not _uses(step, wanted) or not _is_void(run, progress, line, step):
                    continue
                for folder in run.handover:
                    path = still_there(folder, wanted, change.account, run.id, line.ended or line.began)
                    if path is not None:
                        yield Lying(str(path), wanted.to, wanted.what)


def _uses(step: Step, wanted: Secret) -> bool:
    return secret(wanted.name) in step.call.parameters.values()


def _is_void(run: Run, progress: Progress, line: Logged, step: Step) -> bool:
    """Return whether a secret lets nobody in: AWS refused it, never had it, or it was taken back."""
    if line.state is StepState.FAILED:
        return True
    lines = [progress.last(Way.UNDO, line.change, step.id, at) for at in range(len(step.undo))]
    if line.state is StepState.BEGUN and not any(lines):
        return run.state is RunState.UNDONE  # it was looked whether it had been made
    return bool(lines) and all(one is not None and one.state is StepState.DONE for one in lines)
