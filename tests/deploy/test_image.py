"""The image: nothing in it that builds, nobody in it who is root, everything it is made of held to a hash."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import requires
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import boto3
import pytest
from packaging.requirements import Requirement

from rootwarden.lab.server import Lab
from tests.deploy.dockerfile import command, stages
from tests.deploy.templates import DEPLOY, yaml_of
from tests.journeys.terminal import CLEAN

ROOT = DEPLOY.parent
BUILD, FINAL = stages()
BUILD_TOOLS = ("apt", "gcc", "make", "pip", "uv ", "hatch", "curl", "wget")


def test_the_final_stage_builds_nothing() -> None:
    """It gets a finished environment; the one thing run in it makes the folder for the state."""
    assert "AS build" in BUILD.base
    assert BUILD.base.partition(" ")[0] == FINAL.base
    (run,) = FINAL.all("RUN")
    assert not any(tool in run for tool in BUILD_TOOLS)
    assert FINAL.all("COPY")[0] == "--from=build /opt/rootwarden /opt/rootwarden"
    assert "--without-pip /opt/rootwarden" in BUILD.all("RUN")[0]
    assert FINAL.all("ADD") == BUILD.all("ADD") == []


def test_nobody_in_it_is_root() -> None:
    """A numeric user, so that `runAsNonRoot` can be checked, set before anything is started."""
    (user,) = FINAL.all("USER")
    ids = [int(one) for one in user.split(":")]
    assert len(ids) == 2
    assert min(ids) >= 10_000
    words = [word for word, _ in FINAL.instructions]
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert "RUN" not in words[words.index("USER") :]


def test_everything_written_goes_into_the_volume() -> None:
    """Home, working folder and temporary files lie in it, so the root file system may be read-only."""
    (volume,) = FINAL.all("VOLUME")
    environment = FINAL.environment()
    assert environment["HOME"] == environment["TMPDIR"] == FINAL.all("WORKDIR")[0] == volume
    assert environment["PYTHONDONTWRITEBYTECODE"] == "1"
    assert f"chown {FINAL.all('USER')[0]} {volume}" in FINAL.all("RUN")[0]


def test_every_package_is_held_to_a_hash() -> None:
    """Each installation asks for hashes and wheels, but for the wheel that was just built, and that one from here."""
    commands = [part.strip() for run in BUILD.all("RUN") for part in run.split("&&")]
    installations = [one for one in commands if " install " in one]
    assert len(installations) == 3
    for one in installations:
        locked = "--require-hashes --only-binary :all:" in one
        assert locked or ("--no-deps --no-index wheels/" in one)
    assert any("pip wheel --no-deps --no-build-isolation" in one for one in commands)


def test_what_is_copied_exists_and_is_let_through() -> None:
    """The build context holds what is copied and nothing else, least of all the history or an environment."""
    ignore = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [one for one in ignore if one and not one.startswith("#")]
    assert rules[0] == "*"
    allowed = {one.removeprefix("!") for one in rules if one.startswith("!")}
    copied = [one for stage in (BUILD, FINAL) for one in stage.all("COPY") if not one.startswith("--from")]
    wanted = {source.rstrip("/") for one in copied for source in one.split()[:-1]}
    assert wanted == allowed
    assert all((ROOT / one).exists() for one in wanted)


def locked(name: str, folder: Path = DEPLOY / "requirements") -> dict[str, str]:
    """Return the versions of a lock; every entry must carry a hash."""
    entries = re.split(r"\n(?=[a-z])", (folder / name).read_text(encoding="utf-8"))
    found = {}
    for one in entries:
        if match := re.match(r"([a-z0-9-]+)==([^ ;\\]+)", one):
            assert "--hash=sha256:" in one, match[1]
            found[match[1]] = match[2]
    return found


def test_the_lock_of_the_image_is_that_of_the_tests() -> None:
    """What runs in the image are the versions that the tests ran with: `make lock` writes both."""
    tested = locked("dev.txt", ROOT / "requirements")
    for name in ("run.txt", "build.txt"):
        assert locked(name).items() <= tested.items(), name


def test_the_lock_of_the_image_holds_what_the_program_needs() -> None:
    """Every dependency of the program and of a store that several machines share; no emulator, no build backend."""
    needed = set()
    for text in requires("rootwarden") or []:
        one = Requirement(text)
        if one.marker is None or one.marker.evaluate({"extra": "postgres"}):
            needed.add(one.name.lower())
    run = locked("run.txt")
    assert needed <= set(run)
    assert not {"moto", "flask", "hatchling", "editables", "pytest"} & set(run)
    assert {"hatchling", "editables"} <= set(locked("build.txt"))


class _Answer(BaseHTTPRequestHandler):
    """Answers /healthz with the status that its server was given."""

    def do_GET(self) -> None:
        status = self.server.status if self.path == "/healthz" else 404  # type: ignore[attr-defined]
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def watcher(status: int) -> Iterator[str]:
    """Serve /healthz with a status; yields its address."""
    with HTTPServer(("127.0.0.1", 0), _Answer) as server:
        server.status = status  # type: ignore[attr-defined]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/healthz"
        server.shutdown()
        thread.join()


def asked(address: str) -> subprocess.CompletedProcess[str]:
    """Run the health check as the image does, in an environment whose proxy leads nowhere."""
    environment = {**os.environ, "ROOTWARDEN_HEALTH_URL": address, "HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": ""}
    check = [sys.executable, str(DEPLOY / "healthcheck.py")]
    return subprocess.run(check, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1), (500, 1), (404, 1)])
def test_the_health_check_says_what_the_watcher_says(status: int, code: int) -> None:
    """Well only if the watcher says so; otherwise the reason is in the container's health log."""
    with watcher(status) as address:
        answer = asked(address)
    assert answer.returncode == code
    assert bool(answer.stderr) is bool(code)
    assert code == 0 or str(status) in answer.stderr


def test_no_answer_is_not_well() -> None:
    """A watcher that is not there is not well."""
    with watcher(200) as address:
        pass
    assert asked(address).returncode == 1
    assert asked("no address").returncode == 1


def test_the_image_asks_the_address_that_the_check_asks() -> None:
    """HEALTHCHECK runs the script that was copied in, with Python and without a shell."""
    (check,) = FINAL.all("HEALTHCHECK")
    python, script = command(check)
    assert python == "python"
    assert f"deploy/healthcheck.py {script}" in FINAL.all("COPY")
    text = (DEPLOY / "healthcheck.py").read_text(encoding="utf-8")
    assert f'DEFAULT = "{FINAL.environment()["ROOTWARDEN_HEALTH_URL"]}"' in text
    assert command(FINAL.all("ENTRYPOINT")[0]) == ["rootwarden"]
    assert urlsplit(FINAL.environment()["ROOTWARDEN_HEALTH_URL"]).netloc == FINAL.environment()["ROOTWARDEN_LISTEN"]


def test_the_image_watches_and_is_well(tmp_path: Path) -> None:
    """Its command with its variables and a queue, the volume being an empty folder: the health check says well.

    The port alone is another. It ends in order when it is told to, and has written into the volume only.
    """
    volume = FINAL.all("VOLUME")[0]
    image = {
        name: value.replace(volume, str(tmp_path)) for name, value in FINAL.environment().items() if name != "PATH"
    }
    words = [*command(FINAL.all("ENTRYPOINT")[0]), *command(FINAL.all("CMD")[0])]
    assert words[0] == "rootwarden"
    with Lab() as lab:
        queue = boto3.client("sqs", endpoint_url=lab.endpoint, **_keys(lab)).create_queue(QueueName="events")[
            "QueueUrl"
        ]
        given = {"ROOTWARDEN_LISTEN": "127.0.0.1:0", "ROOTWARDEN_SOURCES": queue}
        environment = CLEAN | lab.environment() | image | given
        run = [sys.executable, "-m", *words]
        watch = subprocess.Popen(run, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
        try:
            assert watch.stderr is not None
            notes = (json.loads(line) for line in watch.stderr)
            said = next(one["text"] for one in notes if "listening at" in str(one.get("text")))
            assert asked(f"{said.rpartition(' ')[2]}/healthz").returncode == 0
            watch.terminate()
            assert watch.wait(20) == 0
        finally:
            watch.kill()
            watch.wait()
    assert {one.name.partition("-")[0] for one in tmp_path.iterdir()} == {"rootwarden.sqlite3"}


def _keys(lab: Lab) -> dict[str, str]:
    variables = lab.environment()
    names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    return {name: variables[name.upper()] for name in names} | {"region_name": variables["AWS_REGION"]}


def test_the_example_uses_what_the_image_allows() -> None:
    """compose.yaml: read-only, without privileges, the volume where the image has it."""
    (service,) = yaml_of(DEPLOY / "compose.yaml")["services"].values()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    assert [one.partition(":")[2] for one in service["volumes"]] == FINAL.all("VOLUME")
    assert service["environment"]["ROOTWARDEN_SOURCES"].startswith("${ROOTWARDEN_SOURCES:?")  # refused without
