"""`plan --only` and `--skip`: controls and remedies by name, alone and together; no wish is ignored in silence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rootwarden.cli import main
from rootwarden.flows.nothing_planned import nothing_planned
from tests.journeys.snapshots import HEADER, write
from tests.journeys.terminal import Answer
from tests.laws.good import ALONE, MANAGEMENT, MEMBER, good_organization, good_standalone
from tests.laws.good_identity import account_summary, credential_report, privileged_audit

VALIDATION, CONTACT = "enable-log-file-validation", "register-security-contact"
SWITCH, DELETION = "enable-root-credentials-management", "delete-member-root-credentials"
KEYS = "delete-root-access-keys"
CONFIGURED = """
[remedies.register-security-contact]
name = "Security"
title = "On call"
email = "security@example.com"
phone = "+12025550179"
"""


class Planned(NamedTuple):
    """What a plan holds: which remedies change something, and why each finding of which control is left."""

    answer: Answer
    remedies: set[str]
    left: dict[str, str]


Run = Callable[..., Answer]
Make = Callable[..., Planned]


def facts() -> dict[str, Any]:
    """Return an account in which log files are not validated and nobody is the security contact."""
    own = dict(good_standalone().accounts[ALONE])
    own["cloudtrail.trails"] = [one | {"LogFileValidationEnabled": False} for one in own["cloudtrail.trails"]]
    own["account.contacts"] = own["account.contacts"] | {"SECURITY": None}
    return own


def account(path: Path, own: dict[str, Any]) -> None:
    """Write a snapshot of the account."""
    write(
        path, {**HEADER, "scope": HEADER["scope"] | {"regions": []}, "caller": ALONE},
        {"organization": {"org.organization": None}}, {"account": ALONE, "facts": own},
    )  # fmt: skip


@pytest.fixture(name="run")
def _run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    account(tmp_path / "s.gz", facts())
    (tmp_path / "rootwarden.toml").write_text(CONFIGURED)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: str) -> Answer:
        capsys.readouterr()
        code = main.run(arguments)
        return Answer(code, *capsys.readouterr())

    return run


@pytest.fixture(name="make")
def _make(run: Run) -> Make:
    def make(*arguments: str) -> Planned:
        answer = run("plan", "--snapshot", "s.gz", "-o", "plan.json", *arguments)
        assert answer.code == 0, answer.err
        plan = json.loads(Path("plan.json").read_text())
        left = {one["control"]: one["why"] for one in plan["left"]}
        return Planned(answer, {one["remedy"] for one in plan["changes"]}, left)

    return make


@pytest.mark.parametrize("remedy", [VALIDATION, CONTACT])
def test_a_remedy_plans_the_findings_it_answers_and_no_others(make: Make, remedy: str) -> None:
    """The control that names it is judged, whether or not anybody knows its code; case does not matter."""
    found = make("--only", remedy)
    assert (found.remedies, found.left) == ({remedy}, {})
    assert "nothing that Rootwarden would change" not in found.answer.out
    assert make("--only", remedy.upper()).remedies == {remedy}


def test_remedies_and_controls_go_together(make: Make) -> None:
    """What answers findings, what is only wished for, and a control."""
    assert make("--only", f"{VALIDATION},RW-POL-05").remedies == {VALIDATION, CONTACT}
    both = make("--only", f"{VALIDATION},enable-guardduty")
    assert VALIDATION in both.remedies
    assert both.remedies <= {VALIDATION, "enable-guardduty"}
    assert len(both.remedies) + len(both.left) == 2


def test_a_remedy_that_a_person_does_is_known_too(make: Make) -> None:
    """`explain` names it, so it can be asked for: here nothing of it is left to do."""
    assert make("--only", "enable-root-mfa").remedies == set()


def test_what_is_skipped_is_left_out(make: Make) -> None:
    """Of findings and of wishes; --skip wins over --only."""
    whole = make()
    assert {VALIDATION, CONTACT} <= whole.remedies
    assert make("--skip", VALIDATION).remedies == whole.remedies - {VALIDATION}
    assert make("--skip", f"{VALIDATION},RW-POL-05").remedies == whole.remedies - {VALIDATION, CONTACT}
    assert make("--only", f"{VALIDATION},{CONTACT}", "--skip", CONTACT).remedies == {VALIDATION}
    Path("rootwarden.toml").write_text("[remedies.enable-guardduty]\n")
    assert "guardduty" in make().left[""]
    assert "" not in make("--skip", "enable-guardduty").left


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--only", "RW-IAM-13"), "RW-IAM-13: passes, so that create-admin-path has nothing to do"),
        (("--only", VALIDATION, "--skip", "RW-TRAIL-03,RW-ROOT-04"), None),
        (("--only", "log-trail-bucket-access"), "RW-TRAIL-07: passes, so that log-trail-bucket-access has nothing"),
        (("--only", f"RW-IAM-13,{VALIDATION}", "--skip", "RW-TRAIL-03"),
         f"{VALIDATION}: it answers RW-TRAIL-03, which --skip leaves out"),
        (("--only", "RW-IAM-13,RW-TRAIL-03", "--skip", VALIDATION),
         f"RW-TRAIL-03: --skip leaves out {VALIDATION}, which answers it"),
        (("--skip", "RW-TRAIL-03,RW-POL-05"), "25 controls: of 29 findings 3 have to be looked at by a person"),
    ],
)  # fmt: skip
def test_a_plan_of_nothing_says_why(run: Run, options: tuple[str, ...], said: str | None) -> None:
    """Of each control and remedy that was chosen: it passes, is done, or is skipped; in text, JSON, Markdown."""
    answer = run("plan", "--snapshot", "s.gz", "-o", "plan.json", "-o", "plan.md", *options)
    assert answer.code == 0, answer.err
    said = said or f"{VALIDATION}: it answers RW-TRAIL-03, which --skip leaves out"
    assert said in " ".join(answer.out.split())
    told = [f"{one['about']}: {one['why']}" for one in json.loads(Path("plan.json").read_text())["untouched"]]
    assert any(said in one for one in told)
    assert said in Path("plan.md").read_text()


def organization_without_central_root(**member: Any) -> None:
    """Write a snapshot in which root's credentials cannot be deleted centrally yet; `member` is what one lists."""
    world = good_organization()
    organization = world.organization | {"iam.org_features": {"EnabledFeatures": []}, "org.service_access": []}
    accounts = dict(world.accounts)
    accounts[MEMBER] = accounts[MEMBER] | {
        "iam.account_summary": account_summary(root=True)
        | {"AccountAccessKeysPresent": len(member.get("access_keys", []))},
        "iam.credential_report": credential_report(MEMBER, root=True),
        "root.privileged_audit": privileged_audit() | member,
    }
    Path("rootwarden.toml").write_text(
        f'[remedies.{DELETION}]\nmailbox_attested = ["{MEMBER}=priya@example.com=2026-11-20"]\n'
    )
    write(
        Path("s.gz"), {**HEADER, "scope": {"org": True, "regions": []}, "accounts_expected": 3, "caller": MANAGEMENT},
        {"organization": organization}, *({"account": one, "facts": own} for one, own in accounts.items()),
    )  # fmt: skip


def test_what_other_remedies_have_to_do_first_is_said(make: Make) -> None:
    """A member's root password fails only once it can be deleted centrally: still it is not silently missing."""
    organization_without_central_root(login_profile=True)
    assert {SWITCH, DELETION} <= make().remedies
    alone = make("--only", DELETION)
    assert alone.remedies == set()
    assert SWITCH in alone.left["RW-ROOT-08"]
    (left,) = json.loads(Path("plan.json").read_text())["left"]
    together = left["todo"].partition("--only ")[2].rstrip("`")
    assert {SWITCH, DELETION} <= set(together.split(","))
    assert make("--only", together).remedies == set(together.split(","))
    assert make("--only", together).left == {}
    assert "RW-ROOT-08" not in make("--skip", DELETION).left


def test_what_is_left_until_then_says_what_to_plan_with_it(make: Make) -> None:
    """A root access key fails anyhow; the reason is the remedy's own, and what to do is one command."""
    key = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Inactive", "CreateDate": "2020-01-01T00:00:00Z"}
    organization_without_central_root(access_keys=[key])
    assert {SWITCH, KEYS} <= make().remedies
    alone = make("--only", KEYS)
    assert alone.left == {"RW-ROOT-04": "the organization does not manage root credentials centrally"}
    (left,) = json.loads(Path("plan.json").read_text())["left"]
    assert {SWITCH, KEYS} <= set(left["todo"].partition("--only ")[2].rstrip("`").split(","))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--only", "enable-log-file-validatoin"), "did you mean enable-log-file-validation?"),
        (("--skip", "enable-log-file-validatoin"), "did you mean enable-log-file-validation?"),
        (("--only", "RW-TRAIL-99"), "no control or remedy is called 'RW-TRAIL-99'"),
        (("--only", VALIDATION, "--skip", VALIDATION), "nothing is left to plan"),
    ],
)
def test_unknown_names_and_nothing_left(run: Run, arguments: tuple[str, ...], said: str) -> None:
    """Both kinds of names are looked through for the closest."""
    answer = run("plan", "--snapshot", "s.gz", *arguments)
    assert (answer.code, said in answer.err) == (2, True), answer.err


@pytest.mark.parametrize(("code", "taken"), [("XX", False), ("UK", False), ("GB", True), ("CH", True)])
def test_a_country_that_is_none_is_refused(make: Make, code: str, taken: bool) -> None:
    """AWS asks for a code of ISO 3166, which says GB where many write UK."""
    Path("rootwarden.toml").write_text(
        '[remedies.register-primary-contact]\nfull_name = "Ana Maria"\naddress_line1 = "1 High Street"\n'
        'city = "Town"\npostal_code = "1000"\nstate_or_region = "S"\nphone_number = "+12025550179"\n'
        f'country_code = "{code}"\n'
    )
    why = make("--only", "register-primary-contact").left[""]
    assert (f"country_code = '{code}' is nothing that AWS takes" in why) is not taken, why


def test_what_is_wished_for_and_there_is_done_already() -> None:
    """No finding asks for it, and no account lacks it."""
    told = [*nothing_planned((), (), {"enable-guardduty": False, "enable-access-analyzer": True})]
    assert [(one.about, one.why) for one in told] == [("enable-guardduty", "done already: what it would make is there")]


def test_one_text_where_a_list_belongs_is_answered_with_the_list(run: Run) -> None:
    """How the setting is written, with the value that was meant."""
    Path("rootwarden.toml").write_text('[remedies.watch-cost-anomalies]\nemails = "x@y.example"\n')
    answer = run("plan", "--snapshot", "s.gz")
    assert answer.code == 2
    assert "a list of texts is expected, found 'x@y.example'. Next: write emails = [\"x@y.example\"]" in answer.err
