"""The ways to find the rules that an event may concern. All find the same; tests and measurements ask several.

index         what the daemon runs: in the compiled core where that is there (`alertd.text.core`), else the next
dictionaries  the same without the core
reference     asks every rule about every event: slow, and by it the others are judged
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from alertd.rules.index_core import CoreIndex
from alertd.rules.index_dictionaries import DictionaryIndex
from alertd.rules.reference import Reference
from alertd.rules.slot import Engine
from alertd.text.core import CORE
from alertd.text.dictionaries import Dictionaries
from alertd.text.scan import Term, TermScanner

EngineName = Literal["index", "dictionaries", "reference"]
_ENGINES: dict[EngineName, type[CoreIndex | DictionaryIndex | Reference]] = {
    "index": CoreIndex if CORE else DictionaryIndex,
    "dictionaries": DictionaryIndex,
    "reference": Reference,
}


def make_engine(name: EngineName) -> Engine:
    """Make an engine that has no slots yet."""
    return _ENGINES[name]()


def make_scanner(name: EngineName, terms: Iterable[Term] | Mapping[Term, int]) -> TermScanner:
    """Make the scanner that goes with an engine."""
    return TermScanner(terms, Dictionaries() if name == "dictionaries" else None)
