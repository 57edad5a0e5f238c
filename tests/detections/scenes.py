"""Scenes of root use for tests: golden records moved in time, to other accounts, and strung together."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from rootwarden.model.golden import golden_records

Record = dict[str, Any]

ACCOUNT, SECOND, THIRD, FOURTH, MANAGEMENT = (
    "111122223333",
    "444455556666",
    "777788889999",
    "555566667777",
    "999988887777",
)
HOLDER, ATTACKER = "203.0.113.10", "198.51.100.66"
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
COMMAND_LINE = "aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux#6.12.0 md/arch#x86_64 lang/python#3.13.7"
DAY = datetime(2026, 11, 24, tzinfo=UTC)

_GOLDEN = {golden.id: golden.record for golden in golden_records()}


def at(clock: str, day: datetime = DAY) -> datetime:
    """Return the instant of a day at `HH:MM` or `HH:MM:SS`, UTC."""
    hours, minutes, seconds = (*map(int, clock.split(":")), 0)[:3]
    return day + timedelta(hours=hours, minutes=minutes, seconds=seconds)


def iso(when: datetime) -> str:
    """Write an instant as CloudTrail does."""
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"


def shot(golden: str, when: datetime, account: str = "", tag: str = "", **fields: Any) -> Record:
    """Return a golden record at another time, in another account (all over the record), with its own ids.

    `fields` replace what stands in the record: names of its own (`sourceIPAddress`), `key` the caller's access key id,
    `mfa` what the session says of MFA, `session` when it began; None takes the field away. `tag` tells apart two that
    are otherwise the same.
    """
    text = json.dumps(_GOLDEN[golden])
    own = _GOLDEN[golden].get("recipientAccountId")
    if account and own:
        text = text.replace(own, account)
    record: Record = json.loads(text)
    record["eventTime"] = iso(when)
    seed = json.dumps([golden, iso(when), account, tag, fields], default=str, sort_keys=True)
    record["eventID"] = str(uuid5(NAMESPACE_URL, seed))
    if "requestID" in record:
        record["requestID"] = str(uuid5(NAMESPACE_URL, "request " + seed))
    _session(record, when, fields)
    for name, value in fields.items():
        if value is None:
            record.pop(name, None)
        else:
            record[name] = value
    return record


def _session(record: Record, when: datetime, fields: dict[str, Any]) -> None:
    """Apply what is said of the caller's key and session; a session begins a minute before, if nothing is said."""
    who = record["userIdentity"]
    began, key, mfa = fields.pop("session", when - timedelta(minutes=1)), fields.pop("key", None), fields.pop("mfa", "")
    if key is not None:
        who["accessKeyId"] = key
    if str(who.get("accessKeyId", "")).startswith("AKIA"):
        who.pop("sessionContext", None)
    attributes = who.get("sessionContext", {}).get("attributes")
    if attributes is not None:
        attributes["creationDate"] = iso(began)
        if mfa:
            attributes["mfaAuthenticated"] = mfa


def failed_sign_in(when: datetime, account: str = ACCOUNT, **fields: Any) -> Record:
    """Return a sign-in of root that failed."""
    return shot("root-sign-in-fails", when, account, **fields)


def sign_in(when: datetime, account: str = ACCOUNT, **fields: Any) -> Record:
    """Return a sign-in of root with MFA."""
    return shot("root-signs-in-with-mfa", when, account, **fields)


def act(when: datetime, account: str = ACCOUNT, **fields: Any) -> Record:
    """Return a call of root that nobody but the plainest rule minds: it lists users, in a console session with MFA."""
    fields = {"eventName": "ListUsers", "requestParameters": None} | fields
    return shot("root-attaches-administrator-policy", when, account, **fields)


def assume_root(when: datetime, target: str, made: str, task: str = "S3UnlockBucketPolicy", **fields: Any) -> Record:
    """Return an AssumeRoot for an account, by a role of the management account, that issued the key `made`."""
    record = shot("assume-root-to-unlock-bucket", when, tag=f"{target} {made} {task}", **fields)
    record["requestParameters"]["targetPrincipal"] = target
    record["requestParameters"]["taskPolicyArn"]["arn"] = f"arn:aws:iam::aws:policy/root-task/{task}"
    if "errorCode" not in fields:
        record["responseElements"]["credentials"]["accessKeyId"] = made
    return record


def year_of_ordinary_use() -> list[Record]:
    """Return three ordinary sign-ins by the holder, from the same network and browser, in the year before."""
    days = (datetime(2025, 12, 9, tzinfo=UTC), datetime(2026, 4, 14, tzinfo=UTC), datetime(2026, 9, 22, tzinfo=UTC))
    return [sign_in(at("09:12", day), sourceIPAddress=HOLDER, userAgent=BROWSER) for day in days]


def compromised_root() -> list[Record]:
    """Return the story of a root user in wrong hands, and of the year before: eleven records in the order of time.

    Somebody guesses the password, signs in without MFA, makes a key for root, fails to stop the trail, gives an IAM
    user all rights, and launches machines with the new key where the account never had any.
    """
    browser: dict[str, Any] = {"sourceIPAddress": ATTACKER, "userAgent": BROWSER}
    call = browser | {"key": "ASIA5ROGUE3CONSOLE66", "mfa": "false", "session": at("02:21:34")}
    key = shot("root-key-made", at("02:26:09"), **call)
    key["responseElements"]["accessKey"] = {
        "accessKeyId": "AKIA5ROGUE3FOREVER66", "status": "Active", "createDate": "Nov 24, 2026, 2:26:09 AM",
    }  # fmt: skip
    stop = shot("root-attaches-administrator-policy", at("02:31:40"), **call)
    refused = _GOLDEN["root-fails-to-stop-trail"]
    for name in ("eventSource", "eventName", "errorCode", "errorMessage", "requestParameters"):
        stop[name] = refused[name]
    used = {"sourceIPAddress": ATTACKER, "userAgent": COMMAND_LINE, "key": "AKIA5ROGUE3FOREVER66"}
    launch = shot("root-launches-instances", at("02:48:55"), **used, awsRegion="ap-southeast-3")
    launch.pop("sessionCredentialFromConsole")
    return [
        *year_of_ordinary_use(),
        failed_sign_in(at("02:14:03"), **browser),
        failed_sign_in(at("02:15:27"), **browser),
        failed_sign_in(at("02:17:50"), **browser),
        shot("root-signs-in-without-mfa", at("02:21:34"), **browser),
        key,
        stop,
        shot("root-attaches-administrator-policy", at("02:37:12"), **call),
        launch,
    ]
