"""Reads Terraform states: what they look after is left to them, already when it is planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec.structs import replace

from rootwarden.errors import InputError
from rootwarden.model.ownership import terraform_resources, untold
from rootwarden.model.plan import Change


def read_states(files: Iterable[str]) -> dict[str, str]:
    """Return what the Terraform states in these files look after: {ARN: words for whoever asks whose it is}.

    Raises:
        InputError: a file cannot be read, or is no state.
    """
    found: dict[str, str] = {}
    for file in files:
        try:
            data = Path(file).read_bytes()
        except OSError as error:
            raise InputError(f"cannot read {file}", why=str(error.strerror), todo="name a Terraform state") from error
        resources = terraform_resources(data, file)
        found |= {arn: f"Terraform ({address} in {file})" for arn, address in resources.items()}
    return found


def marked(change: Change, states: Mapping[str, str]) -> Change:
    """Return a change with who looks after what it touches, as these states tell; applying leaves it to them.

    Where nothing can tell, the change says so.
    """
    owner = next((states[arn] for arn in change.touches if arn in states), "")
    if owner:
        return replace(change, owner=owner)
    notes = tuple(untold(change))
    return replace(change, notes=(*change.notes, *notes)) if notes else change
