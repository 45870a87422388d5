"""The index of the last start, in one file: for the same book it need not be made again.

    magic | digest of what follows | MessagePack of KeptIndex

To make it, each rule is asked what it requires, which takes longer than to read what came of that. It is good for one
version of the book and of alertd. A file that is broken or of another version is no error: the index is made, and the
file written anew. What was learned of frequencies is not in it: rules move again, as after any start.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import structlog

from alertd.model import Struct
from alertd.rules.book import RuleBook
from alertd.rules.cache import code_hash, read_sealed, write_sealed
from alertd.rules.index_core import CoreIndex, Posted
from alertd.rules.slot import Engine, Slot
from alertd.text.core import INTERFACE
from alertd.text.scan import Term

FILE = "index.bin"
MANY = 1_000
"""For so many rules it is worth a file."""
_MAGIC = b"alertd index 1\n"
_log = structlog.get_logger(__name__)


class KeptIndex(Struct, frozen=True, kw_only=True):
    """What is needed to have an index again."""

    code: str
    book: str
    """The version of the book."""
    terms: dict[Term, int]
    """What texts are scanned for, and how often each is needed."""
    posted: Posted


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(KeptIndex)


class IndexFile:
    """The file for one book."""

    def __init__(self, path: Path | None, book: RuleBook) -> None:
        """Without a path there is none."""
        self._path = path
        self._book = book.version
        self.kept = self._read() if path is not None else None

    def _read(self) -> KeptIndex | None:
        assert self._path is not None
        body = read_sealed(self._path, _MAGIC)
        if body is None:
            return None
        try:
            kept = _decoder.decode(body)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            _log.warning("index_file_ignored", path=str(self._path), reason=str(error))
            return None
        return kept if (kept.code, kept.book) == (_code(), self._book) else None

    def post(self, slots: Sequence[Slot], engine: Engine) -> None:
        """Post all slots of a book: as they stood in the file, or anew."""
        if self.kept is None or not isinstance(engine, CoreIndex) or not engine.take(self.kept.posted, slots):
            self.kept = None
            for slot in slots:
                engine.add(slot)

    def write(self, slots: Sequence[Slot], engine: Engine, terms: dict[Term, int]) -> None:
        """Keep what was made, if that is worth it and not there yet."""
        if self._path is None or self.kept is not None or not isinstance(engine, CoreIndex) or len(slots) < MANY:
            return
        try:
            made = KeptIndex(code=_code(), book=self._book, terms=terms, posted=engine.posted(slots))
            body = _encoder.encode(made)
        except UnicodeEncodeError:  # a lone surrogate in a term
            return
        write_sealed(self._path, _MAGIC, body)


def _code() -> str:
    return f"{code_hash()} {INTERFACE}"
