"""Formats for people: names that come from AWS cannot draw, link or hide anything."""

from __future__ import annotations

import msgspec
import pytest
from markdown_it import MarkdownIt

from rootwarden.model.plan import Difference
from rootwarden.report import plans
from tests.exports.sample_plans import change, contact, declared, new_key, plan
from tests.exports.stacks import text

EVIL = "a`b <img src=x> [c](http://evil.example) \x1b[31m\u202e*d*\r\n# e"
ODD = change(
    "odd", by_hand=(f"Type `rootwarden explain X` and look at {EVIL}",),
    shows=(Difference(what=EVIL, before=EVIL, after="``x`"),), notes=(EVIL,),
)  # fmt: skip


def test_a_runbook_shows_names_and_nothing_else() -> None:
    """No image, link, heading or emphasis comes of a name; Rootwarden's own code stays code."""
    tokens = MarkdownIt().parse(text(plan(ODD), "markdown"))
    inner = [child for token in tokens for child in token.children or []]
    assert {child.type for child in inner} <= {"text", "code_inline", "text_special"}
    assert "rootwarden explain X" in [child.content for child in inner if child.type == "code_inline"]
    assert "``x`" in [child.content for child in inner if child.type == "code_inline"]
    assert len([token for token in tokens if token.type == "heading_open"]) == 2


def test_a_runbook_says_what_to_keep_of_an_answer() -> None:
    """Otherwise nobody could fill in the later steps."""
    said = text(plan(new_key()), "markdown")
    assert "Keep `KeyMetadata.KeyId` of the answer: later steps call it `key.id`." in said
    assert '`{"$ref": "step.name"}` is what' in said
    assert "$ref" not in text(plan(contact()), "markdown")


@pytest.mark.parametrize("name", plans.names())
def test_no_format_holds_what_turns_or_hides_text(name: str) -> None:
    """Neither a control character nor one that turns the direction of text stands in any file."""
    topic = declared("SNS::Topic", "T", TopicName="t", DisplayName=EVIL)
    steps = contact().steps
    call = steps[0].call
    parameters = {**call.parameters, "Name": EVIL}
    hidden = msgspec.structs.replace(steps[0], call=msgspec.structs.replace(call, parameters=parameters))
    made = plan(ODD, change("code", topic), change("calls", steps=(hidden,), account="432143214321"))
    if name == "cloudformation":
        made = plan(ODD, change("code", topic), change("calls", steps=(hidden,)))
    said = text(made, name)
    assert "\x1b" not in said
    assert "\u202e" not in said or name == "json"
