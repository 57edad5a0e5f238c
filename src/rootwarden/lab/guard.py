"""Judges a call before anything is done: faults in force, credentials, and what limits a session."""

from __future__ import annotations

from rootwarden.lab.actions import action_of
from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.call import Call
from rootwarden.lab.callers import Caller
from rootwarden.lab.clock import now
from rootwarden.lab.faults import Faults
from rootwarden.lab.needs import Need, needs_of
from rootwarden.lab.policy_check import allowed_by, denied_by
from rootwarden.lab.refusals import not_allowed, refusal
from rootwarden.lab.sessions import Session

MAX_SKEW_SECONDS = 300
_ALWAYS_ALLOWED = frozenset({"sts:GetCallerIdentity"})  # IAM User Guide: needs no permission, cannot be denied


def refused(call: Call, caller: Caller, faults: Faults) -> AwsError | None:
    """Return the error AWS would send instead of an answer, or None when the call may go on."""
    action = action_of(call.service, call.operation) if call.operation else ""
    return (
        _bad_credentials(call, caller, faults)
        or _throttled(call, action, faults)
        or (None if action in _ALWAYS_ALLOWED or not action else _not_permitted(call, caller, action, faults))
    )


def _throttled(call: Call, action: str, faults: Faults) -> AwsError | None:
    hit = faults.throttled_now(action, call.account)
    if hit is None:
        return None
    return AwsError(hit.code, hit.message) if hit.code else refusal(call, "throttled")


def _bad_credentials(call: Call, caller: Caller, faults: Faults) -> AwsError | None:
    if abs(faults.skew_seconds) > MAX_SKEW_SECONDS:
        return refusal(call, "skewed")
    if caller.inactive or (faults.known_keys_only and caller.kind == "unknown"):
        return refusal(call, "unknown_key")
    session = caller.session
    marked = faults.expired_keys
    if marked and (call.access_key in marked or (session is not None and "*" in marked)):
        return refusal(call, "expired")
    if session is None:
        return None
    if call.request.headers.get("X-Amz-Security-Token") != session.token:
        return refusal(call, "unknown_key")
    return refusal(call, "expired") if session.expires <= now() else None


def _not_permitted(call: Call, caller: Caller, action: str, faults: Faults) -> AwsError | None:
    if faults.denies(action, call.account):
        because = f"because no identity-based policy allows the {action} action"
        return not_allowed(call, caller.arn, action, "*", because)
    session = caller.session
    if session is None or not (session.task or session.policies):
        return None
    if session.task is not None:
        resource = _root_resource(call)
        if denied_by(session.task, action, resource, _context(caller)):
            because = "with an explicit deny in a session policy"
            return not_allowed(call, caller.arn, action, resource or "*", because)
    return _outside_session(call, session, action)


def _outside_session(call: Call, session: Session, action: str) -> AwsError | None:
    """Session policies grant together: one must allow, none may deny; what the role itself may do is not asked.

    Not the action alone is judged, but all that the call's parameters bring, each on what it is about.
    """
    if not session.policies:
        return None
    if call.service == "sts" and call.operation == "AssumeRoot":
        resource, task = _root_asked_for(call)
        return _outside(call, session, Need(action, resource, {"sts:taskpolicyarn": task}))
    return next((error for need in needs_of(call) if (error := _outside(call, session, need))), None)


def _outside(call: Call, session: Session, need: Need) -> AwsError | None:
    context = {"aws:principalarn": session.issuer_arn, "aws:principalaccount": session.account, **need.context}
    asked = (need.action, need.resource, context)
    if any(denied_by(document, *asked) for document in session.policies):
        return not_allowed(call, session.arn, need.action, "*", "with an explicit deny in a session policy")
    if any(allowed_by(document, *asked) for document in session.policies):
        return None
    because = f"because no session policy allows the {need.action} action"
    return not_allowed(call, session.arn, need.action, need.resource or "*", because)


def _context(caller: Caller) -> dict[str, str]:
    return {
        "aws:principalarn": caller.arn,
        "aws:principalaccount": caller.account,
        "aws:resourceaccount": caller.account,
    }


def _root_asked_for(call: Call) -> tuple[str, str]:
    """Return the ARN of the root user whom AssumeRoot is about, and the task policy that is asked for.

    Source: Service Authorization Reference, AWS STS: the resource and the condition key of AssumeRoot.
    """
    parameters = call.parameters()
    target = str(parameters.get("TargetPrincipal", ""))
    arn = target if target.startswith("arn:") else f"arn:aws:iam::{target}:root"
    return arn, str((parameters.get("TaskPolicyArn") or {}).get("arn", ""))


def _root_resource(call: Call) -> str | None:
    """Return the ARN an IAM call of a root session is about: root itself unless it names a user."""
    if call.service != "iam":
        return None
    parameters = call.parameters()
    user = parameters.get("UserName")
    return f"arn:aws:iam::{call.account}:user/{user}" if user else f"arn:aws:iam::{call.account}:root"
