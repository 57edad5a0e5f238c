"""A runbook: what a person does where no program can, step by step, and by which facts AWS confirms it."""

from __future__ import annotations

from msgspec import Struct


class Deed(Struct, frozen=True, kw_only=True):
    """One thing to do: the deed itself, the way there (menus of the console, in order), commands that do or show it.

    `{account}` and `{subject}` in the texts are filled in.
    """

    do: str
    path: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    note: str = ""


class Runbook(Struct, frozen=True, kw_only=True):
    """One runbook. The name is the file name, the reason is the file's docstring.

    `argument` is what it is about beside the account ("USER"), "" for nothing. `remedies` are the slugs of what it is
    the way for. `controls` (codes), step by step, judge by `facts` alone whether it is done; where there are none,
    `witness` names another way to see it. `imprecise` says where the well-known guide is not to be taken by the letter.
    """

    title: str
    argument: str = ""
    remedies: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    deeds: tuple[Deed, ...]
    done: tuple[str, ...]
    imprecise: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    witness: str = ""
    links: tuple[str, ...] = ()


class Named(Struct, frozen=True):
    """A runbook as it was found: its name, why it is followed, and what it says."""

    name: str
    why: str
    runbook: Runbook
