"""tantivy, a search engine, the other way round: each event is an index of one document, and every rule is asked.

It has no percolator, so this is what it can do. Words and companies are its business; form, tone and amount are
cheaper asked by Python, of the few that are left.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from alertd.model import Event
from alertd.text.fold import split_words
from alertd.text.inflect import forms
from alertd.text.scan import term_words
from bench.peers.base import Cannot, Way, World, need
from bench.plain import Asked, Last, Plain

_HEAP = 15_000_000
"""The least that it takes: one document is not much."""
_MOST = 10_000
"""Rules: more take minutes to build, and seconds to ask about an event."""


class Tantivy:
    """A query for each rule."""

    def __init__(self, world: World) -> None:
        self._library = need("tantivy")
        self._rules = world.plains.rules
        if len(self._rules) > _MOST:
            raise Cannot(f"it asks rule by rule: more than {_MOST:,} are not waited for")
        builder = self._library.SchemaBuilder()
        for name in ("title", "body"):
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
        builder.add_text_field("company", tokenizer_name="raw", index_option="basic")
        self._index = self._library.Index(builder.build())
        self._writer = self._index.writer(heap_size=_HEAP, num_threads=1)
        self._schema = self._index.schema
        self._last = Last(self._rules)
        self._queries = [(rule, self._query(rule)) for rule in self._rules]
        self.ways = {"tantivy": Way(self._ask, set)}

    def _ask(self, event: Event) -> list[int]:
        self._writer.delete_all_documents()
        document = self._library.Document()
        document.add_text("title", " ".join(split_words(event.title)))
        document.add_text("body", " ".join(split_words(event.body)))
        for mention in event.companies:
            document.add_text("company", mention.id)
        self._writer.add_document(document)
        self._writer.commit()
        self._index.reload()
        searcher, asked = self._index.searcher(), Asked(event, self._last)
        held = []
        for rule, query in self._queries:
            if query is not None and not searcher.search(query, limit=1, count=False).hits:
                continue
            if asked.fits(rule) and asked.last_holds(rule):
                held.append(rule.number)
        return held

    def _query(self, rule: Plain) -> Any:
        """Give what a rule asks for; None: anything."""
        occur, query = self._library.Occur, self._library.Query
        parts = [(occur.Must, self._any(clause)) for clause in rule.clauses]
        if rule.companies is not None:
            parts.append((occur.Must, self._terms("company", sorted(rule.companies))))
        if not parts:
            return None
        if rule.none:
            parts.append((occur.MustNot, self._any(rule.none)))
        return query.boolean_query(parts)

    def _any(self, words: Iterable[str]) -> Any:
        """Give the query for one of these words."""
        query = self._library.Query
        parts: list[Any] = []
        for field in ("title", "body"):
            single: list[str] = []
            for word in words:
                if field == "body" and word.startswith("title:"):
                    continue
                (*head, last), exact = term_words(word.removeprefix("title:"))
                spellings = (last,) if exact else forms(last)
                if head:
                    parts += [query.phrase_query(self._schema, field, [*head, form]) for form in spellings]
                else:
                    single += spellings
            if single:
                parts.append(self._terms(field, single))
        return query.boolean_query([(self._library.Occur.Should, part) for part in parts])

    def _terms(self, field: str, words: Iterable[str]) -> Any:
        """Give the query for one of these terms; tantivy's own for sets of terms takes many times as long."""
        query, should = self._library.Query, self._library.Occur.Should
        return query.boolean_query([(should, query.term_query(self._schema, field, word)) for word in words])

    def stored(self) -> int | None:
        """Nothing elsewhere."""
        return None

    def close(self) -> None:
        """Nothing to end."""
