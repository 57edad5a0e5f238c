"""Stories: the worst is told, the same thing once, and nothing that is not so."""

from __future__ import annotations

from datetime import timedelta

from rootwarden.model.context import Context
from rootwarden.model.incidents import incidents
from rootwarden.report.story import Teller, story
from tests.detections.scenes import ACCOUNT, DAY, act, at, compromised_root, shot, sign_in
from tests.detections.stage import LATE, Item, approved, give, new_watch


def stories(items: list[Item], context: Context | None = None) -> list[str]:
    """Return the stories of a scene, the worst first."""
    watch = give(new_watch(context), items)
    watch.flush(LATE)
    return [story(one) for one in incidents(watch.standing())]


def test_noise_does_not_hide_what_matters():
    """Four grave acts among eighty harmless ones are told; the harmless ones are told once, with how often."""
    noise = [act(DAY + timedelta(seconds=10 * n), eventName="ListBuckets") for n in range(40)]
    grave = [
        shot("root-deletes-trail", DAY + timedelta(seconds=401)), shot("root-key-made", DAY + timedelta(seconds=402)),
        shot("root-terminates-instance", DAY + timedelta(seconds=403)),
    ]  # fmt: skip
    more = [act(DAY + timedelta(seconds=500 + 10 * n), eventName="ListBuckets") for n in range(40)]
    (told,) = stories([*noise, *grave, *more])
    for code in ("RD-017", "RD-005", "RD-041"):
        assert code in told
    assert told.count("40 times in a row") == 2
    assert len(told) < 1600


def test_a_thousand_different_things_are_a_short_story():
    """Of many the worst are told, and how many were left out."""
    items = [act(DAY + timedelta(seconds=n), eventName=f"Describe{n}") for n in range(1000)]
    (told,) = stories([*items, shot("root-key-made", DAY + timedelta(seconds=500))])
    assert "RD-005" in told
    assert "lesser events not told here" in told
    assert len(told) < 3000


def test_a_refused_call_did_no_harm():
    """It is told as refused, and no harm is claimed."""
    (told,) = stories([shot("root-terminates-instance", DAY) | {"errorCode": "AccessDenied"}])
    assert "refused" in told
    assert "Harm:" not in told


def test_what_was_hit_is_named():
    """The name that the request gives stands in the sentence."""
    made = shot("root-terminates-instance", DAY) | {"eventName": "DeleteBucket", "eventSource": "s3.amazonaws.com"}
    (told,) = stories([made | {"requestParameters": {"bucketName": "prod-data"}}])
    assert "prod-data" in told


def test_only_what_is_approved_is_told_as_approved():
    """A call beyond the window's scope is never told as approved by it."""
    scope = approved(ACCOUNT, at("10:00"), at("11:00"), events=("ListUsers",))
    told = " ".join(stories([act(at("10:30"), eventName="CreateUser")], scope))
    assert "approved by window" not in told
    assert "does not cover" in told
    assert "approved by window W-1" in " ".join(stories([act(at("10:30"))], scope))


def test_an_unknown_time_is_told_as_such():
    """Not as 1970."""
    told = " ".join(stories([shot("event-without-time", DAY) | {"eventTime": None}]))
    assert "unknown time" in told
    assert "1970" not in told


def test_where_root_is_not_behind_it_nothing_is_said_of_root():
    """A trail stopped by a user does not tell what root can still do."""
    stopped = shot("root-deletes-trail", DAY)
    stopped["userIdentity"] = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/x", "accountId": ACCOUNT}
    (told,) = stories([stopped])
    assert "root can still do" not in told


def test_a_story_until_an_alert_ends_with_it():
    """What came later is not in it."""
    watch = give(new_watch(), compromised_root())
    watch.flush(LATE)
    attack = incidents(watch.standing())[0]
    teller = Teller(attack)
    for alert in attack.alerts:
        assert teller.until(alert).endswith(f"[{alert.code}].")
        assert f"{attack.alerts[-1].event_time:%H:%M:%S}" not in teller.until(attack.alerts[0])
    assert teller.whole() == story(attack)


def test_a_long_name_does_not_fill_the_page():
    """Names are written by whoever acts."""
    made = sign_in(DAY) | {"userAgent": "x" * 5000, "sourceIPAddress": "y" * 5000}
    assert all(len(told) < 1500 for told in stories([made]))
