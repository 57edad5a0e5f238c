"""A roster that names a policy which is not there is refused before anything is planned; unread is said, not passed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from rootwarden.errors import InputError
from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.people.ground import Ground
from rootwarden.people.named_policies import KNOWN, NAMED, check_policies, to_be_asked
from rootwarden.proofs.iam_directory import FACT
from tests.remedies.people_at_work import ACCOUNT, person, roster

AWS = "arn:aws:iam::aws:policy/"
OWN = f"arn:aws:iam::{ACCOUNT}:policy/staff/shop"
DENIED = Unknown("AccessDenied", "iam.GetPolicy", ("iam:GetPolicy",))


def ground(*policies: str, asked: Any = None, top: str = "", attached: tuple[str, ...] = ()) -> Ground:
    """Return the account of a roster whose developers are given these policies; `asked` is the fact of named ones."""
    wanted = roster(person("dana"), top=top, jobs={"developers": f"{{policies: [{', '.join(policies)}]}}"})
    facts: dict[str, Any] = {FACT: {"users": [], "groups": [], "policies": [{"Arn": one} for one in attached]}}
    facts |= {} if asked is None else {NAMED: asked}
    now = datetime(2026, 11, 26, tzinfo=UTC)
    return Ground(wanted, ACCOUNT, "aws", now, facts, lambda _: pytest.fail("looked"))


def shown(name: str, policy: Any) -> dict[str, Any]:
    """Return the fact as it reads when AWS was asked for one policy."""
    return {"policies": [{"Arn": AWS + name, "Policy": policy}]}


def test_what_is_known_needs_no_call() -> None:
    """AWS's policies for job functions, and what the account shows; of anything else AWS is asked."""
    known = ground(*sorted(KNOWN)[:10])
    assert to_be_asked(known.roster) == ()
    check_policies(known, "r.yaml", centre=False)
    attached = ground("AmazonS3ReadOnlyAccess", OWN, attached=(f"{AWS}AmazonS3ReadOnlyAccess", OWN))
    assert to_be_asked(attached.roster) == ("AmazonS3ReadOnlyAccess",)
    check_policies(attached, "r.yaml", centre=False)
    assert known.left == attached.left == []
    asked = ground("AmazonEC2FullAccess", asked=shown("AmazonEC2FullAccess", {"PolicyName": "AmazonEC2FullAccess"}))
    check_policies(asked, "r.yaml", centre=True)
    assert asked.left == []


MISSING = [
    ("PowerUserAcess", "did you mean PowerUserAccess?"),
    (f"{AWS}PowerUserAcess", "did you mean PowerUserAccess?"),
    ("Billing", "did you mean job-function/Billing?"),
    ("job-functions/SupportUser", "did you mean job-function/SupportUser?"),
    ("Zebra", "AWS Managed Policy Reference Guide"),
    (f"{OWN}p", f"did you mean {OWN}?"),
    (OWN.replace(ACCOUNT, "9" * 12), "did you mean"),
]


@pytest.mark.parametrize("centre", [False, True])
@pytest.mark.parametrize(("written", "todo"), MISSING)
def test_what_is_not_there_is_bad_input(written: str, todo: str, centre: bool) -> None:
    """File, field and the nearest name are said, with the exit code of bad input; in Identity Center as well."""
    name = written.removeprefix(AWS)
    there = ground("SecurityAudit", written, asked=shown(name, None), attached=(OWN,))
    with pytest.raises(InputError) as error:
        check_policies(there, "r.yaml", centre=centre)
    assert error.value.exit_code == 2
    assert "r.yaml: groups.developers.policies[1]" in str(error.value)
    if centre and f"::{ACCOUNT[0]}" not in written and "::9" not in written:
        assert todo in str(error.value)
    elif not centre:
        assert todo in str(error.value)
        assert f"there is no policy {written}" in str(error.value)


def test_a_policy_of_the_account_is_nothing_for_a_permission_set() -> None:
    """Identity Center attaches AWS's own by ARN and no other: said when planning, with what to do."""
    with pytest.raises(InputError, match="AWS's own policies only") as error:
        check_policies(ground(OWN, attached=(OWN,)), "r.yaml", centre=True)
    assert "under documents" in str(error.value)


@pytest.mark.parametrize("asked", [
    None, DENIED, DENIED.mark(), shown("AmazonEC2FullAccess", DENIED.mark()), {"policies": []}, {"policies": "x"},
    shown("AmazonEC2FullAccess", "x"), {"policies": [{"Arn": f"{AWS}AmazonEC2FullAccess"}]},
])  # fmt: skip
def test_what_could_not_be_read_is_said_to_be_unchecked(asked: Any) -> None:
    """Denied, not asked for, or malformed: it is left as unchecked with the right that was missing, never passed."""
    there = ground("AmazonEC2FullAccess", asked=asked)
    check_policies(there, "r.yaml", centre=False)
    assert [one.title for one in there.left] == ["policy AmazonEC2FullAccess"]
    assert "unchecked" in there.left[0].why
    assert "iam:GetPolicy" in there.left[0].why
    assert "groups.developers.policies[0]" in there.left[0].todo


def test_the_boundary_is_looked_at_too() -> None:
    """A boundary by ARN that is not there is named by its field."""
    with pytest.raises(InputError, match=r"r\.yaml: boundary\.arn"):
        check_policies(ground("SecurityAudit", top=f"boundary: {{arn: '{OWN}'}}"), "r.yaml", centre=False)


def test_an_account_that_cannot_be_read_is_no_account_without_policies() -> None:
    """Where the account's policies are unread, nothing is said to be missing."""
    there = ground(OWN)
    there.facts = {FACT: DENIED}
    with pytest.raises(UnseenError):
        check_policies(there, "r.yaml", centre=False)
