"""Pages that are made of the code are as the code is, and the reference leaves nothing out."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import msgspec
import pytest

from alertd.model import Event
from tests.cli.run import ROOT, command
from tests.deploy.promql import known
from tests.docs.pages import PAGES, name, read
from tests.support.http import DEADLINE_S
from tools import make_event_page

ROWS = re.findall(
    r"^\| `((?:alertd)_[a-z_]+)` \| ([^|]*) \| (counter|gauge|histogram|summary) \|", read("metrics.md"), re.M
)


def test_the_page_of_the_event_is_made_of_the_model() -> None:
    assert make_event_page.FILE.read_text("utf-8") == make_event_page.text(), "python -m tools.make_event_page"


def test_every_field_of_an_event_has_a_row() -> None:
    section = read("event.md").partition("## The event\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|", section, re.M)
    assert rows == [field.name for field in msgspec.structs.fields(Event)]


def test_what_an_event_is_made_of_has_a_section() -> None:
    def records(kind: Any) -> set[str]:
        found: set[str] = set()
        for field in msgspec.structs.fields(kind):
            for part in re.findall(r"\b[A-Z]\w+", str(field.type)):
                inner = getattr(msgspec, part, None) or getattr(
                    __import__("alertd.model", fromlist=[part]), part, None
                )
                if isinstance(inner, type) and issubclass(inner, msgspec.Struct) and part not in found:
                    found |= {part} | records(inner)
        return found

    assert records(Event) == set(make_event_page.RECORDS) - {"Event"}


def test_what_enrich_writes_is_what_the_page_says() -> None:
    (line,) = re.findall(r"^echo (.*) \| alertd enrich$", read("event.md"), re.M)
    given = line.strip("'").encode()
    done = subprocess.run(
        [*command("enrich")], input=given, capture_output=True, timeout=DEADLINE_S, check=True, cwd=ROOT
    )
    written = json.loads(done.stdout)
    documented = set(re.findall(r"^\| `(\w+)` \|", read("event.md"), re.M))
    assert set(written) <= documented
    assert [amount["low"] for amount in written["amounts"]] == [3e9]


@pytest.mark.parametrize(("metric", "labels", "kind"), ROWS)
def test_a_metric_has_the_labels_and_the_type_of_its_row(metric: str, labels: str, kind: str) -> None:
    ends = {"counter": "", "gauge": "", "histogram": "_bucket", "summary": "_sum"}
    there = known()
    assert metric + ends[kind] in there
    said = {label.strip().split()[0] for label in labels.split(",") if label.strip()}
    assert said == set(there[metric + ends[kind]])


def test_the_index_names_every_page() -> None:
    index = read("README.md")
    missing = {page.name for page in PAGES if name(page).startswith("docs/") and f"({page.name})" not in index}
    assert missing <= {"README.md"}


def test_the_tests_that_the_index_names_are_there() -> None:
    for path in re.findall(r"`(tests/[\w/]+(?:\.py)?)", read("README.md")):
        assert (ROOT / path).exists(), path
