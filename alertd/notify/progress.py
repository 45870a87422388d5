"""What one attempt leaves for the next, kept as JSON in the delivery's record."""

from __future__ import annotations

import msgspec

from alertd.model import Struct


class Progress(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The memory of the attempts so far."""

    doubt: bool = False
    """One of them may have arrived: a repeat must say so."""
    plain: str = ""
    """Slack refused our blocks with this error: the next attempt is plain text, and the last."""
    served: tuple[str, ...] = ()
    """What is done: mail recipients whose server has taken the message; of Slack the calls that were made."""
    refused: dict[str, str] = msgspec.field(default_factory=dict)
    """Mail recipients refused for good, with the reply."""

    def with_doubt(self, doubt: bool) -> Progress:
        """Add a doubt; one that is there stays."""
        return msgspec.structs.replace(self, doubt=self.doubt or doubt)

    def encode(self) -> str:
        """Write as JSON; nothing to remember is the empty string."""
        return "" if self == Progress() else msgspec.json.encode(self).decode()


def read_progress(text: str, in_doubt: bool = False) -> Progress:
    """Read what `encode` wrote; anything else is an empty memory. `in_doubt` is what the store knows."""
    try:
        known = msgspec.json.decode(text, type=Progress) if text else Progress()
    except msgspec.MsgspecError:
        known = Progress()
    return known.with_doubt(in_doubt)
