"""First passwords are handed over once, to whom they belong, and stand nowhere else, whatever breaks on the way."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from moto.iam.models import iam_backends
from msgspec.structs import replace

from rootwarden.aws.ask import Ask
from rootwarden.aws.refusals import UnreadError
from rootwarden.errors import OutputError, UsageError
from rootwarden.flows.applying.running import apply_plan, resume_run
from rootwarden.model.plan import Secret, encode
from rootwarden.model.readings import Unknown
from rootwarden.report.options import RenderOptions
from rootwarden.report.plans import find, names
from rootwarden.report.run_text import lying
from rootwarden.store.handover import Handover, new_password, still_there
from rootwarden.store.run_log import RunLog
from tests.remedies.people_at_work import (  # noqa: F401 - two are fixtures
    ACCOUNT,
    Company,
    _company,
    _open_company,
    person,
    roster,
)

WANTED = Secret(name="first-password", what="the first password of dana", to="dana", note="For dana.")


class Crash(BaseException):
    """The process dies here."""


def held_by_aws(user: str) -> str | None:
    """Return the password that the lab keeps of a user."""
    found: str | None = iam_backends[ACCOUNT]["aws"].users[user].password
    return found


def handed(company: Company, user: str) -> str:
    """Return the password in a file that was handed over."""
    text = (company.folder / "handover" / f"{ACCOUNT}-{user}.txt").read_text()
    return next(line.partition(": ")[2] for line in text.splitlines() if line.startswith("First password: "))


def test_nowhere_but_in_the_file(company: Company) -> None:
    """The file is its owner's alone; the plan in every format, the run log and all output hold no password."""
    plan = company.plan(roster(person("dana"), person("erik")))
    company.apply(plan)
    folder = company.folder / "handover"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    secrets = [handed(company, "dana"), handed(company, "erik")]
    assert secrets == [held_by_aws("dana"), held_by_aws("erik")]
    assert secrets[0] != secrets[1]
    written = encode(plan) + b"".join(path.read_bytes() for path in company.folder.glob("runs.db*"))
    written += "".join(find(name).render(plan, RenderOptions()) for name in names()).encode()
    written += "\n".join(company.told).encode()
    assert all(secret.encode() not in written for secret in secrets)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())


def test_without_a_folder_nothing_begins(company: Company) -> None:
    """A plan that makes passwords is not begun where nobody would learn them."""
    plan = company.plan(roster(person("dana")))
    with pytest.raises(UsageError, match="--handover"):
        apply_plan(plan, replace(company.request, handover=""), lambda *_: True, print)
    assert company.iam.list_groups()["Groups"] == []


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_a_crash_loses_no_password(company: Company, monkeypatch: pytest.MonkeyPatch, after: bool) -> None:
    """The process dies on either side of the call: gone on with, the file holds the password that works."""
    plan = company.plan(roster(person("dana")))
    with monkeypatch.context() as patch:
        real = Ask.call

        def dying(self: Ask, service: str, operation: str, region: str = "", /, **parameters: Any) -> Any:
            if operation == "CreateLoginProfile":
                if after:
                    real(self, service, operation, region, **parameters)
                raise Crash
            return real(self, service, operation, region, **parameters)

        patch.setattr(Ask, "call", dying)
        with pytest.raises(Crash):
            apply_plan(plan, company.request, lambda *_: True, print)
    before = handed(company, "dana")
    done = resume_run(None, company.request, lambda *_: True, print)
    assert done is not None
    assert done.exit == 0
    assert handed(company, "dana") == before == held_by_aws("dana")


def test_a_crash_before_the_log_ends_the_step(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made, and not written down as made: the resumed run looks, and leaves password and file as they are."""
    plan = company.plan(roster(person("dana")))
    with monkeypatch.context() as patch:
        real = RunLog.end

        def dying(self: RunLog, *rest: Any) -> None:
            if any(line.step == "password" for line in self.progress().log):
                raise Crash
            real(self, *rest)

        patch.setattr(RunLog, "end", dying)
        with pytest.raises(Crash):
            apply_plan(plan, company.request, lambda *_: True, print)
    before = handed(company, "dana")
    done = resume_run(None, company.request, lambda *_: True, print)
    assert done is not None
    assert done.exit == 0
    assert handed(company, "dana") == before == held_by_aws("dana")


def test_aws_repeats_it_and_nobody_sees_it(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that quotes the password is told and written down without it."""
    plan = company.plan(roster(person("dana")))
    real = Ask.call

    def quoting(self: Ask, service: str, operation: str, region: str = "", /, **parameters: Any) -> Any:
        if operation == "CreateLoginProfile":
            raise UnreadError(Unknown("Refused"), "Refused", f"{parameters['Password']} will not do")
        return real(self, service, operation, region, **parameters)

    monkeypatch.setattr(Ask, "call", quoting)
    done = apply_plan(plan, company.request, lambda *_: True, print)
    assert done is not None
    assert "*** will not do" in str(done.stopped)
    assert handed(company, "dana") not in str(done.stopped)
    assert all(handed(company, "dana") not in line.detail for line in done.progress.log)


def test_a_full_disk_makes_no_password(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password that cannot be written down is not given to AWS; the run stops and says why."""
    plan = company.plan(roster(person("dana")))

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rootwarden.store.handover._put", full)
    done = apply_plan(plan, company.request, lambda *_: True, print)
    assert done is not None
    assert "No space left on device" in str(done.stopped)
    assert held_by_aws("dana") is None


def test_another_run_replaces_the_file(tmp_path: Path) -> None:
    """In the same run the same password, in another a new one: what stood there is of before."""
    handover = Handover(str(tmp_path), encrypting=False)
    first = handover.make(WANTED, ACCOUNT, "RUN1")
    assert handover.make(WANTED, ACCOUNT, "RUN1") == first
    assert handover.make(WANTED, ACCOUNT, "RUN2") != first
    assert len(list(tmp_path.iterdir())) == 1


def test_passwords_are_strong() -> None:
    """Every one has all four kinds of characters that a policy may ask for, and none is made twice."""
    made = [new_password() for _ in range(500)]
    assert len(set(made)) == len(made)
    for one in made:
        assert len(one) == 24
        assert any(c.islower() for c in one)
        assert any(c.isupper() for c in one)
        assert any(c.isdigit() for c in one)
        assert any(not c.isalnum() for c in one)
        assert not set(one) & set("lIO01")


def test_a_key_needs_what_encrypts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pyrage a roster with keys is told what to install, before anything begins."""
    monkeypatch.setitem(sys.modules, "pyrage", None)
    with pytest.raises(UsageError, match=r"install rootwarden\[age\]"):
        Handover(str(tmp_path), encrypting=True)


def _age() -> tuple[str, Any]:
    """Return an age key, and its other half."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity.to_public()), identity


def _ssh() -> tuple[str, Any]:
    """Return an SSH key, and its other half."""
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    public = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return public, pyrage.ssh.Identity.from_buffer(pem)


@pytest.mark.parametrize("keys", [_age, _ssh])
def test_encrypted_to_the_key(tmp_path: Path, keys: Callable[[], tuple[str, Any]]) -> None:
    """With a key the file is sealed, named so, and made anew when it is asked for again: nobody here can read it."""
    key, identity = keys()
    handover = Handover(str(tmp_path), encrypting=True)
    first = handover.make(replace(WANTED, key=key), ACCOUNT, "RUN1")
    second = handover.make(replace(WANTED, key=key), ACCOUNT, "RUN1")
    path = tmp_path / f"{ACCOUNT}-dana.txt.age"
    assert first != second
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    sealed = path.read_bytes()
    assert second.encode() not in sealed
    assert f"First password: {second}" in pyrage.decrypt(sealed, [identity]).decode()
    with pytest.raises(OutputError, match="cannot be encrypted to"):
        handover.make(replace(WANTED, key="age1bad"), ACCOUNT, "RUN1")
    assert path.read_bytes() == sealed


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o720, 0o702, 0o711])
def test_a_folder_that_others_may_look_into_is_refused(tmp_path: Path, mode: int) -> None:
    """Read, write or enter, group or other: refused with the way to mend it, and nothing was written."""
    folder = tmp_path / "first passwords"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(OutputError, match=f"mode {mode:04o}") as error:
        Handover(str(folder), encrypting=False)
    assert f"chmod 700 '{folder}'" in str(error.value)
    folder.chmod(0o700)
    Handover(str(folder), encrypting=False).make(WANTED, ACCOUNT, "RUN1")


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever owns a folder can read what is put into it, whatever its mode."""
    monkeypatch.setattr("rootwarden.store.handover.os.geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(OutputError, match="belongs to somebody else"):
        Handover(str(tmp_path), encrypting=False)


def test_a_folder_that_is_not_there_is_made_for_its_owner(tmp_path: Path) -> None:
    """Also below folders that are not there, and under a mask that would let others in."""
    before = os.umask(0)
    try:
        Handover(str(tmp_path / "new" / "folder"), encrypting=False)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new" / "folder").stat().st_mode) == 0o700


def test_undo_says_which_files_are_void_and_deletes_none(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain and encrypted ones that still lie there, with their person; not one that is gone, or of a later run."""
    monkeypatch.chdir(company.folder)
    key, _ = _ssh()
    people = (person("dana"), person("erik", more=f", key: {key}"), person("gone"), person("later"))
    request = replace(company.request, handover="handover")
    done = apply_plan(company.plan(roster(*people)), request, lambda *_: True, print)
    assert done is not None
    assert done.exit == 0
    folder = company.folder / "handover"
    (folder / f"{ACCOUNT}-gone.txt").unlink()
    Handover(str(folder), encrypting=False).make(replace(WANTED, to="later"), ACCOUNT, "A-LATER-RUN")
    monkeypatch.chdir(company.folder.parent)  # undone from elsewhere
    undone = company.undo(done)
    assert [(one.path, one.to) for one in undone.lying] == [
        (str(folder / f"{ACCOUNT}-dana.txt"), "dana"), (str(folder / f"{ACCOUNT}-erik.txt.age"), "erik"),
    ]  # fmt: skip
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{ACCOUNT}-dana.txt", f"{ACCOUNT}-erik.txt.age", f"{ACCOUNT}-later.txt",
    ]  # fmt: skip
    said = lying(undone.lying).replace("\n", " ")
    assert "void" in said
    assert "dana: the first password of dana" in said


def test_an_encrypted_file_of_a_later_run_is_not_void(tmp_path: Path) -> None:
    """Nobody can read which run wrote it; the time at which it was written tells."""
    wanted = replace(WANTED, key=_ssh()[0])
    Handover(str(tmp_path), encrypting=True).make(wanted, ACCOUNT, "RUN2")
    now = datetime.now(UTC)
    assert still_there(str(tmp_path), wanted, ACCOUNT, "RUN1", now - timedelta(minutes=1)) is None
    assert still_there(str(tmp_path), wanted, ACCOUNT, "RUN2", now) is not None
    assert still_there(str(tmp_path / "none"), wanted, ACCOUNT, "RUN2", now) is None
