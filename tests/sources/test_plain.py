"""HTML becomes text that a person can read and a rule can search."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.sources.plain import cut_body, cut_title, first_sentence, plain_line, plain_text, scrub


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("One<br/>Two<br>Three", "One\nTwo\nThree"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a\nb"),
        ("Colo<b>ssus</b> 1", "Colossus 1"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("a&nbsp;b &amp; c &lt; d &#8217;s &hellip;", "a b & c < d ’s …"),
        ("1 < 2 and 3 > 2, Vec<String>, x <3", "1 < 2 and 3 > 2, Vec<String>, x <3"),
        ("<o:p>Word</o:p> <custom-tag>x</custom-tag>", "Word x"),
        ("a<!-- hidden --> b<!--[if mso]><p>no</p><![endif]-->", "a b"),
        ("a<script>if (1<2) { x('<p>') }</script>b<style>p{}</style>c", "abc"),
        ("a<script>cut off", "a"),
        ("<a title='x > y' href=\"z\">text</a>", "text"),
        ("<![CDATA[inner]]> text", "inner text"),
        ("half a <b", "half a"),
        ("  lots   of\n\n\n space\t ", "lots of space"),
        ("<svg><title>no</title></svg>yes", "yes"),
        ("<?xml version='1.0'?><!DOCTYPE html><p>x</p>", "x"),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert plain_text(markup) == text


def test_text_that_is_promised_to_be_text_keeps_its_signs_and_lines() -> None:
    assert plain_text("use <b> for a < b\nand so on", literal=True) == "use <b> for a < b\nand so on"


def test_text_that_breaks_the_promise_is_read_as_html() -> None:
    assert plain_line("A <b>bold</b> claim &amp; more", literal=True) == "A bold claim & more"


def test_joiners_stay_where_scripts_and_emoji_need_them_and_nowhere_else() -> None:
    assert scrub("می\u200cخواهم क्\u200dष 👩\u200d👧 Nvi\u200ddia\u200c") == "می\u200cخواهم क्\u200dष 👩\u200d👧 Nvidia"


def test_titles_are_cut_at_words_and_bodies_between_characters() -> None:
    assert cut_title("one two three", 9) == "one two…"
    body, cut = cut_body("é" * 200_000)
    assert cut
    assert set(body) == {"é"}


def test_the_first_sentence_ends_at_its_full_stop() -> None:
    assert first_sentence("Vega Grid Inc. leases Orion. The term is long.\nMore") == "Vega Grid Inc. leases Orion."
    assert first_sentence("no full stop\nnext line") == "no full stop"
    assert first_sentence("") == ""


@pytest.mark.parametrize(
    "flood",
    ["<div>", "<b", "<!--", "<x ", "<script>", "<a \"", "<", "&", "<a:b ", "\u200d", "<![CDATA[", "\n ", "</p>"],
)  # fmt: skip
def test_a_flood_of_half_markup_takes_time_in_proportion(flood: str) -> None:
    began = time.thread_time()
    plain_text(flood * 100_000)
    assert time.thread_time() - began < 3


@settings(deadline=None)
@given(st.text(max_size=300))
def test_plain_text_of_anything_is_clean_and_can_be_encoded(text: str) -> None:
    plain = plain_text(text)
    plain.encode()
    assert scrub(plain) == plain
    assert plain == plain.strip()
    assert not set(plain) & set("\x00\x1b\u202e\u2066\ufeff\r")


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["<p>", "</p>", "<b>", "<", ">", "&lt;", "&", "a b", "<!--", "-->", "<script>", '"', "x"])
    )
)
def test_tags_never_survive(pieces: list[str]) -> None:
    text = plain_text("".join(pieces).replace("&lt;", ""))
    assert "<p>" not in text
    assert "<script>" not in text
