"""Where a caller comes from and with which program, as coarse as habits are: networks, and families of user agents."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

# In this order: the first that is found in the text names the family.
_FAMILIES = (
    ("aws-cli", "AWS CLI"), ("boto3", "SDK for Python"), ("botocore", "SDK for Python"), ("aws-sdk-go", "SDK for Go"),
    ("aws-sdk-java", "SDK for Java"), ("aws-sdk-js", "SDK for JavaScript"), ("aws-sdk-nodejs", "SDK for JavaScript"),
    ("aws-sdk-php", "SDK for PHP"), ("aws-sdk-ruby", "SDK for Ruby"), ("aws-sdk-rust", "SDK for Rust"),
    ("aws-sdk-dotnet", "SDK for .NET"), ("terraform", "Terraform"), ("pulumi", "Pulumi"), ("cloudshell", "CloudShell"),
    ("awspowershell", "PowerShell"), ("s3console", "console"), ("console.", "console"), ("signin.", "console"),
    ("aws internal", "console"), ("coral", "console"), ("mozilla", "browser"), ("edg/", "browser"),
    ("python-", "Python"), ("curl/", "curl"), ("go-http-client", "Go"), ("okhttp", "Java"),
    ("kali", "Kali"), ("pacu", "Pacu"),
)  # fmt: skip
_NAME = re.compile(r"[A-Za-z][A-Za-z _.-]*")


@lru_cache(4096)
def network(address: str) -> str:
    """Return the network of an address, /24 or /48; "" for what is no address (a service's name, "AWS Internal")."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ipaddress.ip_network((found.packed, 24 if found.version == 4 else 48), strict=False))


def family(agent: str) -> str:
    """Return the family of a user agent, without versions; "" for none. A person's browser and console are one."""
    folded = agent.casefold()
    if not folded:
        return ""
    known = next((name for mark, name in _FAMILIES if mark in folded), "")
    if known in ("console", "browser"):
        return "browser"
    named = _NAME.search(agent)
    return known or (named.group(0).strip().casefold()[:40] if named else "unnamed")
