"""Whatever a property says, Terraform reads the same: nothing in a text is evaluated, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rootwarden.report.code.hcl import Argument, Block, Raw, called, expression, quoted, written
from tests.exports.hcl_read import parsed, text_of, value_of
from tests.laws.effort import tried

# Texts of what HCL and shells take for something else.
ODD = [
    "${x}",
    "$${x}",
    "$$${",
    "%{ if }",
    "%%{",
    "$",
    "%",
    "${",
    "{",
    "}",
    '"',
    "\\",
    "\\${a}",
    "\n",
    "é漢😀",
    "<<EOT",
    "//",
]
texts = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    st.lists(st.sampled_from(ODD), max_size=6).map("".join),
)
numbers = st.one_of(st.integers(-(10**15), 10**15), st.floats(allow_nan=False, allow_infinity=False))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


def _code(value: Any) -> str:
    return written([Block("locals", (), (Argument("before", 1), Argument("v", value), Argument("after", "x")))])


@given(values)
@settings(max_examples=150, deadline=None)
def test_any_properties_survive(value: Any) -> None:
    """JSON of any shape comes back as it was."""
    (block,) = parsed(_code(value))["locals"]
    assert value_of(block["v"]) == value
    assert (block["before"], block["after"]) == (1, '"x"')


@given(texts)
@tried
def test_nothing_in_a_text_is_evaluated(text: str) -> None:
    """A quoted text is one line, and reads as it was by HCL's own rules."""
    code = quoted(text)
    assert "\n" not in code
    assert text_of(code[1:-1]) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("user/${aws:username}", '"user/$${aws:username}"'),
        ("%{ if x }", '"%%{ if x }"'),
        ("$${x}", '"\\u0024$${x}"'),
        ("ends with ${", '"ends with \\u0024{"'),
        ('say "hi"\n', '"say \\"hi\\"\\n"'),
    ],
)
def test_how_templates_are_told_apart(text: str, code: str) -> None:
    """As people write it where that is clear, by number where it is not."""
    assert quoted(text) == code


def test_references_and_calls_stand_as_they_are() -> None:
    """References are no text, also deep inside of a document."""
    assert expression({"Resource": [Raw("aws_s3_bucket.x.arn")]}) == (
        '{\n  "Resource" = [\n    aws_s3_bucket.x.arn,\n  ]\n}'
    )
    assert called("jsonencode", {"a": 1}).text == 'jsonencode({\n  "a" = 1\n})'
    with pytest.raises(TypeError, match="set"):
        expression({1})


@pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform here")
def test_terraform_itself_reads_the_same(tmp_path: Path) -> None:
    """The program, not only a parser of its language, gives back every odd text, in its own format."""
    value = {
        f"{at}{one}": [one, f"{one}x}}", f"a{one}{one}"] for at, one in enumerate([*ODD, *map("".join, pairwise(ODD))])
    }
    output = Block("output", ("v",), (Argument("value", called("jsonencode", value)),))
    (tmp_path / "main.tf").write_text(written([output]), encoding="utf-8")
    (tmp_path / "rc").touch()

    def terraform(*arguments: str) -> str:
        done = subprocess.run(
            ["terraform", *arguments], cwd=tmp_path, capture_output=True, check=True,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TF_CLI_CONFIG_FILE": str(tmp_path / "rc")},
        )  # fmt: skip
        return done.stdout.decode()

    terraform("fmt", "-check")
    terraform("apply", "-auto-approve", "-no-color")
    assert json.loads(terraform("output", "-raw", "v")) == value
