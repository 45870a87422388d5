"""The conditions on where an event comes from: source, kind, language, trust, form and item."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.model import Event
from alertd.rules.filing import base_form, canonical_form, canonical_item, read_form, read_item
from alertd.rules.logic import Truth
from tests.rules.desk import ask
from tests.rules.make import news


def filing(form: str | None, *items: str, **fields: Any) -> Event:
    return news("A filing", kind="filing", form=form, items=list(items), **fields)


@pytest.mark.parametrize(
    ("condition", "event", "truth"),
    [
        ("source: {list: wires}", news(source="prwire"), True),
        ("source: {list: wires}", news(source="edgar"), False),
        ("source: {list: wires}", news(), None),
        ("form: 8-K", filing("8-K"), True),
        ("form: 8-K", filing("8-K/A"), True),
        ("form: 8-k", filing("8-K"), True),
        ("form: 8-K/A", filing("8-K/A"), True),
        ("form: 8-K/A", filing("8-K"), False),
        ("form: 8-K", filing("8-K12B"), False),
        ("form: 10-K", filing("10-K405"), False),
        ("form: 10-K", filing("NT 10-K"), False),
        ("form: [10-Q, 8-K]", filing("10-Q/A"), True),
        ("form: 4", filing("4"), True),
        ('form: "4"', filing("4/A"), True),
        ("form: 4", filing("144"), False),
        ("form: SCHEDULE 13D", filing("SC 13D"), True),
        ("form: SC 13D", filing("SCHEDULE 13D/A"), True),
        ("form: SC 13D/A", filing("SCHEDULE 13D"), False),
        ("form: {list: ownership}", filing("SC 13G/A"), True),
        ("form: {list: ownership}", filing("8-K"), False),
        ("form: 8-K", filing(None), None),
        ("form: 8-K", news(), False),
        ("{form: 8-K, item: 1.02}", filing("8-K", "1.02", "9.01"), True),
        ("{form: 8-K, item: 1.02}", filing("8-K/A", "Item 1.02."), True),
        ("{form: 8-K, item: [1.01, 1.02]}", filing("8-K", "1.01"), True),
        ("{form: 8-K, item: 1.02}", filing("8-K", "1.01"), False),
        ("{form: 8-K, item: 1.02}", filing("8-K"), None),
        ("{form: 8-K, item: 1.02}", filing("10-Q", "1.02"), False),
        ("{form: 8-K, item: 5.02}", filing("8-K", "5.02"), True),
    ],
)  # fmt: skip
def test_an_origin_answers(condition: str, event: Event, truth: Truth) -> None:
    assert ask(condition, event).tree.truth is truth


@pytest.mark.parametrize(
    ("condition", "event", "label", "seen", "quotes"),
    [
        ("source: {list: wires}", news(source="prwire"), "source: list wires", "source is prwire", ["prwire"]),
        ("source: [edgar, prwire]", news(source="newswire"), "source: edgar, prwire", "source is newswire", []),
        ("source: edgar", news(), "source: edgar", "the event states no source", []),
        ("kind: filing", news(), "kind: filing", "kind is news", []),
        ("trust: [low, high]", news(trust="low"), "trust: low, high", "trust is low", ["low"]),
        ("language: en", news(language="en-US"), "language: en", "language is en-US", ["en-US"]),
        ("form: {list: ownership}", filing("SC 13D/A"), "form: list ownership", "form is SC 13D/A", ["SC 13D/A"]),
        ("{form: 8-K, item: [1.01, 1.02]}", filing("8-K", "1.02", "9.01"), "form: 8-K, item: 1.01, 1.02",
         "form is 8-K, items 1.02, 9.01", ["8-K", "1.02 termination of a material agreement"]),
        ("{form: 8-K, item: 1.02}", filing("8-K", "9.01"), "form: 8-K, item: 1.02", "form is 8-K, items 9.01", []),
        ("{form: 8-K, item: 1.02}", filing("8-K"), "form: 8-K, item: 1.02",
         "form is 8-K, and it states no items", []),
        ("form: 8-K", news(), "form: 8-K", "not a filing", []),
        ("form: 8-K", filing(None), "form: 8-K", "the filing states no form", []),
    ],
)  # fmt: skip
def test_an_origin_says_what_it_saw(condition: str, event: Event, label: str, seen: str, quotes: list[str]) -> None:
    tree = ask(condition, event).tree
    assert (tree.label, tree.seen, [e.quote for e in tree.evidence]) == (label, seen, quotes)


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("8-k", "8-K"),
        (" sc  13d/a ", "SCHEDULE 13D/A"),
        ("SCHEDULE 13G", "SCHEDULE 13G"),
        ("4", "4"),
        ("X-99", "X-99"),
    ],
)
def test_a_form_has_one_name(written: str, form: str) -> None:
    assert read_form(written) == canonical_form(written) == form
    assert base_form(written) == form.removesuffix("/A")


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("8K", "is written `8-K`"),
        ("Form 8-K", "is written `8-K`"),
        ("10Q/A", "is written `10-Q/A`"),
        ("13D", "is written `SCHEDULE 13D`"),
        ("SCHEDULE13D", "is written `SCHEDULE 13D`"),
        ("DEF14A", "is written `DEF 14A`"),
        ("", "is no form"),
        ("8–K!", "is no form"),
    ],
)
def test_a_misspelt_form_is_refused_with_the_right_one(written: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_form(written)


@pytest.mark.parametrize(("written", "item"), [("1.01", "1.01"), ("Item 1.01.", "1.01"), ("item 9.01:", "9.01")])
def test_an_item_has_one_name(written: str, item: str) -> None:
    assert read_item(written, ("8-K", "8-K/A")) == canonical_item(written) == item


@pytest.mark.parametrize(
    ("written", "forms", "message"),
    [
        ("1.10", ("8-K",), "is no item of form 8-K"),
        ("5,02", ("8-K",), "did you mean `5.02`"),
        ("§ 3", ("10-K",), "is no item, such as `1.01`"),
    ],
)
def test_an_item_that_a_form_has_not_is_refused(written: str, forms: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_item(written, forms)
