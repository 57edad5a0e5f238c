"""The Resource Groups Tagging API knows the tags of trails as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from moto.cloudtrail.models import cloudtrail_backends
from moto.core.resource_tagging import TaggedResource, make_tag_matcher, match_resource_type
from moto.core.responses import ActionResult
from moto.resourcegroupstaggingapi.responses import ResourceGroupsTaggingAPIResponse

_TRAIL = "cloudtrail:trail"


class ResourceTags(ResourceGroupsTaggingAPIResponse):
    """moto leaves trails out."""

    def get_resources(self) -> ActionResult:
        """Return what moto finds, and on the first page the trails of the Region."""
        answer = super().get_resources()
        body: Any = answer.result
        if not self._get_param("PaginationToken"):
            trails = [{"ResourceARN": one.arn, "Tags": _pairs(one.tags)} for one in self._trails()]
            body["ResourceTagMappingList"] = [*trails, *body["ResourceTagMappingList"]]
        return ActionResult(body)

    def _trails(self) -> Iterator[TaggedResource]:
        wanted = self._get_param("ResourceARNList", [])
        fits = make_tag_matcher(self._get_param("TagFilters", []))
        backend = cloudtrail_backends[self.current_account][self.region]
        for trail in backend.trails.values():
            listed = backend.tagging_service.list_tags_for_resource(trail.arn)["TagsList"]
            tags = {one["Key"]: one["Value"] for one in listed}
            right_kind = match_resource_type(_TRAIL, self._get_param("ResourceTypeFilters", []))
            if tags and fits(tags) and right_kind and (not wanted or trail.arn in wanted):
                yield TaggedResource(arn=trail.arn, tags=tags, resource_type=_TRAIL)


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
