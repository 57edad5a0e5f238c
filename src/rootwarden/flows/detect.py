"""Detect: read records from files, judge them, group the alerts, say how much was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct

from rootwarden import __version__
from rootwarden.catalogue.detecting import everything, rules_of, single_records, stateful
from rootwarden.errors import Exit, InputError
from rootwarden.model.baseline import Baseline, read_baseline
from rootwarden.model.context import STANDING, Context, Window, WindowsFile
from rootwarden.model.detected import Detected
from rootwarden.model.detection import SingleRecord
from rootwarden.model.findings import CATALOGUE_VERSION, Severity
from rootwarden.model.incidents import incidents
from rootwarden.model.notices import digest_notice, spending_notice
from rootwarden.model.root_activity import Kind
from rootwarden.model.watching import Watch
from rootwarden.trail.envelopes import read_items
from rootwarden.trail.items import AlarmRang, Announced, Digest, Flaw, Found, Item, Spending

_RULE_FILES = (".yml", ".yaml")
_LARGEST_RULE = 1 << 20
# Flushed now and then, so that what waits to be concluded does not grow with the file.
_BATCH = 20_000
_NO_WINDOWS = "RD-104, RD-105 and RD-106, because no approved windows were given (--windows FILE)"
_NO_SPENDING = "RD-115, because no notice of spending was among what was read"
_NO_DIGESTS = "RD-119, because no digest file was among what was read"


class DetectRequest(Struct, frozen=True, kw_only=True):
    """What to judge with: the circumstances, the user's own rules, and the instant by which waiting has ended."""

    context: Context
    now: datetime
    rules: tuple[SingleRecord, ...] = ()
    baseline: Baseline | None = None


def detect(items: Iterable[Item], request: DetectRequest) -> tuple[Detected, Baseline]:
    """Judge every record; nothing is dropped: what could not be read is counted and named.

    Returned too: what is usual by now, for the next time.
    """
    single = (*single_records(request.context.owned_resources), *request.rules)
    watch = Watch(single, stateful(), request.context)
    if request.baseline is not None:
        watch.learn(request.baseline)
    unread: list[str] = []
    records = digests = notices = 0
    for item in items:
        match item:
            case Found():
                records += 1
                watch.feed(item.record)
                if records % _BATCH == 0:
                    watch.flush(request.now)
            case Digest():
                digests += 1
                watch.tell(digest_notice(item.account, item.region, item.end), {})
            case Announced():
                unread.append(f"{item.where}: {item.flaw.why}; {item.flaw.todo}")
            case Spending():
                notices += 1
                watch.tell(spending_notice(item.account, item.when, item.amount, item.currency, item.source), {})
            case AlarmRang():
                pass  # what it rang for is a record of its own
            case Flaw():
                unread.append(f"{item.where}: {item.why}; {item.todo}")
    watch.flush(request.now)
    alerts = tuple(watch.standing())
    found = Detected(
        tool_version=__version__,
        catalogue_version=CATALOGUE_VERSION,
        judged_at=request.now,
        records=records,
        digests=digests,
        kinds=_kinds(watch),
        unread=tuple(unread),
        not_judged=tuple(_not_judged(request.context, digests, notices)),
        alerts=alerts,
        incidents=incidents(alerts),
    )
    return found, watch.learnt()


def _kinds(watch: Watch) -> dict[str, int]:
    """Count who was behind the records, the most first; sessions that only their key gave away are moved."""
    counts = Counter({kind.value: count for kind, count in watch.kinds.items()})
    joined = min(watch.sessions(), counts[Kind.ROOT_DIRECT.value])
    counts[Kind.ROOT_DIRECT.value] -= joined
    counts[Kind.ROOT_SESSION.value] += joined
    return {kind: count for kind, count in counts.most_common() if count}


def _not_judged(context: Context, digests: int, notices: int) -> Iterator[str]:
    if context.windows is None:
        yield _NO_WINDOWS
    if not digests:
        yield _NO_DIGESTS
    if not notices:
        yield _NO_SPENDING


def items_of(files: Sequence[str], stdin: Callable[[], IO[bytes]]) -> Iterator[Item]:
    """Go through what is in the files; "-" is standard input, a folder stands for every file in it.

    Raises:
        InputError: a file or folder that was named cannot be opened.
    """
    for name in files:
        if name == "-":
            yield from read_items(stdin(), "standard input")
            continue
        path = Path(name)
        inside = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
        if not inside:
            raise InputError(f"{name} holds no file", todo="name a file or folder of CloudTrail records")
        for one in inside:
            with _opened(one) as file:
                yield from read_items(file, str(one))


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        file = path.open("rb")
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(f"cannot read {path}", why=why, todo="name a file of CloudTrail records") from error
    with file:
        yield file


def windows_of(path: str) -> tuple[Window, ...]:
    """Read the file of approved windows.

    Raises:
        InputError: it cannot be read, or a field is missing, unknown or of a wrong type; names file and field.
    """
    todo = "see docs/schema/windows.schema.json"
    try:
        found = msgspec.json.decode(Path(path).read_bytes(), type=WindowsFile)
    except OSError as error:
        raise InputError(f"cannot read {path}", why=error.strerror or str(error), todo="name a JSON file") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path} holds no windows", why=str(error), todo=todo) from error
    for number, window in enumerate(found.windows):
        if window.id.startswith(STANDING):
            why = f"$.windows[{number}]: ids that begin with {STANDING} belong to [[standing]] in rootwarden.toml"
            raise InputError(f"{path} holds a window of that name", why=why, todo="give it another id")
        if window.opens.tzinfo is None or window.closes.tzinfo is None or window.opens >= window.closes:
            why = f"$.windows[{number}]: opens and closes need an offset, and opens must come first"
            raise InputError(f"{path} holds a window that cannot be", why=why, todo=todo)
    return found.windows


def baseline_of(path: str) -> Baseline | None:
    """Read what was learnt before; None where there is no such file yet.

    Raises:
        InputError: the file is there and is no baseline.
    """
    try:
        return read_baseline(Path(path).read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"cannot read {path}", why=error.strerror or str(error), todo="name a file") from error
    except ValueError as error:
        raise InputError(f"{path} is no baseline", why=str(error), todo="name a new file to learn anew") from error


def own_rules(folder: str, owned: Iterable[str] = ()) -> tuple[SingleRecord, ...]:
    """Read the user's own Sigma rules: a file, or a folder with all in it; `owned` as for Rootwarden's own.

    Raises:
        InputError: the folder holds none, a rule is refused, or it takes the code of another; names file and construct.
    """
    path = Path(folder)
    files = sorted(one for one in path.rglob("*") if one.suffix in _RULE_FILES) if path.is_dir() else [path]
    texts: dict[str, str] = {}
    for one in files:
        try:
            if one.stat().st_size > _LARGEST_RULE:
                raise InputError(f"{one} is too large for a rule", why="more than 1 MiB", todo="split it")
            texts[str(one)] = one.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"cannot read {one}", why=str(error), todo="name a folder of Sigma rules") from error
    if not texts:
        raise InputError(f"{folder} holds no Sigma rule", todo="rules end in .yml or .yaml")
    found = rules_of(texts, owned)
    taken = Counter(one.detection.code for one in (*found, *everything()))
    for rule in found:
        if taken[rule.detection.code] > 1:
            why = "another detection has it"
            raise InputError(f"{rule.file}: code {rule.detection.code} is taken", why=why, todo="give it another")
    return found


def detect_exit(detected: Detected, fail_on: str) -> Exit:
    """Return 3 for an alert at or above `fail_on` ("none": never), else 5 if anything was unread, else 0."""
    if fail_on != "none":
        limit = Severity(fail_on).rank
        if any(alert.severity.rank <= limit for alert in detected.alerts):
            return Exit.FINDINGS
    return Exit.INCOMPLETE if detected.unread else Exit.FINE
