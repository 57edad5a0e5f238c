"""`rootwarden runbook --wait` over the lab: it looks until AWS shows it, and says in words what it saw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rootwarden.errors import UsageError
from rootwarden.flows.collect import CollectRequest
from rootwarden.flows.following import Followed, FollowRequest, follow
from rootwarden.lab.blueprint import Account, Root, RootKey, User, World
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.report.runbooks import find
from tests.emulated.collecting import ONE_REGION, sign_in
from tests.emulated.lab_at_work import client, entry
from tests.journeys import terminal
from tests.remedies.root_at_work import Later
from tests.remedies.root_world import MANAGEMENT, OLD, member, organization

ALONE = "111111111101"
SOURCES = Path(__file__).parents[2] / "src"


@pytest.fixture(name="lab")
def _lab(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A standalone account whose root has a password, a key, a certificate and no MFA, and a user without MFA."""
    with Lab() as lab:
        root = Root(password=True, access_keys=(RootKey(),), certificates=("active",))
        ana = User(name="ana", password=True)
        account = Account(id=ALONE, name="alone", email="alone@example.com", root=root, users=(ana,))
        seed(lab.endpoint, World(name="alone", story="One account.", accounts=(account,)))
        sign_in(monkeypatch, lab, ALONE)
        yield lab


class Doer(Later):
    """A clock on which somebody does something at the third look."""

    def __init__(self, deed: Callable[[], Any]) -> None:
        """Take the deed."""
        super().__init__()
        self._deed, self._looks = deed, 0

    def sleep(self, seconds: float) -> None:
        """Let the time pass; the second time do it."""
        super().sleep(seconds)
        self._looks += 1
        if self._looks == 2:
            self._deed()


def followed(
    name: str, clock: Later, subject: str = "", within: float = 900, *, whole: bool = False
) -> tuple[Followed, list[str]]:
    """Follow a runbook; return how it ended and what was told."""
    told: list[str] = []
    request = FollowRequest(
        runbook=find(name), reading=CollectRequest(regions=ONE_REGION), subject=subject, within=within,
        whole=whole,
    )  # fmt: skip
    return follow(request, told.append, clock), told


def test_root_mfa_is_waited_for(lab: Lab) -> None:
    """What is seen is told once, and again when something else is; then it is confirmed."""
    found, told = followed("root-mfa", Doer(lambda: lab.root_state(ALONE).set_mfa(["security-key"])))
    assert found.confirmed
    assert told == [
        f"RW-ROOT-01 in account {ALONE}: FAIL. Root has no MFA device. Anyone who gets hold of its password or keys "
        "controls everything in this account.",
        f"RW-ROOT-01 in account {ALONE}: PASS. Root has an MFA device.",
    ]


def test_an_app_is_a_first_step(lab: Lab) -> None:
    """It is confirmed as what it is: what root's devices lack still is named."""
    found, _ = followed("root-mfa", Doer(lambda: lab.root_state(ALONE).set_mfa(["virtual"])))
    assert (found.confirmed, found.left[0]) == (True, "RW-ROOT-02 (FAIL)")
    assert [one.partition(" ")[0] for one in found.left] == ["RW-ROOT-02", "RW-ROOT-03"]


def test_the_step_that_is_open_is_waited_for(lab: Lab) -> None:
    """With an app there already nothing is confirmed before a key is in its place."""
    lab.root_state(ALONE).set_mfa(["virtual"])
    assert followed("root-mfa", Later(), within=60)[0].confirmed is False
    found, told = followed("root-mfa", Doer(lambda: lab.root_state(ALONE).set_mfa(["security-key"])))
    assert found.confirmed
    assert ["RW-ROOT-02" in told[0], ": FAIL. " in told[0], ": FAIL. " in told[-1]] == [True, True, False]
    last, _ = followed("root-mfa", Later())
    assert (last.confirmed, last.can_tell) == (False, False)  # who counts devices is a root audit, or a person


def test_the_whole_is_waited_for(lab: Lab) -> None:
    """The first step is not enough then."""
    deed = Doer(lambda: lab.root_state(ALONE).set_mfa(["virtual"]))
    found, told = followed("root-mfa", deed, within=120, whole=True)
    assert (found.confirmed, found.can_tell) == (False, True)
    assert all(code in told[-1] for code in ("RW-ROOT-01", "RW-ROOT-02", "RW-ROOT-03"))


def test_the_time_ends(lab: Lab) -> None:
    """Nobody did anything: not confirmed, and nothing was told twice."""
    found, told = followed("root-mfa", Later(), within=60)
    assert (found.confirmed, found.can_tell, len(told)) == (False, True, 1)


@pytest.mark.parametrize(
    ("name", "fields"),
    [("root-access-keys", {"access_keys": []}), ("root-signing-certificates", {"certificates": []})],
)
def test_what_root_deletes_by_hand_is_seen_at_once(lab: Lab, name: str, fields: dict[str, Any]) -> None:
    """By the account's summary, which does not wait for a credential report."""
    found, told = followed(name, Doer(lambda: lab.root_state(ALONE).update(fields)))
    assert found.confirmed
    assert [": FAIL. " in told[0], ": PASS. " in told[-1]] == [True, True]


def test_user_mfa_is_seen_by_the_user_s_devices(lab: Lab) -> None:
    """ListMFADevices, for the report would be hours late."""
    iam = client(lab, "iam", entry(lab, ALONE))

    def enrol() -> None:
        serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="ana")["VirtualMFADevice"]["SerialNumber"]
        iam.enable_mfa_device(
            UserName="ana", SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="234567"
        )

    found, told = followed("user-mfa", Doer(enrol), "ana")
    assert found.confirmed
    assert told == [
        "IAM lists no MFA device of ana yet",
        f"IAM lists arn:aws:iam::{ALONE}:mfa/ana as MFA device of ana",
    ]


def test_nobody_of_that_name(lab: Lab) -> None:
    """Waiting for somebody who is not there would never end."""
    with pytest.raises(UsageError, match="there is no user bob"):
        followed("user-mfa", Later(), "bob")


def test_what_aws_cannot_tell_is_not_waited_for(lab: Lab) -> None:
    """The address of a standalone account: a person has to look."""
    found, _ = followed("root-email", Later())
    assert (found.confirmed, found.can_tell) == (False, False)


def test_at_the_terminal(lab: Lab) -> None:
    """8 while it is not there, 0 when it is; on stderr in words what was seen."""
    env = lab.environment(ALONE, "Admin") | {"PYTHONPATH": str(SOURCES)}
    asked = ("runbook", "root-mfa", "--wait", "--quiet", "--within", "1s", "--every", "1s")
    waiting = terminal.rootwarden(*asked, env=env)
    assert (waiting.code, waiting.out) == (8, "")
    assert f"RW-ROOT-01 in account {ALONE}: FAIL. Root has no MFA device." in waiting.err
    assert waiting.err.endswith("rootwarden: not confirmed yet; wait on with the same command\n")
    lab.root_state(ALONE).set_mfa(["security-key"])
    more = terminal.rootwarden(*asked, env=env)
    assert (more.code, more.out) == (8, "")
    assert "RW-ROOT-02 in account" in more.err and ": FAIL. " not in more.err
    assert more.err.endswith("rootwarden: not confirmed yet; AWS has no call that tells; a person has to look\n")
    lab.root_state(ALONE).update({"access_keys": []})
    done = terminal.rootwarden("runbook", "root-access-keys", *asked[2:], env=env)
    assert (done.code, done.out) == (0, "")
    assert done.err.endswith("rootwarden: confirmed by AWS\n")


@pytest.mark.parametrize(
    ("runbook", "settings", "codes"),
    [
        ("root-mfa", "[controls.root-mfa-two-devices]\nmin_devices = {}\n", {2: 8, 1: 0}),
        (
            "root-email",
            '[controls.root-email-controlled]\nallowed_domains = ["{}"]\n',
            {"c.example": 8, "example.com": 0},
        ),
    ],
    ids=["root-mfa", "root-email"],
)
def test_the_configuration_decides_what_is_enough(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runbook: str, settings: str, codes: dict[Any, int]
) -> None:
    """As an audit judges by it: else what people were told to write would confirm nothing. A slip in it is said."""
    lab.reset()
    seed(lab.endpoint, organization(member(OLD, "old", root=Root(password=True))))
    lab.root_state(OLD).set_mfa(["security-key"])
    sign_in(monkeypatch, lab, MANAGEMENT)
    env = lab.environment(MANAGEMENT, "Admin") | {"PYTHONPATH": str(SOURCES), "HOME": str(tmp_path)}
    asked = ("runbook", runbook, "--wait", "--quiet", "--within", "1s", "--every", "1s", "--account", OLD)
    for value, code in codes.items():
        (tmp_path / "rootwarden.toml").write_text(settings.format(value), encoding="utf-8")
        found = terminal.rootwarden(*asked, env=env, cwd=tmp_path)
        assert (found.code, found.out) == (code, ""), found.err
    (tmp_path / "rootwarden.toml").write_text(settings.format(value).replace(" = ", "x = "), encoding="utf-8")
    slip = terminal.rootwarden(*asked, env=env, cwd=tmp_path)
    assert (slip.code, "did you mean" in slip.err) == (2, True)


def test_what_cannot_be_waited_for_is_said_first(lab: Lab) -> None:
    """Neither for nobody nor without credentials is a whole runbook printed."""
    env = lab.environment(ALONE, "Admin") | {"PYTHONPATH": str(SOURCES)}
    nobody = terminal.rootwarden("runbook", "user-mfa", "bob", "--wait", "--within", "1s", env=env)
    assert (nobody.code, nobody.out) == (2, "")
    assert "there is no user bob in this account" in nobody.err
    ana = terminal.rootwarden("runbook", "user-mfa", "ana", "--wait", "--within", "1s", env=env)
    assert (ana.code, ana.out.partition("\n")[0]) == (8, "user-mfa  Have an IAM user register MFA (ana)")
