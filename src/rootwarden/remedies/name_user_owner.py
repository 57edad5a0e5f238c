"""Writes down whose user an IAM user is, where somebody said so: then there is one person to ask about what it did.

Nobody but a person knows whose user it is, so that the owners stand in the configuration, or a roster names them. A tag
changes nothing of what the user can do.
"""

from __future__ import annotations

from typing import Any

from rootwarden.model.expect import Expect, Item
from rootwarden.model.plan import Call, Change, Difference, Risk, Step
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.proofs.iam_users import Named, Report, account_users
from rootwarden.proofs.user_ownership import SAYS, Owners, any_name, holder, signs

REMEDY = Remedy(
    title="Write down whose user it is", order=60, params={"owners": ()},
    risks=(Risk.SAFE,),
    calls=(
        "iam.TagUser", "iam.UntagUser",
    ),
)  # fmt: skip

_FACT = "iam.authorization"
# Whoever it may be that nobody named yet: an owner that no user has.
_SOMEBODY = "the person who is still to be named"
_EACH = "write a roster (`rootwarden users export`) in which every person has a user"
# The reason of a sign that an owner does not take away -> what to do about it.
_NEXT = {
    "no_owner": "name an owner that is not empty",
    "workload_with_password": "take the console password away (`aws iam delete-login-profile --user-name {name}`), or "
    "give its people users of their own, and plan again",
    "shared_name": f"{_EACH} of their own, then take the password of {{name}} away "
    "(`aws iam delete-login-profile --user-name {name}`), and plan again",
    "password_and_two_keys": "make the key that is used less inactive (`aws iam list-access-keys --user-name {name}`), "
    "and plan again",
    "shared_owner": f"{_EACH} and one only, or name another owner for {{name}}",
}


def prescribe(case: Case) -> Change | Not:
    """Tag the user with the owner that is configured; taken back, the tag reads as before or is gone."""
    found = [one for one in account_users(case.seen) if one.arn == case.finding.resource and isinstance(one.raw, dict)]
    if not found:
        return Not("the user is not among those that were read", "read the account again")
    user, tag = found[0], case.limits.text("owner_tag")
    owner = _owners(case).get(user.name, "")
    old, key = _tag(user, tag)
    left = _left(case, user, tag, key, owner or _SOMEBODY)
    if left:
        why = SAYS[left].format(name=user.name, owner=owner, tag=tag).rstrip(".")
        return Not(f"an owner is not enough: {why}", _NEXT[left].format(name=user.name))
    if not owner:
        todo = f'add "{user.name}=PERSON" to owners under [remedies.{case.slug}], or name the person in a roster'
        return Not("nobody said whose user it is", todo)
    place = (Item("UserName", user.name), "Tags", Item("Key", key))
    back = _tagging(user.name, key, old) if old is not None else _call("UntagUser", UserName=user.name, TagKeys=[key])
    write = Step(
        id="owner", does="Tag the user with its owner", call=_tagging(user.name, key, owner), undo=(back,),
        on=(user.arn,),
    )  # fmt: skip
    return case.change(
        f"Tag the user {user.name} as {owner}'s",
        risk=Risk.SAFE,
        steps=(write,),
        expects=(Expect(fact=_FACT, at=("users", *place), value=None if old is None else {"Value": old}),),
        then=(Expect(fact=_FACT, at=("users", *place, "Value"), value=owner),),
        shows=(Difference(what=f"tag {key} of {user.name}", before=old or "none", after=owner),),
    )  # fmt: skip


def _owners(case: Case) -> dict[str, str]:
    """Return the owner of each user that the configuration names, written as USER=OWNER."""
    pairs = (text.partition("=") for text in case.settings.texts("owners"))
    return {user.strip(): owner.strip() for user, _, owner in pairs}


def _tag(user: Named, wanted: str) -> tuple[str | None, str]:
    """Return the value of a tag, None for no such tag, and its key as it is written there."""
    for tag in user.raw.get("Tags") or ():
        if str(tag.get("Key")).lower() == wanted.lower():
            return str(tag.get("Value") or ""), str(tag["Key"])
    return None, wanted


def _left(case: Case, user: Named, tag: str, key: str, owner: str) -> str:
    """Return the reason for which the user would still fail once it has this owner, "" for none."""
    report = case.seen.once(Report)
    others = [one for one in account_users(case.seen) if one.name != user.name]
    tags = [one for one in user.raw.get("Tags") or () if one.get("Key") != key]
    owned: dict[str, Any] = user.raw | {"Tags": [*tags, {"Key": key, "Value": owner}]}
    me = holder(Named(user.name, user.arn, owned, user.path), report.row(user.name), tag)
    everyone = Owners([me, *(holder(one, report.row(one.name), tag) for one in others)])
    for sign in signs(me, everyone, tag, any_name(case.limits.texts("shared_name_patterns"))):
        if sign.holds.value is None or sign.holds.sure():
            sign.holds.sure()
            return sign.reason
    return ""


def _tagging(user: str, key: str, value: str) -> Call:
    return _call("TagUser", UserName=user, Tags=[{"Key": key, "Value": value}])


def _call(operation: str, **parameters: Any) -> Call:
    return Call(service="iam", operation=operation, parameters=parameters)
