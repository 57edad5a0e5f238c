"""Switches log file validation on: from then on nobody can change or remove a log file without being noticed.

CloudTrail itself writes a signed digest each hour, at no cost. Nothing that reads the log files is disturbed.
"""

from __future__ import annotations

from rootwarden.model.expect import Expect, Item
from rootwarden.model.plan import Call, Change, Difference, Risk, Step
from rootwarden.model.remedy import Case, Not, Remedy

REMEDY = Remedy(
    title="Switch log file validation on",
    order=40,
    risks=(Risk.SAFE,),
    calls=("cloudtrail.UpdateTrail",),
)


def prescribe(case: Case) -> Change | Not:
    """Set EnableLogFileValidation of the trail; taken back, it is off again."""
    arn = case.finding.resource
    name = arn.rsplit("/", 1)[-1]
    at = (Item("TrailARN", arn), "LogFileValidationEnabled")
    update = Step(
        id="trail", does="Switch validation on", call=_update(case, arn, on=True), undo=(_update(case, arn, on=False),),
        on=(arn,),
    )  # fmt: skip
    return case.change(
        f"Switch log file validation of the trail {name} on",
        risk=Risk.SAFE,
        steps=(update,),
        expects=(Expect(fact="cloudtrail.trails", at=at, value=False),),
        then=(Expect(fact="cloudtrail.trails", at=at, value=True),),
        shows=(Difference(what="LogFileValidationEnabled", before="false", after="true"),),
    )


def _update(case: Case, arn: str, *, on: bool) -> Call:
    parameters = {"Name": arn, "EnableLogFileValidation": on}
    return Call(service="cloudtrail", operation="UpdateTrail", region=case.finding.region, parameters=parameters)
