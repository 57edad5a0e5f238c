"""Networks and families of user agents."""

from __future__ import annotations

import pytest

from rootwarden.model.origins import family, network


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.10", "203.0.113.0/24"),
        ("203.0.113.255", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("2001:DB8:1:ffff::", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("AWS Internal", ""),
        ("cloudformation.amazonaws.com", ""),
        ("203.0.113", ""),
        ("203.0.113.10/24", ""),
        ("203.0.113.010", ""),
        ("", ""),
    ],
)
def test_networks(address, expected):
    """/24 and /48; what is no address has none."""
    assert network(address) == expected


def test_an_ipv4_address_written_as_ipv6_is_the_same():
    """Else a dual-stack endpoint would make everybody new."""
    assert network("::ffff:203.0.113.10") == network("203.0.113.10")


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/142.0", "browser"),
        ("console.amazonaws.com", "browser"),
        ("signin.amazonaws.com", "browser"),
        ("[S3Console/0.4, aws-internal/3]", "browser"),
        ("Coral/Netty4", "browser"),
        ("AWS Internal", "browser"),
        ("aws-cli/2.31.4 md/awscrt#0.27.6 lang/python#3.13", "AWS CLI"),
        ("aws-cli/1.20 botocore/1.21", "AWS CLI"),
        ("Boto3/1.40 md/Botocore#1.40", "SDK for Python"),
        ("aws-sdk-go-v2/1.30", "SDK for Go"),
        ("APN/1.0 HashiCorp/1.0 Terraform/1.9 aws-sdk-go-v2/1.30", "SDK for Go"),
        ("my Tool/3.4", "my tool"),
        ("1234", "unnamed"),
        ("", ""),
    ],
)
def test_families(agent, expected):
    """Without versions; a person's browser and console are one."""
    assert family(agent) == expected


def test_a_name_is_cut():
    """Whoever is asked for a password chooses what the program is called."""
    assert len(family("x" * 500)) == 40
