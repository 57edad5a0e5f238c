"""The HTML report in a real browser: its policy holds, it fits a phone, its filters work, it prints in landscape."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from rootwarden.model.audit import AccountSeen, Coverage
from rootwarden.model.findings import Status
from rootwarden.model.readings import Unknown
from rootwarden.report.formats import find
from rootwarden.report.masking import masked
from tests.browser.chromium import chromium
from tests.report.audits import OPTIONS, account_id, audit, finding, large, organization_of, small
from tests.report.test_spend import spend
from tests.report.test_spending import spent

# Looks into the report, which stands unaltered in a frame of the width asked for.
PROBE = """<!doctype html><meta charset="utf-8"><body style="margin:0">
<iframe width="WIDTH" height="800" style="border:0" srcdoc="REPORT"></iframe><pre id="seen"></pre>
<script>
document.querySelector("iframe").addEventListener("load", ({target}) => {
  const page = target.contentDocument;
  const all = (what) => [...page.querySelectorAll(what)];
  const visible = (one) => one.getClientRects().length > 0;
  const find = page.querySelector("[data-filter=controls]");
  const seen = {
    width: page.documentElement.scrollWidth,
    styled: target.contentWindow.getComputedStyle(page.querySelector(".card")).borderTopWidth,
    tools: all(".tools").filter(visible).length,
    copies: all(".cmd button").length,
    small: all("nav a, summary, button, input").filter(visible)
      .filter((one) => one.getBoundingClientRect().height < 24).map((one) => one.outerHTML.slice(0, 80)),
    controls: all(".control").filter(visible).length,
    charts: all(".chart svg").filter(visible).map((one) => one.getAttribute("viewBox")),
  };
  find.value = "rw-root-04";
  find.dispatchEvent(new Event("input"));
  seen.found = all(".control").filter(visible).map((one) => one.id);
  seen.said = page.querySelector(".tools output").textContent;
  document.getElementById("seen").textContent = JSON.stringify(seen);
});
</script>"""


def unbroken():
    """Return an audit whose every text is one long word."""
    word = "x" * 300
    bad = finding(
        "RW-ROOT-04", Status.FAIL, account_id(1), word, resource=word, region=word, aspect=word, notes=(word,),
        evidence=((f"s3.buckets[{word}]", word),),
    )  # fmt: skip
    because = Unknown(word, word, (word,), word)
    unread = finding("RW-BILL-01", Status.UNKNOWN, account_id(1), word, resource=word, unknown=because)
    held = finding("RW-POL-05", Status.PASS, account_id(1), word, resource=word, evidence=((word, word),))
    coverage = Coverage(what="accounts", read=0, expected=1, unread=(word,))
    accounts = [AccountSeen(id=account_id(1), name=word, unit=word, state=word), AccountSeen(id=account_id(2))]
    of = audit(accounts, [bad, unread, held], [coverage], organization=word)
    return spent(of, replace(spend(service=word), unread=(word,), root_from=(word,)))


MAKERS = {
    "unbroken": unbroken,
    "small": small,
    "large": lambda: spent(large(), spend()),
    "huge": lambda: organization_of(1000),
}


def report(name: str) -> str:
    """Return the report of one of the audits."""
    return find("html").render(masked(MAKERS[name]()), OPTIONS)


@pytest.mark.parametrize(
    ("name", "width"), [("small", 400), ("large", 400), ("huge", 400), ("unbroken", 400), ("large", 1280)]
)
def test_report_fits_its_window(tmp_path: Path, name: str, width: int) -> None:
    """No sideways scrolling of the page, targets of at least 24 pixels, style and script allowed by the policy."""
    probe = tmp_path / "probe.html"
    text = PROBE.replace("WIDTH", str(width)).replace("REPORT", html.escape(report(name)))
    probe.write_text(text, encoding="utf-8")
    dom, console = chromium(tmp_path, probe, "--window-size=1400,1000", "--dump-dom")
    seen = json.loads(html.unescape(re.search(r'<pre id="seen">(.*?)</pre>', dom, re.S).group(1)))
    assert console == []
    assert seen["width"] <= width
    assert seen["styled"] == "1px"
    assert seen["tools"] == 2
    assert seen["copies"] > 0
    assert seen["small"] == []
    assert seen["charts"] == (
        ["0 0 400 260" if width < 640 else "0 0 1080 300"] if name in ("large", "unbroken") else []
    )
    assert seen["found"] == ["RW-ROOT-04"]
    assert seen["said"] == f"1 of {seen['controls']} controls shown"


def test_report_prints_in_landscape(tmp_path: Path) -> None:
    """On paper the report is A4 landscape, more than one page, and everything closed is open."""
    page = tmp_path / "report.html"
    page.write_text(report("small"), encoding="utf-8")
    chromium(tmp_path, page, "--no-pdf-header-footer", f"--print-to-pdf={tmp_path / 'report.pdf'}")
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", (tmp_path / "report.pdf").read_bytes())
    assert len(boxes) > 1
    assert all(float(wide) > float(high) for wide, high in boxes)
