"""Who goes: disabled at once and reversibly, deleted only after the grace period.

Disabling is a denial of everything, first, because it also ends sessions that are open and can be taken back with one
call; then the mark with the date; then the access keys are made inactive and the password is deleted, so that the
credentials themselves are worth nothing. Groups stay as they are: who comes back is where they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from rootwarden.errors import RefusedError
from rootwarden.model.expect import Expect, Item
from rootwarden.model.findings import Severity
from rootwarden.model.placeholders import as_json
from rootwarden.model.plan import Change, Difference, Risk, Step
from rootwarden.model.readings import UnseenError
from rootwarden.people.deleting import delete, may_be_deleted
from rootwarden.people.ground import Ground, iam, is_disabled, of_credentials, of_keys, of_tag, of_user
from rootwarden.people.roster import DISABLED, MANAGED
from rootwarden.people.sparing import keeps_a_way_in, why_spared
from rootwarden.proofs.credential_report import report_date, report_flag
from rootwarden.proofs.iam_users import Report

DENY_POLICY = "rootwarden-disabled"
# So many may be disabled or deleted at once without a word: 5, and one in ten.
_AT_ONCE, _SHARE = 5, 10
# How the credential report says that there is nothing to say.
_NOTHING = ("N/A", "no_information", "not_supported")


def deny_document() -> dict[str, Any]:
    """Return the policy of somebody who left."""
    everything = {"Sid": "Left", "Effect": "Deny", "Action": "*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [everything]}


def see_off(ground: Ground, confirmed: int | None) -> None:
    """Plan what becomes of the users that the roster made and does not name any more.

    Raises:
        RefusedError: who is disabled or deleted is more than one in ten, or five, and nobody confirmed that number.
        UnseenError: the users could not be read.
    """
    managed = ground.managed()
    unnamed = [one for one in managed if _unnamed(ground, one)]
    spared = {str(one["UserName"]): _spared(ground, one) for one in unnamed}
    going = [one for one in unnamed if not spared[str(one["UserName"])]]
    leaving = [one for one in going if not is_disabled(one)]
    over = [one for one in going if is_disabled(one) and may_be_deleted(ground, one)]
    not_too_many(leaving, over, [one for one in managed if not is_disabled(one)], confirmed)
    for user in unnamed:
        why = spared[str(user["UserName"])]
        if why and not is_disabled(user):
            _leave(ground, user, why)
    for user in leaving:
        _disable(ground, user)
    for user in over:
        delete(ground, user)


def _unnamed(ground: Ground, user: dict[str, Any]) -> bool:
    person = ground.roster.person(str(user["UserName"]))
    return person is None or person.gone(ground.now.date())


def _spared(ground: Ground, user: dict[str, Any]) -> str:
    try:
        return why_spared(ground, user)
    except UnseenError as error:
        return f"could not tell whether it may be disabled: {error}"


def not_too_many(leaving: list[Any], over: list[Any], active: list[Any], confirmed: int | None) -> None:
    """See that no more are disabled or deleted at once than may be, or than somebody confirmed by their number.

    They are counted together: those who leave, and those whose grace is `over`. The whole that they are a share of is
    the `active` ones, who leaves among them, and whoever is deleted.

    Raises:
        RefusedError: they are more.
    """
    gone, whole = [*leaving, *over], len(active) + len(over)
    happens = " or ".join(word for word, who in (("disabled", leaving), ("deleted", over)) if who) or "disabled"
    many = len(gone) > _AT_ONCE or len(gone) * _SHARE > whole
    if confirmed is not None and confirmed != len(gone):
        raise RefusedError(
            f"{len(gone)} people would be {happens}, and {confirmed} were confirmed",
            why=_names(gone) or "the roster names everybody it manages",
            todo="look at the roster, and confirm the number that it comes to",
        )
    if gone and many and confirmed is None:
        raise RefusedError(
            f"{len(gone)} of {whole} people would be {happens}: {_names(gone)}",
            why=f"more than {_AT_ONCE}, or more than one in {_SHARE}, at once may be a roster that was cut short",
            todo=f"if it is right, plan with --confirm-count {len(gone)}",
        )


def _names(users: list[Any]) -> str:
    names = [str(one["UserName"]) for one in users]
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _leave(ground: Ground, user: dict[str, Any], why: str) -> None:
    ground.leave(
        f"leaver {user['UserName']}", f"it is not disabled: {why}", "decide by hand, or name it in the roster",
        resource=str(user.get("Arn") or ""), severity=Severity.MEDIUM,
    )  # fmt: skip


def _disable(ground: Ground, user: dict[str, Any]) -> None:
    try:
        change = _disabling(ground, user)
        kept = keeps_a_way_in(ground, user, change)
    except UnseenError as error:
        _leave(ground, user, f"could not tell what to change: {error}")
        return
    if kept:
        ground.add(change)
    else:
        _leave(ground, user, "it is the last way into the account as an administrator")


def _disabling(ground: Ground, user: dict[str, Any]) -> Change:
    name, arn = str(user["UserName"]), str(user.get("Arn") or "")
    held, today = ground.held(name), ground.now.date().isoformat()
    keys = [str(one["AccessKeyId"]) for one in held["AccessKeys"] if one.get("Status") != "Inactive"]
    has_password = held.get("LoginProfile") is not None
    denied = of_user(name, "UserPolicyList", Item("PolicyName", DENY_POLICY))
    then: list[Expect] = [Expect(fact=denied.fact, at=denied.at, value={"PolicyDocument": deny_document()})]
    then.append(of_tag(name, DISABLED, today))
    then += [of_credentials(name, "AccessKeys", Item("AccessKeyId", key), "Status", value="Inactive") for key in keys]
    expects = [of_keys(name, held["AccessKeys"]), of_tag(name, MANAGED, ground.roster.roster)]
    if has_password:
        then.append(of_credentials(name, "LoginProfile"))
    after = ground.now.date() + timedelta(days=ground.roster.grace_days)
    return ground.draft(
        "disable", f"Disable the user {name}", risk=Risk.CAREFUL, resource=arn,
        why=f"the roster {ground.roster.roster} does not name {name} any more",
        steps=tuple(_disabling_steps(name, arn, today, keys, has_password=has_password)),
        expects=(denied, of_tag(name, DISABLED, None), *expects), then=then,
        shows=(
            Difference(what=f"user {name}", before="enabled", after=f"disabled, deleted after {after}"),
            *(Difference(what=f"access key ...{key[-4:]}", before="Active", after="Inactive") for key in keys),
            *((Difference(what="password", before="there", after="deleted"),) if has_password else ()),
        ),
        notes=(*last_use(ground, name, keys), "sessions of roles that it has entered last until they end"),
        never_by=(arn,),
    )  # fmt: skip


def _disabling_steps(name: str, arn: str, today: str, keys: list[str], *, has_password: bool) -> Iterator[Step]:
    both = {"UserName": name, "PolicyName": DENY_POLICY}
    yield Step(
        id="deny", does="Deny everything, open sessions included",
        call=iam("PutUserPolicy", **both, PolicyDocument=as_json(deny_document())),
        undo=(iam("DeleteUserPolicy", **both),), on=(arn,),
    )  # fmt: skip
    yield Step(
        id="tag", does="Mark since when", call=iam("TagUser", UserName=name, Tags=[{"Key": DISABLED, "Value": today}]),
        undo=(iam("UntagUser", UserName=name, TagKeys=[DISABLED]),), on=(arn,),
    )  # fmt: skip
    for number, key in enumerate(keys, start=1):
        one = {"UserName": name, "AccessKeyId": key}
        yield Step(
            id=f"key-{number}", does=f"Make the access key ...{key[-4:]} inactive",
            call=iam("UpdateAccessKey", **one, Status="Inactive"),
            undo=(iam("UpdateAccessKey", **one, Status="Active"),), on=(arn,),
        )  # fmt: skip
    if has_password:
        yield Step(
            id="password", does="Delete the password", call=iam("DeleteLoginProfile", UserName=name), on=(arn,),
            stays=f"the password of {name} is gone: who comes back gets a new one when the roster names them",
            stays_as=(),
        )  # fmt: skip


def last_use(ground: Ground, name: str, keys: list[str]) -> Iterator[str]:
    """Yield for each of these keys when, where and for which service it was last used: what still runs with it stops.

    `keys` are the active ones of the user. Source: the credential report, which may be four hours old.
    """
    told = list(_told_of_keys(ground, name)) if keys else []
    yield from (line for line in told if line)
    if len(told) < len(keys):
        yield "nobody could say when its access keys were last used: the credential report is older, or unread"


def _told_of_keys(ground: Ground, name: str) -> Iterator[str]:
    """Yield what the credential report says of each active key, "" of one that was never used."""
    row = ground.view.once(Report).row(name)
    if not isinstance(row.raw, dict):
        return
    cells = row.at(ground.view.log)
    for number in (1, 2):
        key = f"access_key_{number}"
        try:
            if not report_flag(cells[f"{key}_active"]):
                continue
            used = report_date(cells[f"{key}_last_used_date"])
            places = [cells[f"{key}_last_used_{cell}"].text(default="N/A") for cell in ("service", "region")]
        except UnseenError:
            continue
        known = " in ".join(one for one in places if one not in _NOTHING)
        on = "" if used is None else f"{used:%Y-%m-%d}{f', for {known}' if known else ''}"
        yield f"its access key {number} was last used on {on}: what still runs with it stops" if on else ""
