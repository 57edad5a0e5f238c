"""The outermost door: runs a verb, turns every error into one line and an exit code."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Sequence
from difflib import get_close_matches

import click

from rootwarden import __version__
from rootwarden.cli.settings import load_settings
from rootwarden.cli.verbs import VERBS, LazyGroup
from rootwarden.cli.writing import give_up_stdout, say
from rootwarden.errors import Exit, RootwardenError

EXAMPLES = """\b
  rootwarden demo                        see it work on a practice organization
  rootwarden audit                       this account
  rootwarden audit --org                 every account of the organization
  rootwarden audit --output html=report.html --output table
  rootwarden explain root-mfa-enabled    one control, everything about it
"""


@click.group(
    cls=LazyGroup,
    help=f"Rootwarden takes charge of AWS root-user access risk.\n\n{EXAMPLES}",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--config", type=click.Path(), default=None, help="Configuration file (default: rootwarden.toml).")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option("--json-errors", is_flag=True, help="Print errors as one JSON object on stderr.")
@click.version_option(__version__, message="rootwarden %(version)s")
@click.pass_context
def program(ctx: click.Context, config: str | None, debug: bool, json_errors: bool) -> None:
    """Load the configuration; every verb inherits it as defaults below flags and environment."""
    del debug, json_errors  # read from the arguments by `run`, so that they hold for errors of parsing too
    ctx.obj = load_settings(config, os.environ)
    ctx.default_map = ctx.obj.defaults


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; nothing but the exit code escapes."""
    debug, as_json = "--debug" in arguments, "--json-errors" in arguments
    try:
        code = program.main(args=list(arguments), prog_name="rootwarden", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
        return int(code) if isinstance(code, int) else int(Exit.FINE)
    except RootwardenError as error:
        return _say(error, as_json=as_json, debug=debug)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return Exit.USAGE
    except click.ClickException as error:
        return _say(_usage(error), as_json=as_json, debug=debug)
    except (KeyboardInterrupt, click.Abort):
        say("interrupted")
        return Exit.INTERRUPTED
    except SystemExit as error:
        # click ends the program itself when the reader of standard output leaves (`| head`): that is no failure.
        give_up_stdout()
        return Exit.FINE if error.code == 1 else int(error.code or 0)
    except BrokenPipeError:
        give_up_stdout()
        return Exit.FINE
    except Exception as error:  # noqa: BLE001 - the outermost door: whatever is left is a defect of ours, said in one line
        defect = RootwardenError(
            "unexpected error",
            why=f"{type(error).__name__}: {error}",
            todo="run again with --debug and report it with the traceback",
        )
        return _say(defect, as_json=as_json, debug=debug)


def _usage(error: click.ClickException) -> RootwardenError:
    """Return click's complaint in our form, with the closest verb for a mistyped one."""
    message = error.format_message().rstrip(".")
    todo = "see `rootwarden --help`"
    if isinstance(error, click.UsageError) and error.ctx is not None:
        todo = f"see `{error.ctx.command_path} --help`"
        if message.startswith("No such command"):
            close = get_close_matches(message.split("'")[1], VERBS, n=1)
            todo = f"did you mean `rootwarden {close[0]}`?" if close else todo
    wrapped = RootwardenError(message, todo=todo)
    wrapped.exit_code = Exit.USAGE
    return wrapped


def _say(error: RootwardenError, *, as_json: bool, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    if as_json:
        body = {"error": error.what, "why": error.why, "next": error.todo, "exit_code": int(error.exit_code)}
        click.echo(json.dumps(body), err=True)
    else:
        say(f"rootwarden: {error}")
    return int(error.exit_code)
