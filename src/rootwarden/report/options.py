"""What a renderer may be told: how wide, how colourful, how long, and where the rest of the truth lies."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from rootwarden import catalogue
from rootwarden.model.control import Registered
from rootwarden.model.facts import Scope

# What is judged once in an audit, in words.
ONCE = MappingProxyType({Scope.ORG: "the organization", Scope.WORKSPACE: "this installation"})


class RenderOptions(Struct, frozen=True, kw_only=True):
    """Choices of the reader; every format takes the same ones and ignores what does not concern it.

    `width` is in columns. `color` allows ANSI; `plain` also gives up symbols and lines beyond ASCII. `verbose` lists
    passing and not applicable findings too. `snapshot` and `json_file` are the names a person may type to replay the
    audit or to read all of it; empty where there is no such file. `controls` are the controls to explain findings
    with; None means those of the catalogue.
    """

    width: int = 80
    color: bool = False
    plain: bool = False
    verbose: bool = False
    snapshot: str = ""
    json_file: str = ""
    controls: tuple[Registered, ...] | None = None

    def by_slug(self) -> Mapping[str, Registered]:
        """Return the controls by their slug."""
        known = catalogue.controls() if self.controls is None else self.controls
        return {entry.slug: entry for entry in known}

    def about(self) -> Mapping[str, str]:
        """Return by slug what a control judges that is judged once, not once for each account."""
        return {
            slug: ONCE[entry.control.scope] for slug, entry in self.by_slug().items() if entry.control.scope in ONCE
        }
