"""docs/templates.md names what there is, and nothing else."""

from __future__ import annotations

import re

import pytest

from alertd.model import Alert, CompanyIndex, Coverage, Digest, Match, Message, Notice, TouchedHolding
from alertd.notify.lines import Item, Lines, Row
from alertd.notify.samples import SAMPLES
from alertd.notify.template_filters import names
from alertd.notify.templates import VARIABLES, Template, fill
from tests.docs.pages import read
from tests.notify.cases import NOW

PAGE = read("templates.md")
FIELDS = {
    "lines": {*Lines.__struct_fields__, *Row.__struct_fields__, *Item.__struct_fields__},
    "digest": {*Digest.__struct_fields__},
    "coverage": {*Coverage.__struct_fields__},
    "notice": {*Notice.__struct_fields__},
}


def rows(heading: str) -> dict[str, str]:
    """Give the table below a heading: the names in its first column -> its second."""
    table = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| (`.*?) \| (.*) \|$", table, re.MULTILINE)
    return {name: said for first, said in found for name in re.findall(r"`(\w+)", first)}


def test_every_variable_is_documented_and_every_documented_one_is_there() -> None:
    assert set(rows("What can be named")) == set(VARIABLES)
    assert set(VARIABLES) - {"lines", "values"} <= set(Message.__struct_fields__)


@pytest.mark.parametrize("name", FIELDS)
def test_every_documented_part_of_a_variable_is_there(name: str) -> None:
    said = re.findall(r"`(\w+)`", rows("What can be named")[name])
    assert said and set(said) <= FIELDS[name], set(said) - FIELDS[name]


def test_every_documented_part_of_an_alert_is_there() -> None:
    text = PAGE.partition("Of an `alert`: ")[2].partition(". Of a match: ")
    assert set(re.findall(r"`(\w+)`", text[0])) == set(Alert.__struct_fields__)
    match, _, company = text[2].partition(". What")[0].partition(". Of a company")
    of_match = set(re.findall(r"`(\w+)`", match))
    assert of_match <= {*Match.__struct_fields__, *TouchedHolding.__struct_fields__}
    assert set(TouchedHolding.__struct_fields__) <= of_match
    assert set(re.findall(r"`(\w+)`", company)) == {"index", *CompanyIndex.__struct_fields__}


def test_every_filter_is_documented_and_every_documented_one_is_there() -> None:
    assert set(rows("The language")) == set(names())


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_can_be_named_in_every_message(name: str) -> None:
    for make in SAMPLES.values():
        fill(Template(f"{{{{ {name} is defined }}}}{{{{ {name}|json }}}}", "text"), make("desk", NOW), NOW)
