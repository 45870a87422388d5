"""Which engines there are, in the order in which they take turns."""

from __future__ import annotations

from functools import partial

from bench.peers.base import Maker
from bench.peers.lucene import Lucene
from bench.peers.ours import WithCore, dictionaries, naive
from bench.peers.postgres import Postgres
from bench.peers.postings import SEARCHES, Postings
from bench.peers.roaring import Roaring
from bench.peers.tantivy_peer import Tantivy

ENGINES: dict[str, Maker] = {
    "index": WithCore,
    "dictionaries": dictionaries,
    "naive": naive,
    **{name: partial(Postings, name=name) for name in SEARCHES},
    "roaring": Roaring,
    "postgres": Postgres,
    "tantivy": Tantivy,
    "lucene": Lucene,
}
OF_THE_BOOK = ("index", "dictionaries", "naive")
"""Those that are alertd's own, and made of the book; the others are given plain rules."""
