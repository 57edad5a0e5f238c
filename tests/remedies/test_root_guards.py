"""What stands between a plan and root's credentials: each guard refuses by itself, for its own reason, with exit 6."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from rootwarden.aws.hands import ENTERING, NO_WAY_IN, WriteError
from rootwarden.errors import Exit, RefusedError, UsageError
from rootwarden.flows.applying import guards
from rootwarden.flows.applying.guards.few_accounts import GUARD
from rootwarden.flows.applying.guards.guard import Guarded
from rootwarden.flows.applying.guards.no_mfa_delete import GUARD as NO_MFA_DELETE
from rootwarden.flows.applying.looking import Looked
from rootwarden.lab.blueprint import Bucket, Root, RootKey, World
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.model.plan import Plan
from tests.emulated.lab_at_work import client, entry
from tests.remedies.root_at_work import Desk, at_work
from tests.remedies.root_world import MANAGEMENT, NEW, attested, member, organization
from tests.remedies.test_root_deletion import DELETES, approved

Open = Callable[..., Desk]
OLD_KEY = Root(password=True, access_keys=(RootKey(last_used_days_ago=400),))


@pytest.fixture(scope="module", name="open_lab")
def _open_lab() -> Iterator[Lab]:
    """One server for the tests of this file."""
    with Lab() as lab:
        yield lab


@pytest.fixture(name="opened")
def _opened(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Seed a world of these members and sign in to its management account."""

    def opened(*members: Any) -> Desk:
        open_lab.reset()
        world: World = seed(open_lab.endpoint, organization(*members))
        return at_work(open_lab, world, tmp_path, monkeypatch)

    return opened


def refused(desk: Desk, plan: Plan, **more: Any) -> RefusedError:
    """Return why a plan is refused that is approved and whose mailboxes are in hand; nothing of it was done."""
    now = desk.clock.now()
    asked = {"windows": approved(now, *plan.accounts), "remedies": attested(now, *plan.accounts)} | more
    with pytest.raises(RefusedError) as caught:
        desk.apply(plan, **asked)
    assert caught.value.exit_code is Exit.REFUSED
    for account in plan.accounts:
        assert desk.calls(account, *DELETES) == []
    taken = [one["requestParameters"] for one in desk.lab.records(MANAGEMENT) if one["eventName"] == "AssumeRoot"]
    assert not [one for one in taken if "Delete" in one["taskPolicyArn"]["arn"]]
    return caught.value


def applied(desk: Desk, plan: Plan, **more: Any) -> Exit:
    """Apply such a plan and return how it ended."""
    now = desk.clock.now()
    asked = {"windows": approved(now, *plan.accounts), "remedies": attested(now, *plan.accounts)} | more
    done = desk.apply(plan, **asked)
    assert done is not None
    return done.exit


def test_every_guard_is_found() -> None:
    """Those of the folder, by walking it."""
    folder = Path(guards.__file__).parent
    holding = [path.stem for path in folder.glob("*.py") if "GUARD = " in path.read_text(encoding="utf-8")]
    assert len(guards.guards()) == len(holding) >= 5


# -- keys --------------------------------------------------------------------------------------------------------------
def test_a_key_used_lately_by_its_record(opened: Open) -> None:
    """AWS's own record of the last use is enough to refuse, though the trail shows nothing."""
    root = Root(password=True, access_keys=(RootKey(last_used_days_ago=89),))
    desk = opened(member(NEW, "new", root=root))
    error = refused(desk, desk.plan("RW-ROOT-08"))
    key = desk.lab.root_state(NEW).access_keys[0].id
    assert error.what == f"the access key ...{key[-4:]} of root in account {NEW} may be in use"
    assert error.why.startswith("it was last used on ")
    assert f"--key ...{key[-4:]} --accept-outage" in error.todo


def test_a_key_used_lately_by_the_trail(opened: Open) -> None:
    """The trail is enough to refuse, in whatever Region it was, though the record of the last use is old."""
    desk = opened(member(NEW, "new", root=OLD_KEY))
    plan = desk.plan("RW-ROOT-08")
    key = desk.lab.root_state(NEW).access_keys[0]
    used, region = key.last_used, "ap-south-1"
    client(desk.lab, "ec2", {"AccessKeyId": key.id, "SecretAccessKey": key.secret}, region).describe_vpcs()
    key.last_used = used
    error = refused(desk, plan)
    assert error.why.startswith(f"the trail shows it at work: ec2.amazonaws.com DescribeVpcs in {region} at ")


def test_a_key_whose_history_cannot_be_read(opened: Open) -> None:
    """What could not be read is no absence of use."""
    desk = opened(member(NEW, "new", root=OLD_KEY))
    plan = desk.plan("RW-ROOT-08")
    desk.lab.deny("cloudtrail:LookupEvents", account=NEW)
    assert "the event history could not be read: AccessDenied" in refused(desk, plan).why


def test_a_key_whose_last_use_cannot_be_read(opened: Open) -> None:
    """Nor is a record that root was not shown."""
    desk = opened(member(NEW, "new", root=OLD_KEY))
    plan = desk.plan("RW-ROOT-08")
    desk.lab.deny("iam:GetAccessKeyLastUsed", account=NEW)
    assert refused(desk, plan).why.startswith("when it was last used could not be read")


def test_an_account_that_cannot_be_looked_into(opened: Open) -> None:
    """Without the role that looks, nobody knows."""
    desk = opened(member(NEW, "new", root=OLD_KEY, remediate_role=False))
    error = refused(desk, desk.plan("RW-ROOT-08"))
    assert "cannot enter account" in error.why or "cannot enter account" in "\n".join(desk.told)


def test_an_outage_is_accepted_key_by_key(opened: Open) -> None:
    """One key of two that is named does not open the way for the other; both named, they go."""
    root = Root(password=True, access_keys=(RootKey(last_used_days_ago=2), RootKey(last_used_days_ago=3)))
    desk = opened(member(NEW, "new", root=root))
    plan = desk.plan("RW-ROOT-08")
    first, second = (key.id for key in desk.lab.root_state(NEW).access_keys)
    error = refused(desk, plan, accepted=(f"...{first[-4:]}",))
    assert f"...{second[-4:]}" in error.what
    assert applied(desk, plan, accepted=(f"...{first[-4:]}", second[-6:])) is Exit.FINE


@pytest.mark.parametrize("ending", ["...ZZZZ", "...A", "", "...."])
def test_an_outage_is_accepted_for_a_key_of_the_plan_only(opened: Open, ending: str) -> None:
    """An ending that names no key, or is too short to name one, is an error of whoever wrote it."""
    desk = opened(member(NEW, "new", root=OLD_KEY))
    plan, now = desk.plan("RW-ROOT-08"), desk.clock.now()
    with pytest.raises(UsageError, match="names no key"):
        desk.apply(plan, windows=approved(now, NEW), remedies=attested(now, NEW), accepted=(ending,))
    assert desk.calls(NEW, *DELETES) == []


def test_a_key_that_nothing_uses_goes(opened: Open) -> None:
    """Neither its record nor the trail shows it in 90 days."""
    desk = opened(member(NEW, "new", root=OLD_KEY))
    assert applied(desk, desk.plan("RW-ROOT-08")) is Exit.FINE


# -- buckets -----------------------------------------------------------------------------------------------------------
def test_mfa_delete_keeps_root(opened: Open) -> None:
    """A bucket that only root can empty: root's device must not go."""
    desk = opened(member(NEW, "new", buckets=(Bucket(name="precious-new", mfa_delete=True), Bucket(name="plain-new"))))
    error = refused(desk, desk.plan("RW-ROOT-08"))
    assert error.what == f"buckets of account {NEW} have MFA Delete on: precious-new"


def test_a_bucket_that_cannot_be_read_keeps_root_too(opened: Open) -> None:
    """Nobody knows whether it has MFA Delete on."""
    desk = opened(member(NEW, "new", buckets=(Bucket(name="plain-new"),)))
    plan = desk.plan("RW-ROOT-08")
    desk.lab.deny("s3:GetBucketVersioning", account=NEW)
    assert refused(desk, plan).what == f"whether the bucket plain-new of account {NEW} has MFA Delete on is not known"


def test_buckets_that_cannot_be_listed_keep_root_too(opened: Open) -> None:
    """Nor where nobody knows which buckets there are."""
    desk = opened(member(NEW, "new"))
    plan = desk.plan("RW-ROOT-08")
    desk.lab.deny("s3:ListAllMyBuckets", account=NEW)
    error = refused(desk, plan)
    assert error.what == f"whether a bucket of account {NEW} has MFA Delete on is not known"
    assert "list the buckets" in error.todo

    def shut(account: str, looks: object) -> Any:
        raise WriteError(ENTERING, "AccessDenied", message=f"cannot enter account {account}")

    on = Guarded(changes=plan.changes, seen=Looked({}, {}), request=desk.request(), enter=shut, now=desk.clock.now())
    assert {one.todo for one in NO_MFA_DELETE.check(on)} == {NO_WAY_IN}


# -- another way in, the mailbox, the number ---------------------------------------------------------------------------
def test_root_stays_where_nobody_else_can_come_in(opened: Open) -> None:
    """RW-IAM-13 is judged anew: what was there when the plan was made may be gone."""
    desk = opened(member(NEW, "new"))
    plan = desk.plan("RW-ROOT-08")
    iam = client(desk.lab, "iam", entry(desk.lab, NEW))
    for name in (role["RoleName"] for role in iam.list_roles()["Roles"]):
        for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
        for inline in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=inline)
    error = refused(desk, plan)
    assert error.what == f"no administrator but root is known to get into account {NEW}"
    assert "RW-IAM-13" in error.todo


def test_root_stays_where_nobody_knows_who_can_come_in(opened: Open) -> None:
    """UNKNOWN is no PASS."""
    desk = opened(member(NEW, "new"))
    plan = desk.plan("RW-ROOT-08")
    desk.lab.deny("iam:GetAccountAuthorizationDetails", account=NEW)
    assert refused(desk, plan).what == f"no administrator but root is known to get into account {NEW}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nobody has attested"),
        (f"{MANAGEMENT}=ines@example.com=2026-01-01", "nobody has attested"),
        (f"{NEW}=ines@example.com=2001-01-01", "more than 90 days ago"),
        (f"{NEW}=ines@example.com=2999-01-01", "yet to come"),
        (f"{NEW}=ines@example.com=soon", "is no date"),
        (f"{NEW}=2026-01-01", "has 2 parts"),
    ],
)
def test_root_stays_while_its_mailbox_may_be_out_of_reach(opened: Open, text: str, why: str) -> None:
    """Recovery goes there and nowhere else: somebody must have tried it lately."""
    desk = opened(member(NEW, "new"))
    settings = {"delete-member-root-credentials": {"mailbox_attested": (text,) if text else ()}}
    assert why in refused(desk, desk.plan("RW-ROOT-08"), remedies=settings).why


def test_an_attestation_that_ages_while_the_plan_waits(opened: Open) -> None:
    """It must hold when it is applied, not when it was announced."""
    desk = opened(member(NEW, "new"))
    plan, settings = desk.plan("RW-ROOT-08"), attested(desk.clock.now() - timedelta(days=89), NEW)
    assert desk.apply(plan, lambda *_: False, remedies=settings, dry_run=True) is None
    desk.clock.ahead = timedelta(days=3)
    assert "more than 90 days ago" in refused(desk, plan, remedies=settings).why


def test_ten_accounts_a_batch_and_no_more(opened: Open) -> None:
    """Eleven at once are too many, whatever else holds."""
    desk = opened(member(NEW, "new"))
    plan = desk.plan("RW-ROOT-08")
    change = plan.changes[0]

    def said(count: int) -> list[str]:
        many = tuple(replace(change, account=f"2222222222{n:02}") for n in range(count))
        on = Guarded(changes=many, seen=Looked({}, {}), request=desk.request(), enter=lambda *_: desk,  # type: ignore[arg-type,return-value]
                     now=desk.clock.now())  # fmt: skip
        return [one.what for one in GUARD.check(on)]

    assert said(10) == []
    assert said(11) == ["root credentials of 11 accounts would be deleted at once"]
