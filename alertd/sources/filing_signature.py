"""Where a filing is signed, and where its index of exhibits begins: the ends of its text proper."""

from __future__ import annotations

import re

_HEADING = re.compile(
    r"[\W_]{0,6}s\s?i\s?g\s?n\s?a\s?t\s?u\s?r\s?e\s?(?:s|\(s\))?(?: page)?[\W_]{0,6}", re.IGNORECASE
)
_SIGNED = re.compile(
    r"\W{0,4}pursuant to the requirements? of (?:section \d.{0,20}of )?the securities (?:and )?exchange act of 1934"
    r"(?=.{0,300}(?:signed|undersigned))|.{0,200}\bcaused (?:this|the) (?:\w+ )?(?:report|form).{0,60}\bto be signed",
    re.IGNORECASE,
)
_LOOKED_AT = 500

EXHIBIT_INDEX = re.compile(r"\W{0,4}(?:exhibit index|index to exhibits|index of exhibits)\W{0,4}", re.IGNORECASE)
"""Of a whole line."""


def signature_heading(line: str) -> bool:
    """Say whether a line is the word over the signatures, also spaced out; a table of contents names it as well."""
    return len(line) <= 40 and _HEADING.fullmatch(line) is not None


def is_signed(line: str) -> bool:
    """Say whether a line is the sentence with which a report is signed."""
    return _SIGNED.match(line[:_LOOKED_AT]) is not None
