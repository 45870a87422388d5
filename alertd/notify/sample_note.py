"""The note of the samples."""

from __future__ import annotations

from alertd.model import Evidence, Note, NoteGround, NoteStatement

_RISK = "A harm clause allows SpaceX to reclaim the computing capacity."
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
            grounds=[NoteGround(kind="quote", evidence=Evidence(field="body", start=0, end=len(_RISK), quote=_RISK))],
        ),
    ],
    none_found=["precedent"],
    horizon_low=3,
    horizon_high=12,
    confidence="medium",
    confidence_why="reported, 1 source",
)  # fmt: skip
