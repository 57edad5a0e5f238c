"""`rootwarden lab`: an AWS on this machine, with a seeded world to practise on."""

from __future__ import annotations

import json
import shlex
import signal
from contextlib import ExitStack
from ipaddress import ip_address
from threading import Event

import click

from rootwarden.errors import Exit, UsageError

try:
    from rootwarden.lab.asking import account_id, ask
    from rootwarden.lab.blueprint import World
    from rootwarden.lab.growth import grow
    from rootwarden.lab.seed import seed
    from rootwarden.lab.server import Lab
    from rootwarden.lab.sign_in import SignIn
    from rootwarden.lab.world import bundled, read_world
except ModuleNotFoundError as missing:
    todo = "install it with `pip install 'rootwarden[lab]'`"
    raise UsageError("the lab is not installed", why=f"no module {missing.name}", todo=todo) from missing

DEFAULT_WORLD = "enterprise"
_endpoint = click.option(
    "--endpoint-url",
    envvar=["ROOTWARDEN_ENDPOINT_URL", "AWS_ENDPOINT_URL"],
    required=True,
    help="Where the lab runs, as it printed when it started.",
)


@click.group(name="lab")
def command() -> None:
    """An AWS to practise on: nothing leaves this machine."""


@command.command()
def worlds() -> None:
    """List the worlds that come with Rootwarden."""
    for name in bundled():
        world = read_world(name)
        click.echo(f"{name} ({_size(world)})")
        click.echo(click.wrap_text(world.story, 80, "  ", "  "))


@command.command()
@click.option("--world", "wanted", default=DEFAULT_WORLD, show_default=True, help="A bundled world, or a YAML file.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on (default: any free one).")
@click.option("--accounts", type=click.IntRange(1, 100_000), help="Grow the organization to so many accounts.")
@click.option("--seed", "number", default=0, show_default=True, help="Which members --accounts invents.")
@click.option(
    "--deliver-every",
    "seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="Let CloudTrail write its log files every so many seconds (default: only when told).",
)
def serve(wanted: str, port: int, accounts: int | None, number: int, seconds: float | None) -> None:
    """Start the lab, put a world into it, and stay until Ctrl-C."""
    world = read_world(wanted)
    if accounts is not None:
        world = grow(world, accounts, number)
    with ExitStack() as stack:
        lab = _open(stack, port)
        seed(lab.endpoint, world)
        _announce(lab, world)
        _wait_for_the_end(lab, seconds)
    click.echo("The lab is closed; nothing of it is left.", err=True)


@command.command()
@click.option("--account", required=True, metavar="ID", help="Whose root signs in.")
@click.option("--fail", is_flag=True, help="Let the attempt fail.")
@click.option("--mfa/--no-mfa", default=False, show_default=True, help="With an MFA device or without.")
@click.option("--from", "address", default=SignIn().address, show_default=True, metavar="IP", help="From where.")
@click.option("--user-agent", default=SignIn().user_agent, help="What the browser calls itself.")
@_endpoint
def signin(account: str, fail: bool, mfa: bool, address: str, user_agent: str, endpoint_url: str) -> None:
    """Let root sign in to the console of a running lab."""
    try:
        ip_address(address)
    except ValueError as error:
        raise UsageError(f"--from {address!r} is no IP address", todo="write it as 203.0.113.9") from error
    attempt = {"ok": not fail, "mfa": mfa, "address": address, "user_agent": user_agent}
    record = ask(endpoint_url, "POST", f"signin/{account_id(account)}", attempt)
    click.echo(json.dumps(record, indent=2))


@command.command()
@click.option("--account", default="", metavar="ID", help="Only what happened in one account.")
@_endpoint
def deliver(account: str, endpoint_url: str) -> int:
    """Let CloudTrail of a running lab write its log files now."""
    done = ask(endpoint_url, "POST", f"deliver/{account_id(account)}" if account else "deliver", {})
    for file in done["files"]:
        click.echo(f"s3://{file['bucket']}/{file['key']} ({file['records']})")
    for problem in done["refused"]:
        click.echo(f"{problem['trail']}: {problem['why']}", err=True)
    return Exit.INCOMPLETE if done["refused"] else Exit.FINE


def _open(stack: ExitStack, port: int) -> Lab:
    try:
        return stack.enter_context(Lab(port))
    except OSError as error:
        raise UsageError(f"cannot listen on port {port}", why=str(error), todo="choose another --port") from error


def _wait_for_the_end(lab: Lab, seconds: float | None) -> None:
    """Wait for Ctrl-C or a request to terminate, also where a shell started us with Ctrl-C switched off."""
    told = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    while not told.wait(seconds):
        for problem in lab.deliver().refused:
            click.echo(f"{problem.trail}: {problem.why}", err=True)


def _announce(lab: Lab, world: World) -> None:
    """Print the endpoint and the environment on stdout, and what to do with it on stderr."""
    click.echo(f"# {world.name}: {_size(world)} at {lab.endpoint}")
    for name, value in lab.environment(world.management.id, region=world.region).items():
        click.echo(f"export {name}={shlex.quote(value)}")
    click.echo("# ready")  # whoever starts the lab as a process reads up to here
    scope = " --org" if world.organization is not None else ""
    click.echo(f"Paste this into another shell, then try `rootwarden audit{scope}`. Ctrl-C ends it.", err=True)


def _size(world: World) -> str:
    return "1 account" if len(world.accounts) == 1 else f"{len(world.accounts)} accounts"
