"""How to write rules of one's own: what Rootwarden adds to Sigma, what of Sigma it evaluates, and what it refuses."""

from __future__ import annotations

from rootwarden.catalogue.detecting import OWNED, rules_of
from rootwarden.model.detection import Harm
from rootwarden.model.findings import Severity
from rootwarden.proofs.sigma_condition import MAX_BRACKETS, MAX_TOKENS
from rootwarden.proofs.sigma_detection import MAX_CONDITIONS, MAX_SEARCHES
from rootwarden.proofs.sigma_error import RuleError
from rootwarden.proofs.sigma_field import MAX_PARTS
from rootwarden.proofs.sigma_pattern import MAX_EXPANSIONS
from rootwarden.proofs.sigma_regex import MAX_LENGTH
from rootwarden.proofs.sigma_yaml import MAX_CHARACTERS, MAX_DEPTH, MAX_DOCUMENTS
from rootwarden.report.detection_markdown import fenced, table

EXAMPLE = """title: Root created a user outside office hours
id: 5b0f4c1e-4d0a-4b57-9d0e-6a7d1f3a9c42
status: experimental
description: Root made a user at night. Nobody here works at night.
logsource: {product: aws, service: cloudtrail}
detection:
  by_root:
    userIdentity.type: Root
  call:
    eventSource: iam.amazonaws.com
    eventName: CreateUser
  office:
    eventTime|hour|gte: 7
  late:
    eventTime|hour|gte: 19
  failed:
    errorCode|exists: true
  condition: by_root and call and (not office or late)
falsepositives:
  - A move to another identity provider.
level: high
x-rootwarden:
  code: ACME-001
  severity_in_window: medium
  misses: Users made by a role that root made before.
  response:
    - Delete the user.
    - Ask the holder of root who worked that night.
  harm: none
  says: "{actor} made a user at night in {account}"
  refines: [RD-020]
  levels:
    - when: failed
      level: medium
      title: Root failed to create a user outside office hours
      severity_in_window: low
  escalate: {level: critical, count: 3, within_s: 600}
"""
BROKEN = EXAMPLE.replace("  condition: by_root and call and (not office or late)", "  condition: call | count() > 5")

# Field of `x-rootwarden` -> what it means, and what holds where it is not written.
FIELDS = (
    (
        "code", "Stable id, part of the identity of every alert. Take one that nobody else uses; `RD-` belongs to "
        "Rootwarden.",
        "the rule's `id`, else the name of its file",
    ),
    ("severity_in_window", "Severity inside an approved window of root use.", "the rule's `level`"),
    ("misses", "What the rule cannot see.", "a sentence that says that nobody has said it"),
    ("response", "List of steps: what to do now.", "read the references, ask the caller"),
    (
        "says", "The act as a clause for the story of an incident; `{actor}`, `{event}`, `{account}`, `{region}`, "
        "`{source}` and `{target}` are filled in. Put it in quotes.", "actor, event, account and title",
    ),
    ("harm", f"One of {', '.join(f'`{harm.value}`' for harm in Harm)}.", f"`{Harm.NONE.value}`"),
    ("refines", "List of codes that a story leaves out beside this one, which says more.", "none"),
    ("levels", "List of cases that weigh differently; the first that holds counts.", "none"),
    ("escalate", "What raises the severity outside approved windows.", "nothing"),
)  # fmt: skip
CASE_FIELDS = (
    ("when", "Sigma condition over the searches of this rule; they may be there for this alone.", "must be written"),
    ("level", "Severity in this case.", "must be written"),
    ("title", "What the alert is then called.", "the rule's `title`"),
    ("severity_in_window", "Severity in this case, inside an approved window.", "the `level` of the case"),
)
ESCALATION_FIELDS = (
    ("level", "Severity that alerts are raised to; none is ever lowered.", "must be written"),
    ("count", "So many alerts of this rule in one account ...", "the number does not count"),
    (
        "within_s", "... within so many seconds.",
        "must be written beside `count`",
    ),
    ("new_region", "`true`: in a Region in which root of the account was not seen before.", "`false`"),
)  # fmt: skip
SUPPORTED = (
    ("text", "Upper and lower case are the same. `*` stands for any run of characters, `?` for one, `\\` before them "
     "for themselves. Several values in a list: any of them."),
    ("numbers", "Match the number and its text: `10` matches `10` and `\"10\"`."),
    ("`true`, `false`", "Match the value and its text, because CloudTrail writes both."),
    ("`null`", "Matches a field that is null or not there. `''` matches empty text only."),
    ("field names", f"`a.b` goes down into objects, and into every element of lists; a key that has the dot itself "
     f"wins. Case counts. At most {MAX_PARTS} parts."),
    ("lists in records", "Match when one element does."),
    ("searches", "A map: all lines. A list of maps: any of them. Values without a field: found in any value of the "
     "record."),
    ("`contains`, `startswith`, `endswith`", "On an object `contains` looks into every value in it."),
    ("`all`, `neq`, `cased`", "All values instead of any; not; case counts."),
    ("`re`", f"With `i` (`ignorecase`), `m` (`multiline`), `s` (`dotall`). Python's flavour, at most {MAX_LENGTH:,} "
     "characters."),
    ("`cidr`", "IPv4 and IPv6 networks. What is no address is in none of them."),
    ("`lt`, `lte`, `gt`, `gte`", "Numbers, and text that is one."),
    ("`minute`, `hour`, `day`, `week`, `month`, `year`", "Parts of a time in UTC, alone or with a comparison."),
    ("`exists`, `fieldref`", "`fieldref` also with `contains`, `startswith`, `endswith`, `cased`."),
    ("`base64`, `base64offset`, `wide`, `utf16`, `utf16be`, `windash`", "`wide` and its kin only before base64."),
    ("`expand`", f"One placeholder is known: `%{OWNED}%`, the resources named by `--owned`, each by its ARN and by its "
     f"name. At most {MAX_EXPANSIONS:,} combinations."),
    ("condition", "`and`, `or`, `not`, brackets, `1 of`, `any of`, `all of` a name, a pattern or `them`. A list of "
     "conditions: any of them."),
    ("files", "Several documents in one file, separated by `---`."),
)  # fmt: skip
REFUSED = (
    ("correlation rules, filter documents, `action` collections", "one record is judged at a time", "leave them out"),
    ("`timeframe`, `| count()`, `near`", "the same", "`escalate` counts alerts of a rule"),
    ("a `taxonomy` other than `sigma`", "its fields are not those of CloudTrail", "write CloudTrail's names"),
    ("unknown modifiers, those that do not go together, or in the wrong order", "their meaning would be a guess",
     "the error names the ones that are known"),
    ("unknown placeholders", "nothing stands behind them", "write the values out"),
    ("wildcards in values that are encoded", "what is encoded must be fixed", "escape them"),
    ("regular expressions that Python reads in another way: `\\p{L}`, `[[:alpha:]]`, `\\Z`, `\\Q`",
     "they would match something else", "write the characters out"),
    ("regular expressions such as `(a+)+`", "one record could keep them busy for ever", "repeat one level only"),
    ("unquoted `No`, `on`, `0123`, `0x17`, `12:30:45`, `1.10`, dates", "YAML reads them as something else",
     "put them in quotes"),
    ("YAML aliases, merge keys, tags, duplicate keys", "a few lines could stand for billions, or hide a value",
     "write them out"),
    ("empty searches and empty lists", "they would match everything, or nothing", "give them values"),
    ("unknown fields of `x-rootwarden`", "a typing error would silently change what a rule weighs", "correct the name"),
)  # fmt: skip


def guide() -> str:
    """Return the part of docs/detections/README.md about rules of one's own."""
    words = ", ".join(f"`{one.value}`" for one in Severity if one is not Severity.INFO)
    parts = [
        "## Rules of your own",
        "`rootwarden detect --rules DIR` judges by your Sigma rules beside Rootwarden's: every `.yml` and `.yaml` file "
        "of the folder and the folders in it, or the one file you name. Rules for CloudTrail from elsewhere need no "
        "change. What is not evaluated is refused when the rules are read, with file, place, reason and what to do; "
        "nothing is skipped:",
        fenced("", _refusal()),
        "A rule with everything that Rootwarden knows:",
        fenced("yaml", EXAMPLE),
        "### The section `x-rootwarden`",
        "It is optional, and so is every field of it. Other tools leave it alone: Sigma lets rules carry keys of their "
        f"own. Severities are Sigma's levels: {words} and `informational`; a rule without `level` is `medium`.",
        table(("field", "meaning", "if not written"), _named(FIELDS)),
        "A case of `levels`:",
        table(("field", "meaning", "if not written"), _named(CASE_FIELDS)),
        "`escalate`:",
        table(("field", "meaning", "if not written"), _named(ESCALATION_FIELDS)),
        "### What is evaluated",
        table(("construct", "how"), SUPPORTED),
        "### What is refused",
        table(("construct", "why", "instead"), REFUSED),
        f"Limits: {MAX_CHARACTERS:,} characters and {MAX_DOCUMENTS:,} documents a file, {MAX_DEPTH} levels deep; "
        f"{MAX_SEARCHES} searches and {MAX_CONDITIONS} conditions a rule; {MAX_TOKENS} words and {MAX_BRACKETS} "
        "brackets deep a condition.",
        "### In other systems",
        "The page of each rule has its query for Splunk and for Elasticsearch, made by pySigma. In them "
        f"`%{OWNED}%` is filled with an example; put your own resources there. Splunk's queries have no brackets "
        "around `OR`: its search command binds `OR` more tightly than the blank between terms, which means AND. "
        "ES|QL queries read `from *`, where you name your index, and upper and lower case differ in them. Cases, "
        "escalations and windows are not part of a query.",
    ]
    return "\n\n".join(parts)


def _named(rows: tuple[tuple[str, str, str], ...]) -> list[tuple[str, str, str]]:
    return [(f"`{name}`", meaning, default) for name, meaning, default in rows]


def _refusal() -> str:
    """Return what a person reads about a rule that cannot be evaluated, said by the reader of rules itself."""
    try:
        rules_of({"rules/too-often.yml": BROKEN})
    except RuleError as error:
        return f"rootwarden: {error}"
    raise TypeError("the broken example is a rule")
