"""Reads the tags of resources that are about to be changed, wherever a service keeps them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rootwarden.aws.ask import Ask

_IAM = {"role": ("ListRoleTags", "RoleName"), "user": ("ListUserTags", "UserName")}
# Services without Regions whose resources the Resource Groups Tagging API knows where the partition is led from.
_EVERYWHERE = frozenset(("budgets",))
# All actions by which tags are read.
TAG_READS = frozenset((
    "tag:GetResources", "s3:GetBucketTagging", "iam:ListRoleTags", "iam:ListUserTags", "iam:ListPolicyTags",
))  # fmt: skip
_NONE = ("NoSuchTagSet", "NoSuchBucket", "NoSuchEntity")


def tags_of(ask: Ask, arns: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the tags of each resource that has any; one that does not exist has none.

    Raises:
        UnreadError: AWS refused or did not answer; then nobody knows whose they are.
    """
    found: dict[str, dict[str, str]] = {}
    by_region: dict[str, list[str]] = {}
    for arn in arns:
        _, _, service, region, _, name = arn.split(":", 5)
        if service in _READERS:
            found[arn] = _READERS[service](ask, arn, name)
        elif region or service in _EVERYWHERE:
            by_region.setdefault(region or ask.reading.home, []).append(arn)
    for region, some in by_region.items():
        for page in ask.pages("resourcegroupstaggingapi", "GetResources", region, ResourceARNList=some):
            for item in page.get("ResourceTagMappingList", ()):
                found[item["ResourceARN"]] = _plain(item.get("Tags", ()))
    return {arn: tags for arn, tags in found.items() if tags}


def tag_actions(arns: Iterable[str]) -> set[tuple[str, str]]:
    """Return the IAM actions that reading the tags of these resources needs, each with the ARN that it is needed on.

    The Resource Groups Tagging API knows no resources.
    """
    found: set[tuple[str, str]] = set()
    for arn in arns:
        _, _, service, region, _, name = arn.split(":", 5)
        kind = name.partition("/")[0]
        if service == "s3":
            found.add(("s3:GetBucketTagging", arn))
        elif service == "iam" and kind in (*_IAM, "policy"):
            found.add((f"iam:List{kind.title()}Tags", arn))
        elif service != "iam" and (region or service in _EVERYWHERE):
            found.add(("tag:GetResources", "*"))
    return found


def _of_bucket(ask: Ask, arn: str, name: str) -> dict[str, str]:
    answer = ask.call_or_none(_NONE, "s3", "GetBucketTagging", Bucket=name)
    return _plain((answer or {}).get("TagSet", ()))


def _of_iam(ask: Ask, arn: str, name: str) -> dict[str, str]:
    kind, _, path = name.partition("/")
    if kind == "policy" and ":aws:policy" not in arn:
        answer = ask.call_or_none(_NONE, "iam", "ListPolicyTags", PolicyArn=arn)
    elif kind in _IAM:
        operation, parameter = _IAM[kind]
        answer = ask.call_or_none(_NONE, "iam", operation, "", **{parameter: path.rsplit("/", 1)[-1]})
    else:
        return {}
    return _plain((answer or {}).get("Tags", ()))


def _plain(tags: Iterable[dict[str, str]]) -> dict[str, str]:
    return {str(one.get("Key", "")): str(one.get("Value", "")) for one in tags}


_READERS: dict[str, Callable[[Ask, str, str], dict[str, str]]] = {"s3": _of_bucket, "iam": _of_iam}
