"""`rootwarden runbook`, as a person meets it at a terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rootwarden import catalogue
from rootwarden.catalogue.remedying import remedies
from rootwarden.report.runbook_text import as_markdown, as_text
from rootwarden.report.runbooks import by_hand, runbooks
from tests.journeys import terminal
from tests.journeys.snapshots import one_account
from tests.journeys.terminal import Answer

SOURCES = Path(__file__).parents[2] / "src" / "rootwarden"


def rootwarden(*arguments: str) -> Answer:
    """Run the program as it is beside these tests."""
    return terminal.rootwarden(*arguments, env={"PYTHONPATH": str(SOURCES.parent)})


def test_runbooks_are_listed() -> None:
    """One line each, with what must be named beside the runbook."""
    answer = rootwarden("runbook")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == (
        "root-access-keys            Delete root's access keys\n"
        "root-email                  Change root's e-mail address\n"
        "root-mfa                    Register MFA for the root user\n"
        "root-password-unused        Stop using root\n"
        "root-signing-certificates   Delete root's signing certificates\n"
        "user-mfa USER               Have an IAM user register MFA\n"
    )


def test_root_mfa() -> None:
    """The whole text: first step, target, spare device with another custodian, the way there, the guide's slip."""
    answer = rootwarden("runbook", "root-mfa", "--account", "111122223333")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == ROOT_MFA


def test_user_mfa_is_the_guide_s_own_way() -> None:
    """By way of IAM, Users; with the user's name in it."""
    answer = rootwarden("runbook", "user-mfa", "ana")
    assert (answer.code, answer.err) == (0, "")
    assert "IAM > Users > ana > Security credentials > Multi-factor authentication" in " ".join(answer.out.split())
    assert "aws iam list-mfa-devices --user-name ana" in answer.out
    assert "rootwarden runbook user-mfa ana --wait" in answer.out


def test_what_the_guide_gets_wrong_is_said() -> None:
    """The option of create-trail, and that a trail has to be started."""
    answer = rootwarden("runbook", "root-password-unused")
    text = " ".join(answer.out.split())
    assert "Its create-trail says --s3-bucket; the option is --s3-bucket-name." in text
    assert "records nothing until start-logging" in text
    assert "--s3-bucket-name BUCKET" in text and "aws cloudtrail start-logging --name NAME" in text


def test_markdown_for_a_wiki() -> None:
    """The same text with headings, numbers and fenced commands."""
    answer = rootwarden("runbook", "root-mfa", "-o", "markdown")
    assert answer.out.startswith("# Register MFA for the root user\n\nGive root a second factor that cannot be phished")
    assert "\n## What to do\n\n1. Sign in as the root user of account ACCOUNT_ID" in answer.out
    assert "   **the account's name at the top right** > **Security credentials**" in answer.out


@pytest.mark.parametrize("name", list(runbooks()))
def test_every_runbook_fits_80_columns_and_leaves_nothing_open(name: str) -> None:
    """No line is wider, but for what cannot be broken; no brace is left; every control named exists."""
    found = runbooks()[name]
    text = as_text(found, "111122223333", "ana" if found.runbook.argument else "")
    wide = [line for line in text.splitlines() if len(line) > 80]
    assert all(len(line.split()) == 1 or line.lstrip().startswith("--") for line in wide)
    assert "{" not in text + as_markdown(found)
    assert {*re.findall(r"RW-[A-Z]+-\d\d", text)} <= {one.control.code for one in catalogue.controls()}
    assert all(catalogue.find(code) for code in found.runbook.controls)


def test_what_points_to_a_runbook_points_to_one_that_exists() -> None:
    """In plans by the remedy of a control, in the words of remedies and proofs by name."""
    slugs = {one.control.remedy for one in catalogue.controls()}
    assert {slug for one in runbooks().values() for slug in one.runbook.remedies} <= slugs
    named = {
        name
        for room in ("remedies", "proofs", "controls")
        for path in (SOURCES / room).glob("*.py")
        for name in re.findall(r"rootwarden runbook ([a-z-]+)", path.read_text(encoding="utf-8"))
    }
    assert named <= set(runbooks())
    assert by_hand("enable-root-mfa") == "rootwarden runbook root-mfa"
    assert by_hand("require-user-mfa", "arn:aws:iam::111122223333:user/team/ana") == "rootwarden runbook user-mfa ana"
    assert by_hand("no-such-remedy") == ""
    both = {slug for one in runbooks().values() for slug in one.runbook.remedies} & set(remedies())
    for slug in both:  # where there is a remedy too, it points to the runbook itself
        text = (SOURCES / "remedies" / f"{slug.replace('-', '_')}.py").read_text(encoding="utf-8")
        assert "rootwarden runbook" in text, slug


def test_a_plan_says_which_runbook(tmp_path: Path) -> None:
    """What no program can do is left, with the command that leads through it."""
    facts = {"iam.account_summary": {"AccountMFAEnabled": 0, "AccountPasswordPresent": 1, "AccountAccessKeysPresent": 0,
                                     "AccountSigningCertificatesPresent": 0}}  # fmt: skip
    file = one_account(tmp_path / "s.gz", facts)
    answer = rootwarden("plan", "--snapshot", str(file), "--only", "RW-ROOT-01", "--plain")
    assert (answer.code, answer.err) == (0, "")
    assert "A person has to do it:" in answer.out
    assert "`rootwarden runbook root-mfa` leads through it" in " ".join(answer.out.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("rot-mfa",), "no runbook is called 'rot-mfa': did you mean root-mfa?"),
        (("root-mfa", "ana"), "the runbook root-mfa is about nobody in particular"),
        (("user-mfa", "--wait"), "USER is missing"),
    ],
)
def test_what_makes_no_sense_is_said(arguments: tuple[str, ...], said: str) -> None:
    """Usage errors name what is close, or what is missing."""
    answer = rootwarden("runbook", *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


ROOT_MFA = """\
root-mfa  Register MFA for the root user

Give root a second factor that cannot be phished, and a spare one that somebody
else keeps.

Whoever learns root's password otherwise owns the account. No program can do
this: only root itself registers its devices, at the console, with the device in
hand.

What you need
  - Root's e-mail address, its password, and the mailbox: AWS may send a code
    there.
  - Two security keys (FIDO2), or one and a passkey; an authenticator app will
    do for the first minutes only.
  - Two people: one who keeps the first device, another who keeps the second, in
    another place.
  - In a member account think first: root credentials that are deleted need no
    MFA (RW-ROOT-08).

What to do
 1. Sign in as the root user of account 111122223333: choose Root user, give its
    e-mail address and password.
    (AWS asks for MFA at the latest 35 days after the first sign-in without it;
    that page leads here too.)
 2. Open root's own security page.
    the account's name at the top right > Security credentials > Multi-factor
    authentication (MFA) > Assign MFA device
 3. Name the device after where it is kept, choose Passkey or Security Key, and
    touch the key when asked.
    (No key at hand? An authenticator app is a first step: scan the code, type
    two codes in a row. It can be phished and copied, so replace it by a key
    this week and then remove it.)
 4. Register the second device in the same way. The other custodian keeps it, in
    another place.
    (Root may have up to eight devices, and each opens the account by itself:
    the weakest one counts.)
 5. Sign out. Sign in again with each device once; only then remove an app that
    came before them.
 6. Write down who keeps which device, where, and under which seal. Never the
    password beside the device.

Where the well-known guide is imprecise
  - Its steps for MFA (IAM, Users, the user, Security credentials) are those of
    IAM users. Root is in no list of users: its devices are under the account
    menu, Security credentials, and nowhere else.
  - An authenticator app is accepted as a first step only: the aim is a key or
    passkey, and a second one.

Done when
  - AccountMFAEnabled in the account's summary is 1 (RW-ROOT-01).
  - No virtual device of root is listed (RW-ROOT-02), and there are two devices
    (RW-ROOT-03).

`rootwarden runbook root-mfa --wait` looks until AWS confirms it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html
"""


def test_an_account_that_is_none_is_refused() -> None:
    """Before anything is printed or asked, by the name of its own option."""
    for more in ((), ("--wait",)):
        answer = rootwarden("runbook", "root-mfa", "--account", "12", *more)
        assert (answer.code, answer.out) == (2, "")
        assert "correct --account" in answer.err
        assert "--accounts" not in answer.err
