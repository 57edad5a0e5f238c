"""Finds a channel's secret where the configuration says it is kept: environment, file or AWS Secrets Manager."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

from rootwarden.errors import AuthError, RootwardenError, UnreachableError, UsageError

ClientFor = Callable[[str, str], Any]
"""(service, Region) -> a boto3 client; "" as Region is the home Region."""

SCHEMES = ("env", "file", "aws-secretsmanager")
HOW = 'write "env:NAME", "file:PATH" or "aws-secretsmanager:ID#key" and keep the value there'
# Bytes; Secrets Manager keeps at most 65,536 (API reference, CreateSecret, SecretString).
_LONGEST = 65_536
_REFUSED = frozenset({"AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException",
                      "ExpiredTokenException", "DecryptionFailure"})  # fmt: skip


class Reference(Struct, frozen=True):
    """Where a secret is kept: `scheme` is one of SCHEMES, `name` what stands behind the colon."""

    scheme: str
    name: str

    def __str__(self) -> str:
        """Return it as it stands in the configuration."""
        return f"{self.scheme}:{self.name}"


class Sources(Struct, frozen=True):
    """Where to look: the environment's variables, and how to get an AWS client."""

    environment: Mapping[str, str]
    client: ClientFor

    def __repr__(self) -> str:
        """Return nothing of the environment, which is full of secrets."""
        return "Sources()"


def read_reference(text: str) -> Reference | None:
    """Return the reference that a text is, or None if it is none."""
    scheme, colon, name = text.partition(":")
    return Reference(scheme, name.strip()) if colon and scheme in SCHEMES and name.strip() else None


def resolve(reference: Reference, sources: Sources, where: str) -> str:
    """Look a secret up; `where` is its place in the configuration, for the words of an error.

    Raises:
        UsageError: it is not there, or is no text of one line.
        AuthError: AWS refuses it.
        UnreachableError: AWS does not answer.
    """
    value = _LOOK_UP[reference.scheme](reference, sources, where).strip("\r\n")
    if not value.strip():
        raise UsageError(f"{where}: {reference} is empty", todo="put the secret there")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
        why = "it holds a line break or a control character"
        raise UsageError(f"{where}: {reference} is no secret of one line", why=why, todo="put only the secret there")
    return value


def state(reference: Reference, environment: Mapping[str, str]) -> str:
    """Return "set" or "missing" for what can be told without asking AWS, else "not looked up"."""
    if reference.scheme == "env":
        return "set" if environment.get(reference.name, "").strip() else "missing"
    if reference.scheme == "file":
        return "set" if Path(reference.name).expanduser().is_file() else "missing"
    return "not looked up"


def _from_environment(reference: Reference, sources: Sources, where: str) -> str:
    if reference.name not in sources.environment:
        raise UsageError(f"{where}: the variable {reference.name} is not set", todo="set it, or name another one")
    return sources.environment[reference.name]


def _from_file(reference: Reference, sources: Sources, where: str) -> str:
    path = Path(reference.name).expanduser()
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST + 1)
        if len(data) > _LONGEST:
            raise UsageError(f"{where}: {path} is too long for a secret", todo="name the file that holds only it")
        return data.decode("utf-8")
    except OSError as error:
        todo = "name a file that exists and that you may read"
        raise UsageError(f"{where}: cannot read {path}", why=str(error.strerror), todo=todo) from error
    except UnicodeDecodeError:
        pass  # told below, outside: the error would carry the bytes of the secret
    raise UsageError(f"{where}: {path} is not UTF-8 text", todo="put only the secret there")


def _from_secrets_manager(reference: Reference, sources: Sources, where: str) -> str:
    """Read a secret, or one key of a secret that is a JSON object; an ARN names its Region itself.

    AWS Secrets Manager API reference, GetSecretValue.
    """
    name, _, key = reference.name.partition("#")
    region = name.split(":")[3] if name.startswith("arn:") and name.count(":") >= 6 else ""
    try:
        answer = sources.client("secretsmanager", region).get_secret_value(SecretId=name)
    except (ClientError, BotoCoreError, ValueError) as error:
        raise _refusal(error, name, where) from error
    text = answer.get("SecretString")
    if text is None:
        raise UsageError(f"{where}: {name} is binary", todo="keep the secret as text")
    return _key_of(text, key, name, where) if key else str(text)


def _key_of(text: str, key: str, name: str, where: str) -> str:
    try:
        held = msgspec.json.decode(text)
    except msgspec.DecodeError:
        held = None  # told below, outside: the error would carry the secret
    if not isinstance(held, dict):
        raise UsageError(f"{where}: {name} is no JSON object", why=f"#{key} names a key of one", todo=f"drop #{key}")
    value = held.get(key)
    if not isinstance(value, str):
        why = f"it has the keys {', '.join(sorted(held))}" if value is None else "its value is no text"
        raise UsageError(f"{where}: {name} has no secret {key!r}", why=why, todo="name a key that holds text")
    return value


def _refusal(error: Exception, name: str, where: str) -> RootwardenError:
    what = f"{where}: AWS Secrets Manager does not give out {name}"
    if not isinstance(error, ClientError):
        return UnreachableError(
            what, why=" ".join(str(error).split()), todo="check the network, Region and credentials"
        )
    code = str(error.response.get("Error", {}).get("Code", ""))
    if code == "ResourceNotFoundException":
        return UsageError(what, why="there is none of that name in this account and Region", todo="correct the name")
    if code in _REFUSED:
        todo = "allow secretsmanager:GetSecretValue for it, and kms:Decrypt for its key"
        return AuthError(what, why=code, todo=todo)
    return UnreachableError(what, why=code, todo="try again")


_LOOK_UP: dict[str, Callable[[Reference, Sources, str], str]] = {
    "env": _from_environment,
    "file": _from_file,
    "aws-secretsmanager": _from_secrets_manager,
}
