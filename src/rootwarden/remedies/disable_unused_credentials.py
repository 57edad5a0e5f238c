"""Switches off access keys of IAM users that nobody has used for weeks: nobody would notice if one were stolen.

Nothing is deleted, and a key is switched on again in a second. Break-glass users, whoever asks, the last administrators
and new keys are left alone; what the trail shows at work is refused when the plan is applied. The credential report
that tells all this may be four hours old: until AWS makes a new one, a key that is off already is planned again.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from rootwarden.model.expect import Expect, Item
from rootwarden.model.placeholders import refer
from rootwarden.model.plan import Call, Change, Difference, Risk, Step, change_id
from rootwarden.model.remedy import Not, Remedy, Wish
from rootwarden.proofs.unused_credentials import Limits, Spared, Unused, switched_off, unused_credentials

REMEDY = Remedy(
    title="Switch off access keys that nobody uses",
    order=70,
    params={"days": 45, "grace_days": 7, "break_glass": ()},
    facts=("iam.credential_report", "iam.authorization", "account.identity"),
    risks=(Risk.CAREFUL,),
    calls=(
        "iam.ListAccessKeys", "iam.UpdateAccessKey",
    ),
)  # fmt: skip

_REPORT = "iam.credential_report"
_FOUR_HOURS = 4 * 3600
_LOOKS = ("cloudtrail.LookupEvents", "iam.GetAccessKeyLastUsed", "iam.ListAccessKeys")


def propose(wish: Wish) -> Iterator[Change | Not]:
    """Yield one change for each key, and what is left alone with the reason."""
    limits = Limits(
        days=wish.settings.number("days"),
        grace=wish.settings.number("grace_days"),
        break_glass=wish.settings.texts("break_glass"),
    )
    found, spared = unused_credentials(wish.seen, limits, wish.now)
    yield from (_left_alone(one) for one in spared)
    yield from (_switched_off(wish, one) for one in found)


def _left_alone(one: Spared) -> Not:
    unused = one.unused
    what = f"the access key {unused.key}" if unused.key else "the password"
    why = f"{what} of {unused.user} is unused ({unused.since}); {one.why}"
    return Not(why, "talk to its owner; delete by hand what nobody needs")


def _switched_off(wish: Wish, one: Unused) -> Change:
    cell = f"access_key_{one.key}_active"
    at = ("rows", Item("user", one.user))
    about: dict[str, object] = {"UserName": one.user, "AccessKeyId": refer("find", "id")}
    find = Step(
        id="find",
        does=f"Find the key made on {one.made[:10]}",
        call=Call(service="iam", operation="ListAccessKeys", parameters={"UserName": one.user}),
        keeps={"id": f"AccessKeyMetadata[?Status=='Active' && starts_with(CreateDate, '{one.made[:19]}')]"
                     ".AccessKeyId | [0]"},
        on=(one.arn,),
    )  # fmt: skip
    off = Step(
        id="off",
        does="Switch it off",
        call=Call(service="iam", operation="UpdateAccessKey", parameters=about | {"Status": "Inactive"}),
        undo=(Call(service="iam", operation="UpdateAccessKey", parameters=about | {"Status": "Active"}),),
        on=(one.arn,),
    )
    change = Change(
        id=change_id(wish.slug, wish.account, "", one.arn, cell),
        remedy=wish.slug,
        title=f"Switch off the access key {one.key} of {one.user}",
        why=f"It was {one.since}.",
        account=wish.account,
        resource=one.arn,
        accounts=(wish.account,),
        risk=Risk.CAREFUL,
        shows=(
            Difference(what=f"access key {one.key} of {one.user}", before=f"active, {one.since}", after="inactive"),
        ),
        notes=(
            "What still uses it fails from then on; before that, AWS and the trail are asked whether it is at work.",
        ),
        expects=(Expect(fact=_REPORT, at=at, value={cell: "true", f"access_key_{one.key}_last_rotated": one.made}),),
        then=(switched_off(one.user, one.key),),
        steps=(find, off),
    )
    return replace(change, late=(_REPORT,), patience=_FOUR_HOURS, looks=_LOOKS, never_by=(one.arn,))
