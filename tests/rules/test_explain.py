from __future__ import annotations

from alertd.rules.explain import render
from tests.rules.make import news, tree


def test_the_tree_shows_answer_value_and_text_at_each_leaf() -> None:
    sour = """
        all:
          - text: [compute lease, hosting agreement]
          - any:
              - title: dispute
              - regex: 'terminat(es|ed)'
          - not: {source: rumours}
          - language: en
    """
    event = news("SpaceX and Anthropic in dispute", "The compute lease\nof May is void.", source="prwire")
    assert render(tree(sour, event)) == [
        "? all",
        "  ✓ text: compute lease, hosting agreement",
        "      body: “compute lease” 4-17 in “The compute lease”",
        "  ✓ any",
        "    ✓ title: dispute",
        "        title: “dispute” 24-31",
        "    ✗ regex: terminat(es|ed)  — not in title or body",
        "  ✓ not",
        "    ✗ source: rumours  — source is prwire",
        "  ? language: en  — the event states no language",
    ]


def test_a_long_list_is_shown_shortened() -> None:
    (leaf,) = render(tree(f"text: [{', '.join('abcdefghij')}]", news("none")))
    assert leaf == "✗ text: a, b, c, d, e, f and 4 more  — not in title or body"
