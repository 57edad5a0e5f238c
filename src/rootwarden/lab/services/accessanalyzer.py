"""IAM Access Analyzer: analyzers are made, listed and deleted; what they would find is not worked out.

Sources: IAM Access Analyzer API Reference, CreateAnalyzer, GetAnalyzer, ListAnalyzers, DeleteAnalyzer; IAM User Guide,
"IAM Access Analyzer quotas" (one external access analyzer of an account for each Region, and one of an organization).
"""

from __future__ import annotations

from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.clock import now
from rootwarden.lab.membership import administers, organization_of

PRINCIPAL = "access-analyzer.amazonaws.com"
_KINDS = (
    "ACCOUNT", "ORGANIZATION", "ACCOUNT_UNUSED_ACCESS", "ORGANIZATION_UNUSED_ACCESS", "ACCOUNT_INTERNAL_ACCESS",
    "ORGANIZATION_INTERNAL_ACCESS",
)  # fmt: skip


class Analyzers(BaseBackend):
    """The analyzers of one account and Region by name, the tokens they were made with, and their archive rules."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start without any."""
        super().__init__(region_name, account_id)
        self.held: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, str] = {}
        self.rules: dict[str, list[dict[str, Any]]] = {}


_analyzers: BackendDict[Analyzers] = BackendDict(Analyzers, "accessanalyzer")


class AccessAnalyzer(BaseResponse):
    """Answers as the service does, for what concerns the analyzers themselves."""

    def __init__(self) -> None:
        """Parse parameters by the model."""
        super().__init__(service_name="accessanalyzer")
        self.automated_parameter_parsing = True

    @property
    def _kept(self) -> Analyzers:
        return _analyzers[self.current_account][self.region]

    def create_analyzer(self) -> ActionResult:
        """Make an analyzer, active at once; the same token gives back the one made with it."""
        name, kind = str(self._get_param("analyzerName")), str(self._get_param("type"))
        token, kept = self._get_param("clientToken"), self._kept
        if kind not in _KINDS:
            raise AwsError("ValidationException", f"Value '{kind}' at 'type' must be one of {', '.join(_KINDS)}")
        if name in kept.held:
            if token and kept.tokens.get(name) == token:
                return ActionResult({"arn": kept.held[name]["arn"]})
            raise AwsError("ConflictException", f"An analyzer named {name} already exists.", 409)
        if any(one["type"] == kind for one in kept.held.values()):
            raise AwsError("ServiceQuotaExceededException", f"The quota of analyzers of type {kind} is reached.", 402)
        if kind.startswith("ORGANIZATION"):
            self._let_organization_in()
        arn = f"arn:{self.partition}:access-analyzer:{self.region}:{self.current_account}:analyzer/{name}"
        kept.held[name] = {"arn": arn, "name": name, "type": kind, "createdAt": now(), "status": "ACTIVE"}
        kept.tokens[name] = str(token or "")
        return ActionResult({"arn": arn})

    def get_analyzer(self) -> ActionResult:
        """Return an analyzer."""
        return ActionResult({"analyzer": self._named()})

    def list_analyzers(self) -> ActionResult:
        """Return the analyzers of the account in this Region, in pages of at most 100."""
        kind, start = self._get_param("type"), int(self._get_param("nextToken") or 0)
        most = int(self._get_param("maxResults") or 100)
        found = [one for one in self._kept.held.values() if kind in (None, one["type"])]
        answer: dict[str, Any] = {"analyzers": found[start : start + most]}
        if start + most < len(found):
            answer["nextToken"] = str(start + most)
        return ActionResult(answer)

    def delete_analyzer(self) -> EmptyResult:
        """Delete an analyzer that is there, with its rules."""
        name = self._named()["name"]
        del self._kept.held[name]
        self._kept.rules.pop(name, None)
        return EmptyResult()

    def create_archive_rule(self) -> EmptyResult:
        """Make a rule by which findings are archived; nothing is found here, so that none is."""
        rules = self._kept.rules.setdefault(self._named()["name"], [])
        name = str(self._get_param("ruleName"))
        if any(one["ruleName"] == name for one in rules):
            raise AwsError("ConflictException", f"An archive rule named {name} already exists.", 409)
        times = {"createdAt": now(), "updatedAt": now()}
        rules.append({"ruleName": name, "filter": self._get_param("filter") or {}, **times})
        return EmptyResult()

    def list_archive_rules(self) -> ActionResult:
        """Return the rules of an analyzer."""
        return ActionResult({"archiveRules": self._kept.rules.get(self._named()["name"], [])})

    def _named(self) -> dict[str, Any]:
        name = str(self._get_param("analyzerName"))
        held = self._kept.held.get(name)
        if held is None:
            raise AwsError("ResourceNotFoundException", f"The analyzer {name} does not exist.", 404)
        return held

    def _let_organization_in(self) -> None:
        """Refuse whoever may not look at a whole organization: only its management or a delegated administrator."""
        organization = organization_of(self.current_account, self.partition)
        if organization is None or not administers(self.current_account, organization, PRINCIPAL):
            text = "You must create an organization, or be its delegated administrator, to create such an analyzer."
            raise AwsError("ValidationException", text)
