"""What RE2 dismisses holds nothing that `re` would find: it may find more, never less."""

from __future__ import annotations

import re

import pytest

from alertd.research.cues import AGAINST, ANSWERS, RISKS, UNSAID, Cues
from alertd.research.hints import Hint, Quick, plain_of
from alertd.research.texts import Text
from bench.quality.note_set import read_notes


def fits(pattern: str, text: str) -> bool:
    return Hint((pattern,)).fits(plain_of(text))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\b(?<!to )reject(?:s|ed)\b", "The board REJECTED it."),
        (r"\bden(?:y|ied)(?! (?:[\w’']+ ){0,5}(?:motions?|access))\b", "It denied the claim."),
        (r"a(?!\()b", "ab"),
        (r"a(?=[()b])b", "ab"),
        (r"(?<=[\"“(])thin\b", "“thin”"),
        (r"not\\(?!x)", "not\\"),
        (r"risk[^.]{0,12}\bloss", "a risk of a loss"),
        (r"[)\]]x", "]x"),
    ],
)
def test_what_is_found_is_never_dismissed(pattern: str, text: str) -> None:
    assert re.search(pattern, text, re.IGNORECASE)
    assert fits(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\b(?<!to )reject(?:s|ed)\b", "The board has accepted it."),
        (r"\bden(?:y|ied)(?! (?:[\w’']+ ){0,5}(?:motions?|access))\b", "It met the motion."),
        (r"risk[^.]{0,12}\bloss", "A risk. A loss."),
    ],
)
def test_what_holds_none_of_it_is_dismissed(pattern: str, text: str) -> None:
    assert not fits(pattern, text)


@pytest.mark.parametrize(
    "text",
    ["the Société rejects it", "the\u00a0board rejects it", "the board\x1crejects it", "\ud800 the board rejects it"],
)
def test_letters_and_blanks_that_re2_does_not_know_are_left_to_re(text: str) -> None:
    assert plain_of(text) is None
    assert Quick(re.compile(r"board\srejects|Soci\w+ rejects")).search(text)


def test_signs_are_no_letters() -> None:
    assert plain_of("“We don’t” – $3bn") is not None


@pytest.mark.parametrize("cues", [RISKS, ANSWERS, AGAINST, UNSAID])
def test_no_cue_of_a_set_is_dismissed_in_any_sentence(cues: Cues) -> None:
    texts = [text for case in read_notes().cases for text in (case.title, case.body)]
    said = [one for text in texts for one in Text(text).spoken]
    found = [one for one in said if any(cue.pattern.search(one.low) for cue in cues)]
    dismissed = [one for one in said if not cues.hint.fits(one.plain)]
    assert found
    assert len(dismissed) > len(said) // 2
    assert not {one.said for one in found} & {one.said for one in dismissed}
