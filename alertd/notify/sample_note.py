"""The note of the samples."""

from __future__ import annotations

from alertd.model import Evidence, Note, NoteGround, NoteStatement

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
