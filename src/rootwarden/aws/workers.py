"""Many calls at once, told as stories: each account's story asks a batch of questions and goes on with the answers.

A story is a generator: it yields a batch of functions to be called in worker threads, gets their results as a list, and
returns its outcome. The workers are daemons: when the reading ends, nobody waits for a call that hangs.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Generic, NamedTuple, TypeVar

from rootwarden.aws.reading import Reading
from rootwarden.aws.refusals import INTERRUPTED

T = TypeVar("T")
Batch = Sequence[Callable[[], Any]]
Story = Generator[Batch, list[Any], T]

_GLANCE = 0.2  # seconds between two looks at whether the reading has ended


class _Work(NamedTuple):
    key: tuple[int, int, int]  # story, batch, place in the batch
    call: Callable[[], Any]


class _Done(NamedTuple):
    key: tuple[int, int, int]
    value: Any
    error: BaseException | None


class Workers:
    """A number of threads that call what they are given."""

    def __init__(self, count: int) -> None:
        """Start `count` threads."""
        self._inbox: SimpleQueue[_Work | None] = SimpleQueue()
        self.done: SimpleQueue[_Done] = SimpleQueue()
        self._threads = [Thread(target=self._work, daemon=True, name=f"rootwarden-{n}") for n in range(count)]
        for thread in self._threads:
            thread.start()

    def submit(self, work: _Work) -> None:
        """Have a function called; its result arrives in `done`."""
        self._inbox.put(work)

    def dismiss(self) -> None:
        """Let every thread end after the call it is in."""
        for _ in self._threads:
            self._inbox.put(None)

    def _work(self) -> None:
        while (work := self._inbox.get()) is not None:
            try:
                self.done.put(_Done(work.key, work.call(), None))
            except BaseException as error:  # noqa: BLE001 - carried to the main thread, which raises it
                self.done.put(_Done(work.key, None, error))


class _Open(Generic[T]):
    """A story that waits for the answers to its latest batch."""

    def __init__(self, number: int, story: Story[T]) -> None:
        self.number, self.story = number, story
        self.turn = 0
        self.batch: Batch = ()
        self.answers: dict[int, Any] = {}

    def begin(self, batch: Batch) -> list[_Work]:
        self.turn, self.batch, self.answers = self.turn + 1, batch, {}
        return [_Work((self.number, self.turn, place), call) for place, call in enumerate(batch)]

    def finish(self) -> list[Any]:
        """Return all answers; a call that is still out is made again here, where it is refused at once."""
        return [self.answers[n] if n in self.answers else call() for n, call in enumerate(self.batch)]


def tell(stories: Iterable[Story[T]], workers: Workers, reading: Reading, at_once: int) -> Iterator[T]:
    """Go through the outcomes of stories as they end, `at_once` of them told at the same time.

    After a timeout all remaining stories are told to their end with every call refused; after an interruption only
    those that had begun.
    """
    waiting = enumerate(stories)
    opened: dict[int, _Open[T]] = {}
    while True:
        while len(opened) < at_once and reading.ended != INTERRUPTED:
            number, story = next(waiting, (0, None))
            if story is None:
                break
            opened[number] = _Open(number, story)
            yield from _go_on(opened, opened[number], None, workers, reading)
        if not opened:
            return
        for one, answers in _answered(opened, workers, reading):
            yield from _go_on(opened, one, answers, workers, reading)


def _answered(opened: dict[int, _Open[T]], workers: Workers, reading: Reading) -> Iterator[tuple[_Open[T], list[Any]]]:
    """Go through the stories whose batch is answered; all of them once the reading has ended."""
    if reading.ended:
        yield from [(one, one.finish()) for one in opened.values()]
        return
    try:
        done = workers.done.get(timeout=min(_GLANCE, reading.seconds_left + 0.001))
    except Empty:
        return
    if done.error is not None:
        raise done.error
    number, turn, place = done.key
    one = opened.get(number)
    if one is not None and one.turn == turn:
        one.answers[place] = done.value
        if len(one.answers) == len(one.batch):
            yield one, one.finish()


def _go_on(
    opened: dict[int, _Open[T]], one: _Open[T], answers: list[Any] | None, workers: Workers, reading: Reading
) -> Iterator[T]:
    """Give a story its answers and start its next batch; when it ends, its outcome is the one thing yielded."""
    while True:
        try:
            batch = one.story.send(answers)  # type: ignore[arg-type]  # None starts a generator
        except StopIteration as end:
            del opened[one.number]
            yield end.value
            return
        works = one.begin(batch)
        if works and not reading.ended:
            for work in works:
                workers.submit(work)
            return
        answers = one.finish()
