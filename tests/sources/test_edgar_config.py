"""The settings of an `edgar` source."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from alertd.sources.catalog import SOURCE_TYPES
from alertd.sources.edgar import EdgarConfig


def config(**more: Any) -> EdgarConfig:
    return EdgarConfig.model_validate({"type": "edgar", "id": "edgar", "forms": ["8-K"]} | more)


def test_defaults() -> None:
    source = config()
    assert SOURCE_TYPES[source.type].config is EdgarConfig
    assert (source.every.shortest(), source.trust, source.backlog, source.full_text) == (10.0, "high", "none", False)
    facts = source.facts()
    assert (facts.kind, facts.trust, facts.language, facts.forms) == ("filing", "high", "en", ("8-K",))


def test_forms_are_taken_as_people_write_them() -> None:
    facts = config(forms=["8-k", 4, "4", "SC 13D", "schedule 13d/a"], full_text=True).facts()
    assert facts.forms == ("8-K", "4", "SCHEDULE 13D", "SCHEDULE 13D/A")
    assert facts.full_text


@pytest.mark.parametrize(
    ("forms", "words"),
    [
        ([], "at least 1"),
        (["8K"], "`8K` is written `8-K`"),
        (["13D"], "`13D` is written `SCHEDULE 13D`"),
        ([""], "is no form"),
        ([True], "string"),
        ("8-K", "list"),
    ],
)
def test_wrong_forms_are_refused_in_words(forms: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        config(forms=forms)


def test_one_form_is_asked_for_by_name_and_several_all_together() -> None:
    assert config(forms=["8-K", "8-K/A"]).page_url(0) == (
        "https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent&type=8-K&owner=include&count=100&start=0&output=atom"
    )
    assert "type=SCHEDULE+13D&" in config(forms=["SC 13D"]).page_url(0)
    assert "&type=&" in config(forms=["8-K", "4"]).page_url(100)
    assert "&start=100&" in config().page_url(100)


def test_another_address_needs_to_be_admitted_where_it_is_private() -> None:
    local = "http://127.0.0.1:8080/"
    assert config().forbidden() == ""
    assert "127.0.0.1" in config(base_url=local).forbidden()
    mirror = config(base_url=local, allow_private=True)
    assert mirror.forbidden() == ""
    assert mirror.address == "http://127.0.0.1:8080/cgi-bin/browse-edgar"


def test_other_forms_are_no_other_source() -> None:
    assert config(forms=["8-K"]).address == config(forms=["8-K", "4"]).address


@pytest.mark.parametrize("url", ["www.sec.gov", "ftp://www.sec.gov", "https://me@www.sec.gov", "https://x/?a=1", ""])
def test_wrong_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="base_url starts with"):
        config(base_url=url)
