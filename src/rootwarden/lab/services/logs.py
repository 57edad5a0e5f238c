"""Log groups whose lines are counted by metric filters and found by what a pattern means."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from moto.core.responses import ActionResult
from moto.logs.responses import LogsResponse

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.filter_pattern import BadPattern, Matcher, UnreadPattern, compile_pattern
from rootwarden.lab.sending.log_groups import count


class Logs(LogsResponse):
    """moto keeps metric filters and does nothing with them; it takes any text for a pattern, and finds by words."""

    def put_log_events(self) -> Any:
        """Add lines and let the metric filters of the group count those that were accepted."""
        answer: Any = super().put_log_events()
        rejected = json.loads(answer).get("rejectedLogEventsInfo") or {}
        first = max(rejected.get("tooOldLogEventEndIndex", -1), rejected.get("expiredLogEventEndIndex", -1)) + 1
        events: list[dict[str, Any]] = self._get_param("logEvents") or []
        lines = [str(one["message"]) for one in events[first : rejected.get("tooNewLogEventStartIndex")]]
        count(self.current_account, self.region, str(self._get_param("logGroupName")), lines)
        return answer

    def put_metric_filter(self) -> Any:
        """Set a filter; one of the same name is replaced, and a pattern nobody can read is refused."""
        group, name = self._get_param("logGroupName"), self._get_param("filterName")
        if group not in self.logs_backend.groups:
            raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
        with suppress(NotImplementedError):  # AWS takes such a pattern; here it counts nothing
            _compiled(str(self._get_param("filterPattern")))
        filters = self.logs_backend.filters.metric_filters
        filters[:] = [one for one in filters if (one["filterName"], one["logGroupName"]) != (name, group)]
        return super().put_metric_filter()

    def test_metric_filter(self) -> ActionResult:
        """Say which of some lines a pattern matches."""
        matcher = _compiled(str(self._get_param("filterPattern")))
        lines: list[str] = self._get_param("logEventMessages") or []
        found = [
            {"eventNumber": number, "eventMessage": line, "extractedValues": {}}
            for number, line in enumerate(lines, start=1)
            if matcher(line)
        ]
        return ActionResult({"matches": found})

    def filter_log_events(self) -> Any:
        """Find lines by a pattern; a page may hold fewer than asked for, or none, and still lead on."""
        matcher = _compiled(str(self._get_param("filterPattern") or ""))
        events, token, streams = self.logs_backend.filter_log_events(
            self._get_param("logGroupName") or str(self._get_param("logGroupIdentifier")).rpartition(":")[2],
            self._get_param("logStreamNames", []),
            self._get_param("startTime"),
            self._get_param("endTime"),
            self._get_param("limit"),
            self._get_param("nextToken"),
            "",
            self._get_param("interleaved", False),
        )
        found = [one for one in events if matcher(str(one["message"]))]
        return json.dumps({"events": found, "nextToken": token, "searchedLogStreams": streams})


def _compiled(pattern: str) -> Matcher:
    try:
        return compile_pattern(pattern)
    except UnreadPattern as error:
        raise NotImplementedError(str(error)) from error
    except BadPattern as error:
        raise AwsError("InvalidParameterException", f"Invalid metric filter pattern: {error}") from error
