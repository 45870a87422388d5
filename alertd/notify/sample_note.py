"""What the samples quote: the text of their story, and the note on it."""

from __future__ import annotations

from alertd.model import Evidence, Note, NoteGround, NoteStatement
from alertd.text.quote import quote

CLAUSE = "SpaceX keeps a right to reclaim the compute if it is used to cause harm."
BODY = (
    "SpaceX will lease its Colossus 1 supercomputer to Anthropic for $3 billion to $4 billion a year, a deal worth "
    f"over $2.5 billion in cash profit. {CLAUSE}"
)
"""What the story of the samples says; the note quotes it."""
_START = BODY.index(CLAUSE)
NOTE = Note(
    event="ev_sample",
    event_revision=1,
    statements=[
        NoteStatement(
            section="winner",
            text="NVDA supplies SpaceX (lessor): more of what it supplies may be needed.",
            grounds=[NoteGround(kind="relation", text="NVDA supplies SpaceX", company="NVDA", relation="supplier",
                                of="spacex", source="a 10-K")],
        ),
        NoteStatement(
            section="risk",
            text="Reclaim right, held by SpaceX: what was given can be taken back.",
            grounds=[
                NoteGround(
                    kind="quote",
                    evidence=Evidence(field="body", start=_START, end=_START + len(CLAUSE), quote=CLAUSE),
                )
            ],
        ),
    ],
    none_found=["precedent"],
    horizon_low=3,
    horizon_high=12,
    confidence="medium",
    confidence_why="reported, 1 source",
)  # fmt: skip


def clause() -> Evidence:
    """Give the words of a deal term, which are quoted alone."""
    start = BODY.index(CLAUSE)
    return Evidence(field="body", start=start, end=start + len(CLAUSE), quote=CLAUSE)


def in_title(title: str, words: str) -> Evidence:
    """Give words of the title as the conditions of rules give them: with their line."""
    start = title.index(words)
    end = start + len(words)
    return Evidence(field="title", start=start, end=end, quote=quote(title, start, end))
