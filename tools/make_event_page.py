"""Write docs/event.md: what an event carries, field by field, from the records in alertd/model.py.

python -m tools.make_event_page
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from alertd import model

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs/event.md"
RECORDS = (
    "Event", "CompanyMention", "CompanyIndex", "ReportedType", "Party", "Amount", "Duration", "DealTerm", "Sentiment",
    "Story", "Evidence", "Provenance", "Rights",
)  # fmt: skip
"""In the order of the page: the event, and what it consists of."""
CALLED = {
    "CompanyMention": "A company: `companies`",
    "CompanyIndex": "How the news about a company stood: `index`",
    "ReportedType": "An event type: `event_types`",
    "Party": "Who does what: `parties` of an event type",
    "Amount": "Money: `amounts`",
    "Duration": "A length of time: `durations`",
    "DealTerm": "A term of a deal: `terms`",
    "Sentiment": "The tone: `sentiment`",
    "Story": "The story: `story`",
    "Evidence": "Where it stands in the text: `evidence`",
    "Provenance": "Where it came from: `provenance`",
    "Rights": "What its source's terms allow: `rights`",
}
EVERYWHERE = {"evidence": "Where it stands in the text."}
"""What fields say that several records have."""
PLAIN = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}

HEAD = """\
# What an event carries

An event is one JSON object: so [`alertd parse`, `enrich` and `match`](cli.md) write and read it, so
[`push`](push.md) takes it, so it stands in the [archive](archive.md) and, with an excerpt for its body, in
[webhooks](webhook.md). To the filters an event may be as short as `{"title": "…"}`: what is missing takes its
default, and what is not known here is kept. What fills which field: [enrichment.md](enrichment.md). Times are
RFC 3339 in UTC with milliseconds and `Z`; evidence counts code points of the plain text, the end is exclusive.

```
echo '{"title": "Vega Grid leases Orion to Northwind for $3-4bn a year"}' | alertd enrich
```

This page is made of `alertd/model.py` (`python -m tools.make_event_page`); a test holds it to that.
"""


def text() -> str:
    """Give the page."""
    tree = ast.parse((ROOT / "alertd/model.py").read_text("utf-8"))
    found = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    return HEAD + "".join(_section(found[name]) for name in RECORDS)


def _section(record: ast.ClassDef) -> str:
    title = CALLED.get(record.name, "The event")
    about = " ".join((ast.get_docstring(record) or "").partition(":\n\n    How it is reckoned")[0].split())
    about = about.replace('the JSON of DESIGN.md, "What an event carries"', "one revision of it")
    rows = "".join(_row(field, says) for field, says in _fields(record))
    return f"\n## {title}\n\n{about}\n\n| field | is | default | says |\n|---|---|---|---|\n{rows}"


def _fields(record: ast.ClassDef) -> list[tuple[ast.AnnAssign, str]]:
    """Give each field with the docstring behind it. Raises LookupError for one without."""
    found = []
    for field, after in zip(record.body, [*record.body[1:], None], strict=True):
        if isinstance(field, ast.AnnAssign):
            name = ast.unparse(field.target)
            said = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and str(after.value.value)
            if not (said or name in EVERYWHERE):
                raise LookupError(f"alertd/model.py:{field.lineno}: {record.name}.{name} says nothing")
            found.append((field, " ".join((said or EVERYWHERE[name]).split())))
    return found


def _row(field: ast.AnnAssign, says: str) -> str:
    default = "—" if field.value is None else _default(field.value)
    cells = (f"`{ast.unparse(field.target)}`", _shown(ast.unparse(field.annotation)), default, _linked(says))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _default(value: ast.expr) -> str:
    if isinstance(value, ast.Call):
        return "empty"
    written = ast.unparse(value)  # by its text: 1 is equal to True
    if written in ("''", "[]", "{}"):
        return "empty"
    plain = {"None": "null", "True": "true", "False": "false"}
    return plain.get(written) or f"`{ast.literal_eval(value)}`"


def _shown(kind: str) -> str:
    """Write a type for a person: `list[Evidence]` is `list of evidence`."""
    if kind.endswith(" | None"):
        return f"{_shown(kind.removesuffix(' | None'))} or null"
    if kind.startswith("list["):
        return f"list of {_shown(kind[5:-1])}"
    if kind.startswith("dict["):
        return "object"
    if kind.startswith("Literal["):
        return ", ".join(f"`{word}`" for word in ast.literal_eval(f"({kind[8:-1]},)"))
    if kind in CALLED:
        title = CALLED[kind]
        anchor = re.sub(r"[^a-z0-9_ -]", "", title.lower()).replace(" ", "-")
        return f"[{re.sub(r'(?<!^)(?=[A-Z])', ' ', kind).lower()}](#{anchor})"
    if kind in PLAIN:
        return PLAIN[kind]
    words = getattr(model, kind).__args__  # a name for a Literal
    return ", ".join(f"`{word}`" for word in words)


def _linked(says: str) -> str:
    return re.sub(r"\bdocs/([a-z-]+\.md)", r"[\1](\1)", says).replace("None", "null")


def main() -> None:
    """Write the page."""
    FILE.write_text(text(), "utf-8")
    print(f"wrote {FILE.name}")


if __name__ == "__main__":
    main()
