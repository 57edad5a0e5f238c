"""Makes sessions of botocore quickly: what is the same for all of them is read, and put together, only once."""

from __future__ import annotations

import copy
import gzip
from functools import cache
from typing import Any

import msgspec
from botocore.hooks import HierarchicalEmitter
from botocore.loaders import JSONFileLoader, Loader, create_loader
from botocore.session import Session


def new_session(profile: str = "") -> Session:
    """Return a session with the settings of a profile; "" is the one that the environment names.

    Raises:
        BotoCoreError: there is no such profile, or the configuration is malformed.
    """
    session = Session(profile=profile or None, event_hooks=copy.copy(_hooks()), include_builtin_handlers=False)
    session.register_component("data_loader", _models(session.get_config_variable("data_path")))
    return session


@cache
def _hooks() -> HierarchicalEmitter:
    """Return all that botocore does before and after calls: putting it together takes longer than a call."""
    hooks = HierarchicalEmitter()
    Session(event_hooks=hooks)
    return hooks


@cache
def _models(folders: str | None) -> Loader:
    """Return what reads AWS's models of its services; they are large, and reading one takes long."""
    loader = create_loader(folders)
    loader.file_loader = _Models()
    return loader


class _Models(JSONFileLoader):
    """Reads the same files as botocore, in a third of the time."""

    def load_file(self, file_path: str) -> Any:
        """Return what the file of this name holds, plain or compressed; None where there is none."""
        for ending, opened in ((".json", open), (".json.gz", gzip.open)):
            try:
                with opened(file_path + ending, "rb") as file:
                    return msgspec.json.decode(file.read())
            except FileNotFoundError:
                continue
        return None
