"""One long scene in which every detection with memory has something to say, with ordinary use around it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from rootwarden.model.context import Context, QuietHours, Window
from rootwarden.model.notices import digest_notice, spending_notice
from tests.detections.scenes import (
    ATTACKER,
    BROWSER,
    COMMAND_LINE,
    DAY,
    FOURTH,
    HOLDER,
    SECOND,
    THIRD,
    Record,
    act,
    assume_root,
    at,
    compromised_root,
    failed_sign_in,
    shot,
    sign_in,
)  # fmt: skip
from tests.detections.stage import Item

FIFTH, SIXTH = "666677778888", "888899990000"


def _after(seconds: float) -> datetime:
    return DAY + timedelta(seconds=seconds)


def circumstances(lateness: timedelta | None = None) -> Context:
    """Return the windows that were approved, and quiet hours."""
    return Context(
        windows=(
            Window(id="W-1", account=THIRD, opens=at("10:00"), closes=at("11:00"), events=("ListUsers", "iam:GetUser")),
            Window(id="W-2", account=FOURTH, opens=at("12:00"), closes=at("13:00"), task="S3UnlockBucketPolicy"),
        ),
        quiet_hours=QuietHours(22, 5),
        lateness=lateness,
    )  # fmt: skip


def everything() -> list[Item]:
    """Return the scene in the order of time; it lasts a year, most of it four days."""
    items: list[Item] = [
        *compromised_root(), *_guessing(), *_takeover(), *_windows(), *_task_session(), *_ordinary(), *_notices(),
    ]  # fmt: skip
    return sorted(items, key=when)


def when(item: Item) -> datetime:
    """Return the time of a record or notice."""
    if isinstance(item, dict):
        return datetime.fromisoformat(item["eventTime"]) if item["eventTime"] else DAY
    return item.time


def _guessing() -> list[Record]:
    """Return a burst that goes on for hours, a slow one that quickens, and a spray of three days."""
    burst = [*range(0, 500, 100), *range(500, 30_000, 420)]
    slow = [*range(0, 9_000, 850), 9_010, 9_020, 9_030, 9_040]
    found = [failed_sign_in(_after(one), SECOND, sourceIPAddress="192.0.2.77") for one in burst]
    found += [failed_sign_in(_after(one), SIXTH, sourceIPAddress="192.0.2.78") for one in slow]
    accounts = (SECOND, THIRD, SECOND, FIFTH, SIXTH, FOURTH)
    found += [
        failed_sign_in(_after(number * 43_000), account, sourceIPAddress="192.0.2.79")
        for number, account in enumerate(accounts)
    ]
    return [*found, sign_in(_after(9_100), SIXTH, sourceIPAddress="192.0.2.78")]


def _takeover() -> list[Record]:
    """Return the steps by which somebody takes an account over, and hides it."""
    where = {"sourceIPAddress": ATTACKER}
    made = shot("root-key-made", at("08:40"), FIFTH, **where)
    made["responseElements"]["accessKey"]["accessKeyId"] = "AKIA5SECOND5FOREVER6"
    return [
        shot("root-password-recovery-completed", at("08:00"), FIFTH, **where),
        shot("root-password-changed", at("08:05"), FIFTH, **where),
        sign_in(at("08:10"), FIFTH, **where),
        shot("root-removes-mfa", at("08:20"), FIFTH, **where),
        shot("root-registers-mfa", at("16:30"), FIFTH, **where),
        shot("root-removes-mfa", at("17:20"), FIFTH, **where),
        shot("root-registers-security-key", at("18:10"), FIFTH, **where),
        shot("root-deletes-trail", at("09:00"), FIFTH, **where),
        shot("root-fails-to-stop-trail", at("20:10:01"), FIFTH, **where),
        made,
        *(shot("root-key-used", at(clock), FIFTH, key="AKIA5SECOND5FOREVER6") for clock in ("09:30", "15:00", "32:00")),
        *(shot("root-terminates-instance", _after(36_000 + 30 * one), FIFTH, **where) for one in range(14)),
    ]


def _windows() -> list[Record]:
    """Return a session that goes beyond its window in time and in scope."""
    began = {"session": at("10:05"), "key": "ASIA5OURCONSOLEXXXXX", "sourceIPAddress": HOLDER}
    return [
        sign_in(at("10:05"), THIRD, sourceIPAddress=HOLDER),
        act(at("10:10"), THIRD, **began),
        act(at("10:20"), THIRD, eventName="ListRoles", **began),
        *(act(at(clock), THIRD, **began) for clock in ("11:01", "11:10", "14:00", "21:50", "23:30")),
    ]


def _task_session() -> list[Record]:
    """Return AssumeRoot in and out of scope, and what was done in the sessions, whose records do not tell."""
    done = [act(at(clock), FOURTH, mfa="false", key="ASIA1MADE") for clock in ("12:11", "12:24")]
    return [
        assume_root(at("12:10"), FOURTH, "ASIA1MADE"),
        *done,
        act(at("12:26"), FOURTH, mfa="false", key="ASIA1MADE", eventName="ListRoles"),
        assume_root(at("12:30"), FOURTH, "ASIA2MADE", task="IAMCreateRootUserPassword"),
        shot("root-deletes-trail", at("12:31"), FOURTH, mfa="false", key="ASIA2MADE"),
        act(at("12:50"), FOURTH, mfa="false", key="ASIA9NOBODYS"),
        assume_root(at("60:00"), FIFTH, "ASIA3MADE"),
    ]


def _ordinary() -> list[Record]:
    """Return what holders do every now and then, and what is strange in it."""
    daily = [sign_in(_after(32_400 + 7_200 * one), SECOND, sourceIPAddress=HOLDER) for one in range(48)]
    return [
        *daily,
        act(at("50:00"), SECOND, sourceIPAddress="198.51.100.9"),
        act(at("51:00"), SECOND, sourceIPAddress="198.51.100.9", userAgent=COMMAND_LINE),
        act(at("52:00"), SECOND, sourceIPAddress="198.51.100.9", awsRegion="ap-south-2"),
        shot("root-launches-instances", at("53:00"), SECOND, sourceIPAddress=HOLDER, awsRegion="ap-south-2"),
        act(DAY - timedelta(days=120), SIXTH, sourceIPAddress=HOLDER),
        shot("event-without-time", DAY) | {"eventTime": None},
        shot("type-nobody-knows", at("03:00")),
        shot("autoscaling-launches-as-root", at("04:00")),
    ]


def _notices() -> list[Item]:
    """Return spending out of line, and a trail that is silent twice."""
    hours = [*range(0, 20), *range(26, 40), *range(70, 75)]
    return [
        spending_notice(FIFTH, at("40:00"), Decimal(900), "USD", "monitor-1"),
        spending_notice(FIFTH, at("07:00"), Decimal(100), "USD", "budget-1"),
        *(digest_notice(SECOND, "eu-west-1", _after(3600 * hour)) for hour in hours),
    ]


def random_scene(dice: Random, size: int = 80) -> list[Item]:
    """Return acts of all kinds at random times of a few days, crowded here and there, in three accounts."""
    crowds = [DAY + timedelta(seconds=dice.randrange(500_000)) for _ in range(5)]
    found = {}
    for _ in range(size):
        apart = dice.choice((60, 900, 20_000, 90_000))
        moment = dice.choice(crowds) + timedelta(seconds=int(dice.expovariate(1 / apart)))
        item = _any_item(dice, moment, dice.choice((SECOND, THIRD, FOURTH)))
        found[str(item)] = item
    return sorted(found.values(), key=when)


def _any_item(dice: Random, moment: datetime, account: str) -> Item:
    """Return one act, mostly of those that detections with memory ask for."""
    kind = dice.choice(_KINDS)
    where = {"sourceIPAddress": dice.choice((HOLDER, ATTACKER, "192.0.2.77"))}
    match kind:
        case "fail":
            return failed_sign_in(moment, account, **where)
        case "enter":
            return sign_in(moment, account, **where)
        case "act":
            where |= {
                "awsRegion": dice.choice(("us-east-1", "ap-south-2")),
                "key": dice.choice(("ASIA1OURS", "ASIA2OURS")),
            }
            began = moment - timedelta(seconds=dice.randrange(50_000))
            return act(moment, account, session=began, userAgent=dice.choice((BROWSER, COMMAND_LINE)), **where)
        case "task":
            return act(moment, account, mfa="false", key=dice.choice(("ASIA1MADE", "ASIA2MADE")))
        case "issue":
            task = dice.choice(("S3UnlockBucketPolicy", "IAMCreateRootUserPassword"))
            return assume_root(moment, account, dice.choice(("ASIA1MADE", "ASIA2MADE")), task)
        case "digest":
            return digest_notice(account, "eu-west-1", moment)
        case "spent":
            return spending_notice(account, moment, Decimal(dice.randrange(1000)), "USD", "monitor-1")
        case "key":
            return shot("root-key-made", moment, account, **where)
        case "used":
            return shot("root-key-used", moment, account, **where)
        case _:
            return shot(kind, moment, account, **where)


_KINDS = (
    "fail", "fail", "fail", "enter", "act", "act", "task", "issue", "digest", "digest", "spent", "key", "used",
    "root-password-changed", "root-registers-mfa", "root-removes-mfa", "root-deletes-trail", "root-launches-instances",
    "root-terminates-instance",
)  # fmt: skip


def random_circumstances(dice: Random, lateness: timedelta | None = None) -> Context:
    """Return a few windows somewhere in a random scene, of which some overlap."""
    windows = []
    for number in range(4):
        opens = DAY + timedelta(seconds=dice.randrange(500_000))
        closes = opens + timedelta(seconds=dice.choice((600, 7_200, 50_000)))
        events = dice.choice(((), ("ListUsers", "ConsoleLogin")))
        account = dice.choice((SECOND, THIRD, FOURTH))
        window = Window(id=f"W-{number}", account=account, opens=opens, closes=closes, events=events,
                        task=dice.choice(("", "S3UnlockBucketPolicy")))  # fmt: skip
        windows.append(window)
    return Context(windows=tuple(windows), quiet_hours=QuietHours(22, 5), lateness=lateness)
