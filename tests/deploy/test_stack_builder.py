"""The builder of stacks refuses what it does not know, orders what needs each other, and chooses by conditions."""

from __future__ import annotations

import pytest

from rootwarden.errors import InputError, UsageError
from rootwarden.lab.seeding.hands import Hands
from rootwarden.lab.server import Lab
from rootwarden.lab.stack import apply, roll_out
from tests.emulated.lab_at_work import _open_lab

__all__ = ["_open_lab"]
ACCOUNT, REGION = "123412341234", "us-east-1"
QUEUE = "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: q"

REFUSED = {
    "type": ("Resources: {T: {Type: AWS::DynamoDB::Table, Properties: {}}}", "AWS::DynamoDB::Table"),
    "property": (f"{QUEUE}, FifoQueue: true}}}}}}", "FifoQueue"),
    "missing property": ("Resources: {Q: {Type: AWS::SQS::Queue, Properties: {}}}", "lacks QueueName"),
    "function": (f"{QUEUE}, VisibilityTimeout: !FindInMap [A, b, c]}}}}}}", "Fn::FindInMap"),
    "section": ("Transform: AWS::Serverless\nResources: {}", "Transform"),
    "key of a resource": ("Resources: {Q: {Type: AWS::SQS::Queue, CreationPolicy: {}}}", "CreationPolicy"),
    "name": (f"{QUEUE}, KmsMasterKeyId: !Ref Nowhere}}}}}}", "Nowhere"),
    "attribute": (f"{QUEUE}}}}}}}\nOutputs: {{O: {{Value: !GetAtt Q.Colour}}}}", "Colour"),
    "condition": (f"{QUEUE}, KmsMasterKeyId: !If [Never, a, b]}}}}}}", "Never"),
    "circle": (
        "Resources: {A: {Type: AWS::SQS::QueuePolicy, DependsOn: B}, B: {Type: AWS::SQS::QueuePolicy, DependsOn: A}}",
        "circle",
    ),
    "use of what a condition leaves out": (
        "Conditions: {Never: !Equals [a, b]}\n"
        "Resources: {A: {Type: AWS::SQS::Queue, Condition: Never}, B: {Type: AWS::SQS::QueuePolicy, DependsOn: A}}",
        "its condition does not hold",
    ),
    "parameter of the call": (
        "Resources: {R: {Type: AWS::Events::Rule, Properties: {Name: r, EventPattern: {source: [a]},"
        " Targets: [{Id: t, Arn: 'arn:aws:sqs:us-east-1:123412341234:q', DeadLetters: {}}]}}}",
        "DeadLetters",
    ),
    "yaml": ("Resources: [", "no YAML"),
    "nothing": ("Description: nothing", "no Resources"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_known_is_refused_by_name(open_lab: Lab, name: str) -> None:
    """Nothing in a template is skipped: what the builder cannot make, it names."""
    text, named = REFUSED[name]
    with pytest.raises(InputError, match=named):
        apply(text, {}, Hands(open_lab.endpoint), ACCOUNT, REGION)


PARAMETERS = """\
Parameters:
  Id: {Type: String, AllowedPattern: "^o-[a-z]+$"}
  Size: {Type: Number, Default: 5, MinValue: 2}
  Mode: {Type: String, Default: "true", AllowedValues: ["true", "false"]}
Resources: {}
Outputs:
  All: {Value: !Sub "${Id}/${Size}/${Mode}/${AWS::Region}/${AWS::AccountId}"}
"""


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "Id is missing"),
        ({"Id": "x"}, "Id is 'x'"),
        ({"Id": "o-a", "Size": "1"}, "Size is '1'"),
        ({"Id": "o-a", "Mode": "yes"}, "Mode is 'yes'"),
        ({"Id": "o-a", "Colour": "red"}, "no parameter Colour"),
    ],
)
def test_parameters_are_checked(open_lab: Lab, given: dict[str, str], named: str) -> None:
    """A parameter is given, allowed and known, as CloudFormation has it."""
    with pytest.raises(UsageError, match=named):
        apply(PARAMETERS, given, Hands(open_lab.endpoint), ACCOUNT, REGION)


def test_parameters_and_pseudo_parameters(open_lab: Lab) -> None:
    """Defaults count where nothing is given."""
    stack = apply(PARAMETERS, {"Id": "o-a"}, Hands(open_lab.endpoint), ACCOUNT, REGION)
    assert stack.outputs == {"All": f"o-a/5/true/{REGION}/{ACCOUNT}"}


ORDERED = """\
Parameters: {Dead: {Type: String, Default: ""}}
Conditions:
  HasDead: !Not [!Equals [!Ref Dead, ""]]
  Both: !And [!Condition HasDead, !Equals [!Ref Dead, wanted]]
  Either: !Or [!Condition HasDead, !Equals [a, a]]
Resources:
  First:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: ordered
      RedrivePolicy: !If
        - HasDead
        - { deadLetterTargetArn: !GetAtt Second.Arn, maxReceiveCount: 3 }
        - !Ref AWS::NoValue
  Second:
    Type: AWS::SQS::Queue
    Condition: HasDead
    Properties: { QueueName: ordered-dead }
Outputs:
  Dead: { Condition: HasDead, Value: !GetAtt Second.Arn }
  Both: { Condition: Both, Value: yes }
  Either: { Condition: Either, Value: yes }
"""


@pytest.mark.parametrize(
    ("dead", "order", "outputs"),
    [
        ("", ["First"], {"Either"}),
        ("some", ["Second", "First"], {"Dead", "Either"}),
        ("wanted", ["Second", "First"], {"Dead", "Both", "Either"}),
    ],
)
def test_conditions_and_order(open_lab: Lab, dead: str, order: list[str], outputs: set[str]) -> None:
    """What a condition leaves out is not made, and what is needed is made first, whatever the order in the file."""
    open_lab.reset()
    stack = apply(ORDERED, {"Dead": dead}, Hands(open_lab.endpoint), ACCOUNT, REGION)
    assert list(stack.resources) == order
    assert set(stack.outputs) == outputs


def test_a_roll_out_is_a_stack_set_and_nothing_else(open_lab: Lab) -> None:
    """Another template is refused, and so is a stack set with what is not known."""
    hands = Hands(open_lab.endpoint)
    with pytest.raises(InputError, match="no roll-out"):
        roll_out(ORDERED, {}, hands, [ACCOUNT], REGION)
    unknown = "Resources: {S: {Type: AWS::CloudFormation::StackSet, Properties: {TemplateURL: x}}}"
    with pytest.raises(InputError, match="TemplateURL"):
        roll_out(unknown, {}, hands, [ACCOUNT], REGION)
