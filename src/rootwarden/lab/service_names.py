"""Tells from a signed request which AWS service it is for, also where the emulator below knows no such service.

A request names its service only by the name it is signed for, which several services may share; botocore's models say
which. Their first bytes hold the metadata, so the index of all services is built in a fraction of a second.
"""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import botocore

_FIELD = {name: re.compile(rf'"{name}":"([^"]+)"') for name in ("signingName", "endpointPrefix", "targetPrefix")}
_HEAD_BYTES = 2000


@cache
def _index() -> dict[str, dict[str, str]]:
    """Map each signing name to its services and their `X-Amz-Target` prefixes ("" when the protocol has none)."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path in sorted((Path(botocore.__file__).parent / "data").glob("*/*/service-2.json*")):
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            head = file.read(_HEAD_BYTES).decode("utf-8", "replace")
        fields = {name: (match[1] if (match := rule.search(head)) else "") for name, rule in _FIELD.items()}
        signed_as = fields["signingName"] or fields["endpointPrefix"]
        found[signed_as][path.parts[-3]] = fields["targetPrefix"]
    return dict(found)


def services_signed_as(signing_name: str, target: str = "") -> list[str]:
    """Return botocore's names of the services that sign as `signing_name`; `target` is the X-Amz-Target header.

    Empty when botocore knows none. With a target only the services that own its prefix are returned.
    """
    return owners_of(signing_name, target) or list(_index().get(signing_name, {}))


def owners_of(signing_name: str, target: str) -> list[str]:
    """Return the services whose operations have the prefix of this X-Amz-Target; none without a target."""
    prefix = target.rpartition(".")[0]
    return [name for name, owned in _index().get(signing_name, {}).items() if prefix and owned == prefix]
