"""Names the frameworks that controls map to, and writes their requirement ids as their publishers do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

# Prefix of the key -> the name people know; the rest of the key is the version. Security Hub ids are called so because
# not every one of them belongs to the Foundational Security Best Practices standard.
_NAMES = (
    ("cis_aws", "CIS AWS Foundations"),
    ("aws_fsbp", "AWS Security Hub"),
    ("nist_800_53", "NIST SP 800-53"),
    ("nist_csf", "NIST CSF"),
    ("pci_dss", "PCI DSS"),
    ("iso_27001", "ISO/IEC 27001"),
    ("soc_2", "SOC 2"),
)
_LONG = 8
_NIST = re.compile(r"([a-z]{2})_(\d+)((?:_[a-z0-9]+)*)")
_SOC = re.compile(r"cc_(?:([a-z])_)?(\d+)_(\d+)")


class Mapped(Struct, frozen=True):
    """One framework of a control: its name with version, its ids, and whether the list is too long to show at once."""

    name: str
    ids: tuple[str, ...]
    long: bool


def mapped(frameworks: Mapping[str, Sequence[str]]) -> list[Mapped]:
    """Return the frameworks of a control in the order above, the newest version of each first."""
    keys = sorted(frameworks, key=lambda key: (_place(key), [-n for n in _numbers(key)], key))
    return [
        Mapped(framework_name(key), tuple(_id(key, one) for one in frameworks[key]), len(frameworks[key]) > _LONG)
        for key in keys
    ]


def framework_name(key: str) -> str:
    """Return `CIS AWS Foundations 5.0` for `cis_aws_5.0`; a key that is not known is returned with blanks."""
    spelled = key.replace("-", "_")
    for prefix, name in _NAMES:
        if spelled.startswith(prefix):
            version = spelled.removeprefix(prefix).strip("_").replace("_", " ")
            return f"{name} {version}".strip()
    return key.replace("_", " ")


def _id(key: str, one: str) -> str:
    if key.startswith("nist_800_53") and (match := _NIST.fullmatch(one)):
        parts = "".join(f"({part})" for part in match[3].split("_") if part)
        return f"{match[1].upper()}-{match[2]}{parts}"
    if key.startswith("soc_2") and (match := _SOC.fullmatch(one)):
        return f"{(match[1] or 'cc').upper()}{match[2]}.{match[3]}"
    return one


def _place(key: str) -> int:
    spelled = key.replace("-", "_")
    return next((n for n, (prefix, _) in enumerate(_NAMES) if spelled.startswith(prefix)), len(_NAMES))


def _numbers(key: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", key)]
