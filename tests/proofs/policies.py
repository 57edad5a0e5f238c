"""Builds policies for tests: by hand, and at random, whole and broken."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from rootwarden.proofs.wildcards import ANYTHING

TRAIL = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/all"
OBJECT = f"arn:aws:s3:::logs/AWSLogs/{ANYTHING}"
SERVICE = {"Service": "cloudtrail.amazonaws.com"}


def policy(*statements: Any, version: str = "2012-10-17") -> dict[str, Any]:
    """Return a document."""
    return {"Version": version, "Statement": list(statements)}


def allow(**parts: Any) -> dict[str, Any]:
    """Return an Allow of everything on everything, changed by `parts`."""
    return {"Effect": "Allow", "Action": "*", "Resource": "*", **parts}


def deny(**parts: Any) -> dict[str, Any]:
    """Return a Deny of everything on everything, changed by `parts`."""
    return allow(**parts) | {"Effect": "Deny"}


def drop(statement: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return a statement without some elements."""
    return {key: value for key, value in statement.items() if key not in names}


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["*", "Allow", "a:*"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["s3:PutObject", "s3:*", "*", "s3:Get*", "iam:?*", ""])
resources = st.sampled_from([OBJECT, "*", "arn:aws:s3:::logs/*", "arn:aws:s3:::other/*", "${aws:username}*"])
principals = st.sampled_from(["*", {"AWS": "*"}, SERVICE, {"AWS": ["444455556666"]}, {"Service": "a"}])
operators = st.sampled_from(
    ["StringEquals", "StringNotLike", "ForAllValues:StringLike", "ArnLikeIfExists", "Null", "Bool", "Odd", "IpAddress",
     "NumericLessThan", "DateEquals"]
)  # fmt: skip
keys = st.sampled_from(["aws:SourceArn", "AWS:SourceAccount", "s3:prefix", "aws:PrincipalOrgID"])
blocks = st.dictionaries(operators, st.dictionaries(keys, st.text(max_size=4) | st.just(TRAIL), max_size=2), max_size=2)
statements = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        "Action": names, "NotAction": names, "Resource": resources, "NotResource": resources,
        "Principal": principals, "NotPrincipal": principals, "Condition": blocks, "Sid": st.text(max_size=2),
    },
)  # fmt: skip
elements = st.sampled_from(["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotResource", "Condition", "x"])
rough = st.dictionaries(elements, json_values, max_size=6)
documents = st.lists(statements | rough, max_size=4).map(lambda items: policy(*items))
