"""The HTML report: well formed, complete, loads nothing, survives hostile names, stays small."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rootwarden.model.audit import AccountSeen, Audit
from rootwarden.model.findings import Status
from rootwarden.report.formats import find
from rootwarden.report.masking import masked
from tests.report.audits import NAMES, OPTIONS, account_id, audit, finding, large, organization_of, small
from tests.report.sample_controls import SAMPLES

VOID = {"meta", "link", "br", "input", "wbr"}
# HTML lets these end without a tag; the compact table of many accounts makes use of it.
MAY_STAY_OPEN = {"td", "th", "tr"}
# Shapes inside an svg close themselves.
LOADING = {"src", "srcset", "data", "poster", "action", "formaction", "background", "ping", "manifest"}


class Reader(HTMLParser):
    """Reads a page strictly: every element must be closed where it was opened."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        while self.open and self.open[-1] in MAY_STAY_OPEN and tag in MAY_STAY_OPEN and self._ends(tag):
            self.open.pop()
        if tag not in VOID:
            self.open.append(tag)

    def _ends(self, tag: str) -> bool:
        return tag == "tr" or self.open[-1] != "tr"

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        while self.open[-1] != tag and self.open[-1] in MAY_STAY_OPEN:
            self.open.pop()
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        if self.open and self.open[-1] not in {"style", "script"}:
            self.texts.append(data)


def page(of: Audit, **choices) -> str:
    """Return the masked audit as HTML."""
    return find("html").render(masked(of), msgspec.structs.replace(OPTIONS, **choices))


def read(text: str) -> Reader:
    """Parse a page; fails if it is not well formed."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


@cache
def of_large() -> str:
    """The page of fifteen accounts."""
    return page(large())


@pytest.mark.parametrize("make", [small, large, lambda: organization_of(200), lambda: audit([], [])])
def test_page_is_well_formed(make) -> None:
    """Every element is closed, every id is there once, every link inside the page leads somewhere."""
    reader = read(page(make()))
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = {attrs["href"][1:] for tag, attrs in reader.tags if tag in {"a", "use"} and attrs["href"].startswith("#")}
    assert links <= set(ids)
    labels = {name for _, attrs in reader.tags for name in (attrs.get("aria-labelledby") or "").split()}
    assert labels <= set(ids)


def test_nothing_is_loaded() -> None:
    """Only links a reader follows may leave the page; no style, script, image or font comes from anywhere else."""
    for tag, attrs in read(of_large()).tags:
        assert not LOADING & attrs.keys(), (tag, attrs)
        for name in ("href", "xlink:href"):
            target = attrs.get(name)
            if target is not None:
                inside = target.startswith(("#", "data:"))
                assert inside or (tag == "a" and target.startswith("https://")), (tag, target)
    style = re.search(r"<style>(.*?)</style>", of_large(), re.S).group(1)
    assert "url(" not in style
    assert "@import" not in style


def test_policy_allows_exactly_this_style_and_script() -> None:
    """The Content-Security-Policy names the hashes of what is inside, and nothing in the page needs more than that."""
    text = of_large()
    policy = next(attrs["content"] for _, attrs in read(text).tags if "http-equiv" in attrs)
    assert policy.startswith("default-src 'none'")
    for name in ("style", "script"):
        (body,) = re.findall(rf"<{name}>(.*?)</{name}>", text, re.S)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    for tag, attrs in read(text).tags:
        assert "style" not in attrs, tag
        assert not [name for name in attrs if name.startswith("on")], tag


@pytest.mark.parametrize("make", [small, large])
def test_no_placeholder_is_left(make) -> None:
    """Nothing that a template or a programmer left behind reaches the reader."""
    text = " ".join(read(page(make(), snapshot="s.jsonl.gz", json_file="r.json")).texts)
    assert not re.search(r"\{\{|\}\}|\{%|\bNone\b|\bTODO\b|\bUndefined\b|\bnan\b|<bound|object at 0x|\{account\}", text)


def test_accounts_and_controls_are_all_there() -> None:
    """Every account and every control that judged has its place."""
    text = of_large()
    for n, name in enumerate(NAMES):
        assert account_id(n) in text
        assert name in text
    ids = {attrs.get("id") for _, attrs in read(text).tags}
    assert {one.control.code for one in SAMPLES} <= ids


def test_evidence_commands_and_frameworks_are_there() -> None:
    """A finding shows fact and value, its commands filled in, and frameworks as their publishers write them."""
    text = of_large().replace("<wbr>", "").replace('<span class="nb">', "").replace("</span>", "")
    assert "<code>iam.account_summary.AccountAccessKeysPresent</code></th><td><code>1</code>" in text
    assert "aws budgets create-budget --account-id 200000001111 --budget file://budget.json" in text
    assert "aws sns subscribe --region eu-west-1 --topic-arn arn:aws:sns:eu-west-1:200000002222:root-alerts" in text
    assert "AC-3(3)(b)(1)" in text
    assert "CC6.3, A1.1" in text
    assert "19 requirements" in text


def test_what_was_not_read_is_there() -> None:
    """Coverage has denominators, reasons have the exact actions, and the policy grants what was refused, no more."""
    text = of_large()
    assert "14 of 15 (93 %)" in text
    assert "134 of 135 (99 %)" in text
    shown = " ".join("".join(read(text).texts).split())
    statement = re.search(r'"Action": \[(.*?)\]', shown).group(1)
    granted = re.findall(r'"([a-z]+:\w+)"', statement)
    assert granted == ["budgets:ViewBudget", "iam:GenerateCredentialReport", "iam:GetCredentialReport"]


def test_key_ids_are_masked() -> None:
    """A whole key id is nowhere in the page."""
    assert "AKIAIOSFODNN7EXAMPLE" not in of_large()
    assert "…MPLE" in of_large()


def test_a_thousand_accounts_fit() -> None:
    """A thousand accounts stay under 2 MB, every account is named, and what was left out is said."""
    big = organization_of(1000)
    text = page(big, json_file="everything.json")
    read(text)
    assert len(text.encode()) <= 2_000_000
    assert all(account.id in text for account in big.accounts)
    assert "everything.json" in text
    assert "The 30 worst of 1,000 accounts" in text


def test_more_accounts_are_counted() -> None:
    """Beyond what is listed, the page counts the rest and points to the JSON."""
    text = page(organization_of(2000))
    assert len(text.encode()) <= 2_000_000
    assert "470 further accounts are in the JSON only" in text


ATTACKS = st.sampled_from(
    [
        "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "{% raw %}", "</style><script>",
        "javascript:alert(1)", "\u202egnp.exe", "\x1b]0;x\x07", "<!--", "]]>", "&lt;b&gt;", "'; rm -rf / #",
    ]
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(name=ATTACKS | st.text(max_size=30), resource=ATTACKS | st.text(max_size=30), value=ATTACKS | st.text())
def test_hostile_text_stays_text(name: str, resource: str, value: str) -> None:
    """Whatever AWS users call their things, the page keeps its elements, and commands keep their slots."""
    me = account_id(3)

    def of(name: str, resource: str, value: str) -> Audit:
        bad = finding(
            "RW-TRAIL-05", Status.FAIL, me, value, resource=resource, region=resource, aspect=value, notes=(name,),
            evidence=((f"s3.buckets[{resource}]", value), ("x", {"k": [name]})),
        )  # fmt: skip
        return audit([AccountSeen(id=me, name=name, unit=value, state=resource)], [bad], organization=value)

    text = page(of(name, resource, value))
    calm = read(page(of("a", "b", "c")))
    reader = read(text)
    assert {tag for tag, _ in reader.tags} <= {tag for tag, _ in calm.tags} | {"bdi", "span", "small", "p", "wbr"}
    assert sum(tag == "script" for tag, _ in reader.tags) == 1
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "; rm" not in "".join(re.findall(r"<pre>.*?</pre>", text, re.S))


def test_contrast_of_all_text() -> None:
    """Every text on its ground has at least 4.5:1, every mark 3:1, in the light and in the dark scheme and on paper."""
    style = re.search(r"<style>(.*?)</style>", of_large(), re.S).group(1)
    light, dark, paper = (
        dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{3,6})", block)) for block in re.findall(r":root\{(.*?)\}", style, re.S)
    )
    for tokens in (light, light | dark, light | paper):
        for ink, ground in _pairs():
            assert _contrast(tokens[ink], tokens[ground]) >= 4.5, (ink, ground, tokens[ink], tokens[ground])
        for status in ("fail", "unknown", "manual", "excepted", "pass", "na"):
            assert _contrast(tokens[status], tokens["card"]) >= 3, status
            assert _contrast(tokens["on"], tokens[status]) >= 3, status


def _pairs():
    for ground in ("page", "card"):
        yield from ((ink, ground) for ink in ("ink", "soft", "link"))
    yield from (("ink", "code"), ("cover-ink", "cover"), ("cover-soft", "cover"), ("hot-ink", "hot"))
    for status in ("fail", "unknown", "manual", "excepted", "pass", "na"):
        yield f"{status}-ink", f"{status}-bg"
        yield f"{status}-ink", "card"


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio."""
    a, b = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (a + 0.05) / (b + 0.05)


def _luminance(color: str) -> float:
    digits = color[1:] if len(color) == 7 else "".join(2 * c for c in color[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
