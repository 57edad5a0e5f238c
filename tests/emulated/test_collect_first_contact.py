"""When nothing can be read at all: one line that says what, why and what to do, of the right kind."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rootwarden.errors import AuthError, OutputError, RootwardenError, UnreachableError, UsageError
from rootwarden.flows.collect import CollectRequest, collect
from rootwarden.lab.server import Lab
from tests.emulated.collecting import collected, sign_in
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry, organize  # noqa: F401

NOTHING = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}


@pytest.fixture(autouse=True)
def _signed_in(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody works in the management account, until a test changes it."""
    sign_in(monkeypatch, lab, MANAGEMENT)


def refused(kind: type[RootwardenError], tmp_path: Path, *words: str, **wanted: object) -> None:
    """Assert that a collection fails with an error of one kind that holds every word, and writes no file."""
    out = tmp_path / "s.gz"
    with pytest.raises(kind) as caught:
        collect(CollectRequest(**wanted), out)  # type: ignore[arg-type]
    text = str(caught.value)
    assert "\n" not in text
    assert caught.value.todo
    for word in words:
        assert word in text
    assert not out.exists()


def test_no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in environment, profiles, SSO cache and instance role."""
    for name in NOTHING:
        monkeypatch.delenv(name)
    refused(AuthError, tmp_path, "no AWS credentials", "--profile", "aws sso login")


def test_half_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key id without its secret."""
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    refused(AuthError, tmp_path, "AWS_SECRET_ACCESS_KEY")


def test_expired_credentials(lab: Lab, tmp_path: Path) -> None:
    """A session that is over."""
    lab.expire()
    refused(AuthError, tmp_path, "expired", "ExpiredToken", "sign in again")


def test_credentials_nobody_issued(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that AWS does not know, perhaps of another partition."""
    lab.refuse_unknown_keys()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.delenv("AWS_SESSION_TOKEN")
    refused(AuthError, tmp_path, "does not know these credentials", "--region")


def test_a_clock_that_is_off(lab: Lab, tmp_path: Path) -> None:
    """AWS refuses signatures more than five minutes old: the clock is named, not the credentials."""
    lab.skew(900)
    refused(AuthError, tmp_path, "clock")


def test_unknown_profile(tmp_path: Path) -> None:
    """A profile that is in no file."""
    refused(UsageError, tmp_path, "nobody", "list-profiles", profile="nobody")


def test_broken_configuration_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration file that cannot be parsed is named."""
    config = tmp_path / "config"
    config.write_text("[profile x\nregion")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    refused(UsageError, tmp_path, str(config))


def test_an_sso_session_that_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile of IAM Identity Center without a cached token names the command that signs in."""
    config = tmp_path / "config"
    config.write_text(
        "[profile work]\nsso_start_url=https://x.awsapps.com/start\nsso_region=eu-west-1\n"
        f"sso_account_id={MANAGEMENT}\nsso_role_name=Audit\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    for name in NOTHING:
        monkeypatch.delenv(name)
    refused(AuthError, tmp_path, "aws sso login --profile work", profile="work")


@pytest.mark.parametrize(("region", "words"), [("eu-wset-1", "did you mean eu-west-1?"), ("moon", "moon")])
def test_wrong_region(tmp_path: Path, region: str, words: str) -> None:
    """A Region that does not exist, as the home or among those to read."""
    refused(UsageError, tmp_path, words, region=region)
    refused(UsageError, tmp_path, words, regions=("eu-west-1", region))


def test_no_network(tmp_path: Path) -> None:
    """Nobody listens at the endpoint."""
    refused(UnreachableError, tmp_path, "127.0.0.1:9", "--endpoint-url", endpoint_url="http://127.0.0.1:9")


def test_endpoint_is_no_url(tmp_path: Path) -> None:
    """An endpoint without a scheme."""
    refused(UsageError, tmp_path, "endpoint", endpoint_url="localhost")


@pytest.fixture(name="web_site")
def _web_site() -> Iterator[str]:
    """A web server that is not AWS."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = b"<html><body>It works!</body></html>"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_something_else_answers(tmp_path: Path, web_site: str) -> None:
    """A web site in place of AWS, such as a proxy's sign-in page."""
    refused(UnreachableError, tmp_path, "does not answer as AWS does", endpoint_url=web_site)


def test_no_organization(tmp_path: Path) -> None:
    """`--org` in a standalone account."""
    refused(UsageError, tmp_path, "not in an organization", "--org", org=True)


def test_accounts_may_not_be_listed(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--org` from a plain member."""
    (member,) = organize(lab, "app")
    sign_in(monkeypatch, lab, member)
    refused(AuthError, tmp_path, "cannot be listed", "management account", org=True)


@pytest.mark.parametrize("accounts", [("12",), ("999988887777",)])
def test_accounts_that_are_none_of_ours(lab: Lab, tmp_path: Path, accounts: tuple[str, ...]) -> None:
    """An id that is none, and an account of somebody else."""
    organize(lab, "app")
    refused(UsageError, tmp_path, accounts[0], accounts=accounts)


def test_a_fact_that_does_not_exist(tmp_path: Path) -> None:
    """A misspelt fact is refused before AWS is asked."""
    refused(UsageError, tmp_path, "iam.acount_summary", facts=("iam.acount_summary",))


def test_role_that_does_not_let_us_in(tmp_path: Path) -> None:
    """`--role-arn` with a role that is missing, and with something that is no ARN."""
    refused(AuthError, tmp_path, "cannot assume", role_arn=f"arn:aws:iam::{MANAGEMENT}:role/None")
    refused(UsageError, tmp_path, "no role's ARN", role_arn="Auditor")


def test_unwritable_output(tmp_path: Path) -> None:
    """The file's folder is missing."""
    with pytest.raises(OutputError, match="nowhere"):
        collect(CollectRequest(facts=()), tmp_path / "nowhere" / "s.gz")


def test_a_role_is_assumed_and_everything_is_read_in_it(lab: Lab, tmp_path: Path) -> None:
    """`--role-arn`: the snapshot shows the role, not the one who assumed it."""
    iam = client(lab, "iam", entry(lab))
    trust = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'
    )
    iam.create_role(RoleName="Auditor", AssumeRolePolicyDocument=trust)
    iam.attach_role_policy(RoleName="Auditor", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    read = collected(tmp_path, role_arn=f"arn:aws:iam::{MANAGEMENT}:role/Auditor", facts=())
    assert read.accounts[MANAGEMENT]["account.identity"]["Arn"].endswith("assumed-role/Auditor/rootwarden-audit")
