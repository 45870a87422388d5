from __future__ import annotations

import pytest

from alertd.rules.logic import Truth
from tests.rules.desk import ask
from tests.rules.make import news


@pytest.mark.parametrize(
    ("condition", "title", "body", "truth"),
    [
        ("{terms: [lease, GPU], within: 3}", "Leases a GPU", "", True),
        ("{terms: [lease, GPU], within: 3}", "leases two more GPUs", "", False),
        ("{terms: [GPU, lease], within: 3}", "leases a GPU", "", True),  # in any order
        ("{terms: [lease, GPU], within: 12}", "lease", "GPU", False),  # title and body are apart
        ("{terms: [lease, GPU], within: 2}", "x", "A lease. GPU", True),
        ("{terms: [lease, [chip, GPU]], within: 4}", "lease of a chip", "", True),
        ("{terms: [lease, [chip, GPU]], within: 4}", "lease of a GPU", "", True),
        ("{terms: [lease, chip, GPU], within: 4}", "lease of a GPU", "", False),
        ("{terms: [right to reclaim, compute], within: 4}", "right to reclaim compute", "", True),
        ("{terms: [right to reclaim, compute], within: 3}", "right to reclaim compute", "", False),
        ("{terms: [lease, lease], within: 2}", "lease", "", True),  # both are the same word
        ("{terms: ['=\"lease\"', GPU], within: 9}", "leases GPU", "", False),
        ("{terms: [lease, GPU], within: 2}", "lease x GPU x lease GPU", "", True),
        ("{terms: [租, 赁], within: 2}", "租赁", "", True),
    ],
)  # fmt: skip
def test_near_counts_words_from_the_first_to_the_last(condition: str, title: str, body: str, truth: Truth) -> None:
    assert ask(f"near: {condition}", news(title, body)).tree.truth is truth


def test_near_is_unknown_while_the_full_text_is_to_come() -> None:
    tree = ask("near: {terms: [lease, GPU], within: 3}", news("lease", awaiting="full_text")).tree
    assert (tree.truth, tree.label) == (None, "near: lease, GPU within 3 words")
    assert (
        tree.seen
        == "not all of them in the title or in the body in what is there yet; the full text is still to come"
    )


def test_near_shows_each_term_where_they_stand_together() -> None:
    event = news("", "A lease. And so on and on: chips, leases and GPUs.")
    answer = ask("near: {terms: [lease, [GPU, chip]], within: 2}", event)
    assert [event.body[e.start : e.end] for e in answer.verdict.evidence] == ["chips", "leases"]
    assert answer.tree.label == "near: lease, GPU or chip within 2 words"
    apart = ask("near: {terms: [lease, [GPU, chip]], within: 2}", news("lease of some GPUs"))
    assert apart.tree.seen == "further apart than 2 words"


@pytest.mark.parametrize(
    ("place", "title", "body", "truth"),
    [
        ("title", "lease of GPUs", "", True),
        ("title", "lease", "lease of GPUs", False),
        ("lead", "lease of GPUs", "", True),
        ("lead", "News", "A lease of GPUs.", True),
        ("lead", "News", "One. Two. X" + " x" * 54 + " lease of GPUs", True),
        ("lead", "News", "One. Two. X" + " x" * 55 + " lease of GPUs", False),
        ("text", "News", "One. Two. X" + " x" * 55 + " lease of GPUs", True),
    ],
)  # fmt: skip
def test_near_may_be_asked_of_a_part_of_the_text(place: str, title: str, body: str, truth: Truth) -> None:
    condition = f"near: {{terms: [lease, GPU], within: 3, in: {place}}}"
    assert ask(condition, news(title, body)).tree.truth is truth


def test_near_says_where_it_looked() -> None:
    tree = ask("near: {terms: [lease, GPU], within: 3, in: title}", news("lease", awaiting="full_text")).tree
    assert (tree.truth, tree.label) == (False, "near: lease, GPU within 3 words in the title")
    assert tree.seen == "not all of them in the title"
    beyond = ask(
        "near: {terms: [lease, GPU], within: 3, in: lead}", news("News", "One. Two. X" + " x" * 70 + " lease of GPUs")
    ).tree
    assert beyond.seen == "not all of them in the title or in the lead"


def test_near_takes_a_list_as_alternatives() -> None:
    tree = ask("near: {terms: [lease, {list: chips}], within: 3}", news("Leases accelerators")).tree
    assert (tree.truth, tree.label) == (True, "near: lease, list chips within 3 words")


def test_near_asks_a_text_of_a_hundred_thousand_places_without_trying_pairs() -> None:
    body = "lease x x x " * 50_000 + "GPU " * 50_000
    answer = ask("near: {terms: [lease, GPU, chip], within: 200}", news("", body + " chip"))
    assert answer.tree.truth is False
    answer = ask("near: {terms: [lease, GPU], within: 200}", news("", body))
    assert answer.tree.truth is True
