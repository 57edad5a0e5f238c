"""Whether a service may publish to an SNS topic: by the topic's policy, and by the policy of the key that encrypts it.

Sources: CloudWatch User Guide, "Amazon SNS and alarms"; EventBridge User Guide, "Using resource-based policies"; Cost
Management User Guide, "Creating an Amazon SNS topic for budget notifications"; AWS re:Post, "CloudWatch alarms and
encrypted SNS topics" (the default key aws/sns lets no other service in).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.model.view import View
from rootwarden.proofs.answers import NO, YES, Answer, cannot_tell
from rootwarden.proofs.condition_values import Context
from rootwarden.proofs.key_lookup import find_key
from rootwarden.proofs.policy_decision import Decision, Effect, Request, decide
from rootwarden.proofs.policy_document import Document, read_document
from rootwarden.proofs.policy_principals import Caller, account, account_of, identity, service

CLOUDWATCH = "cloudwatch.amazonaws.com"
EVENTS = "events.amazonaws.com"
BUDGETS = "budgets.amazonaws.com"
_SOURCES = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths")
_DEFAULT_KEY = "alias/aws/sns"
_KEY_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")
_USABLE = ("Enabled", "Updating")


class Publisher(Struct, frozen=True, gc=False, order=True):
    """What sends messages to a topic: the service, and the alarm, rule or budget behind it ("" where unknown).

    `role` is the ARN of the role as which EventBridge sends to a target that names one, "" elsewhere.
    """

    service: str
    account: str
    name: str
    arn: str = ""
    region: str = ""
    role: str = ""

    def context(self) -> Context:
        """Return the condition keys of its calls. Only alarms act for the owning account (AWS:SourceOwner).

        EventBridge names neither the rule nor its account: Conditions do not work in topic policies for it (EventBridge
        User Guide, "Amazon SNS permissions"), nor do source keys in policies of keys (SNS Developer Guide, "Key
        management").
        """
        if self.role:
            return {"aws:securetransport": "true"}
        if self.service == EVENTS:
            return {**dict.fromkeys(_SOURCES), "aws:securetransport": "true", "kms:calleraccount": None}
        known: dict[str, str | tuple[str, ...] | None] = {
            "aws:sourceaccount": self.account,
            "aws:sourceowner": self.account if self.service == CLOUDWATCH else None,
            "aws:securetransport": "true",
            "kms:calleraccount": None,
        }
        if self.arn:
            known["aws:sourcearn"] = self.arn
        return known

    def callers(self) -> tuple[Caller, ...]:
        """Return as whom it may come: the service, and for alarms the owning account too."""
        if self.role:
            return (identity(self.role),)
        if self.service == CLOUDWATCH:
            return (service(self.service), account(self.account))
        return (service(self.service),)


def shut_out(topic: Sight, arn: str, publishers: Iterable[Publisher]) -> Iterator[Publisher]:
    """Go through the publishers that the topic's policy does not let publish.

    Raises:
        UnseenError: the policy is unread, or whether it lets a publisher in cannot be told.
    """
    sight = topic["attributes"]["Policy"]
    policy = read_document(sight.plain())
    for publisher in _told_apart(policy, publishers):
        answer = _as_role(policy, arn, publisher) if publisher.role else _any_caller(policy, arn, publisher)
        if answer.value is None:
            raise UnseenError(Unknown(f"policy_not_understood: {answer.why}"), sight.path)
        if not answer.value:
            yield publisher


def key_problem(seen: View, topic: Sight, arn: str, publishers: Iterable[Publisher]) -> tuple[str, str] | None:
    """Return why the key of an encrypted topic stops messages, and the publisher it is about ("" for all).

    The reasons are "default_key", "key_not_usable" and "key_policy". None where the topic is not encrypted with a key
    of KMS, or where every publisher may use it.

    Raises:
        UnseenError: the key or its policy is unread, or its meaning cannot be told.
    """
    named = topic["attributes"]["KmsMasterKeyId"].text(default="")
    if not named:
        return None
    if named.endswith(_DEFAULT_KEY):
        return "default_key", ""
    _, _, _, region, owner, _ = arn.split(":", 5)
    key = find_key(seen, named, owner, region)
    if key["KeyState"].recorded_in(Log()).is_null:
        return "key_not_usable", ""
    if key["KeyManager"].recorded_in(Log()).text() == "AWS":
        key["KeyManager"].text()
        return "default_key", ""
    if key["KeyState"].text() not in _USABLE:
        return "key_not_usable", ""
    sight = key["policy"]
    policy = read_document(sight.plain())
    for publisher in _told_apart(policy, publishers):
        for action in _KEY_ACTIONS:
            allowed = _decided(policy, action, key.told("Arn"), publisher.callers()[0], publisher)
            if allowed.allowed is None:
                raise UnseenError(Unknown(f"policy_not_understood: {allowed.why}"), sight.path)
            if not allowed.allowed:
                return "key_policy", publisher.name
    return None


def _any_caller(policy: Document, arn: str, publisher: Publisher) -> Answer:
    """Return yes if one guise of the publisher may publish and none is denied."""
    decisions = [_decided(policy, "sns:Publish", arn, caller, publisher) for caller in publisher.callers()]
    if any(decision.effect is Effect.DENY for decision in decisions):
        return NO
    unsure = next((decision for decision in decisions if decision.effect is Effect.UNKNOWN), None)
    if unsure is not None and Effect.DENY in unsure.possible:
        return cannot_tell(unsure.why)
    if any(decision.allowed for decision in decisions):
        return YES
    return cannot_tell(unsure.why) if unsure is not None else NO


def _decided(policy: Document, action: str, resource: str, caller: Caller, publisher: Publisher) -> Decision:
    """Decide one call; left open where EventBridge gets in only because a source key is absent: nobody promises it."""
    context = publisher.context()
    if publisher.service != EVENTS or not _asks_for(policy, _SOURCES):
        return decide(policy, Request(action, resource, caller, context))
    unsure = {name: value for name, value in context.items() if name not in _SOURCES}
    whatever = decide(policy, Request(action, resource, caller, unsure))
    if whatever.allowed:  # so it is without those keys too
        return whatever
    found = decide(policy, Request(action, resource, caller, context))
    return whatever if found.allowed else found


def _as_role(policy: Document, arn: str, publisher: Publisher) -> Answer:
    """Return no if the role is surely kept out, else that nobody can tell.

    Its own policies count too, and AWS warns that sending to topics as a role may fail even so (EventBridge User Guide,
    "Using resource-based policies"). In another account nothing goes without the topic's policy.
    """
    decision = decide(policy, Request("sns:Publish", arn, identity(publisher.role), publisher.context()))
    own = account_of(publisher.role) == arn.split(":")[4]
    if decision.effect is Effect.DENY or (decision.allowed is False and not own):
        return NO
    return cannot_tell("EventBridge sends as a role, whose own policies count too")


def _told_apart(policy: Document, publishers: Iterable[Publisher]) -> Iterable[Publisher]:
    """Return one publisher per service, account and role where the policy does not look at the single alarm or rule."""
    if _asks_for(policy, ("aws:sourcearn",)):
        return publishers
    return {(publisher.service, publisher.account, publisher.role): publisher for publisher in publishers}.values()


def _asks_for(policy: Document, keys: Iterable[str]) -> bool:
    """Return whether any condition of a policy is about one of these keys."""
    return any(condition.key in keys for statement in policy.statements for condition in statement.conditions)
