"""What is said of one control, and of all: at the terminal and in the documentation."""

from __future__ import annotations

import re

import pytest
from inline_snapshot import snapshot

from rootwarden import catalogue
from rootwarden.report.control_list import as_table
from rootwarden.report.control_page import index, page
from rootwarden.report.explain import explain
from tests.report.sample_controls import BY_CODE, SAMPLES


def test_explain_root_mfa() -> None:
    """Question, why, method, limits, facts, permissions, frameworks, remedy and links, in this order."""
    assert explain(BY_CODE["RW-ROOT-01"]) == snapshot()


def test_explain_with_settings_and_terraform() -> None:
    """Settings are lines for rootwarden.toml; slots of commands are written for a person."""
    users = explain(BY_CODE["RW-IAM-01"])
    assert 'owner_tag = "owner"' in users
    assert 'shared_name_patterns = ["^admin$", "shared"]' in users
    assert "$ aws iam tag-user --user-name <resource> --tags Key=owner,Value=OWNER" in users
    assert 'enabled_features = ["RootCredentialsManagement"]' in explain(BY_CODE["RW-ORG-01"])


@pytest.mark.parametrize("one", [*SAMPLES, *catalogue.controls()], ids=lambda one: one.slug)
def test_explain_fits_eighty_columns(one) -> None:
    """No line but commands, code and links is longer than the terminal."""
    text = explain(one).split("\n  Terraform:")[0]
    lines = [line for line in text.splitlines() if not re.match(r"  (\$|https:)|    ", line)]
    assert max(map(len, lines)) <= 80
    assert "{account}" not in text


@pytest.mark.parametrize("one", [*SAMPLES, *catalogue.controls()], ids=lambda one: one.slug)
def test_page_says_everything(one) -> None:
    """The page of a control has its question, its permissions, its settings and its steps."""
    text = page(one)
    assert text.startswith(f"# {one.control.code}: ")
    assert one.control.question in text
    assert all(step in text for step in one.control.fix.steps)
    assert all(name in text for name in one.control.params)
    assert text.endswith("[all controls](README.md).\n")


def test_index_lists_all_by_practice() -> None:
    """Every control is in the index once, under its practice."""
    text = index(SAMPLES)
    assert all(text.count(f"({one.slug}.md)") == 1 for one in SAMPLES)
    assert "## 5 Billing alerts" in text


def test_list_of_controls() -> None:
    """The list at the terminal fits 80 columns and groups by practice."""
    shown = as_table(SAMPLES)
    assert shown.splitlines()[:3] == snapshot()
    assert max(map(len, as_table(catalogue.controls()).splitlines())) <= 80
