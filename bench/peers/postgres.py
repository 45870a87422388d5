"""PostgreSQL, rules as rows: `tsquery` for their words, GIN over the words of the rarest clause and over companies.

The planner chooses between the two indexes, or takes both. The text goes in as folded words; the title's words bear
the weight A, so that one vector serves `text` and `title`, and a word that no rule has stands between the two.
Patterns and what must stand near each other are asked by Python, as for every engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from alertd.model import Event
from alertd.text.fold import split_words
from alertd.text.inflect import forms
from alertd.text.scan import term_words
from bench.peers.base import Cannot, Way, World, need
from bench.peers.postgres_server import Server
from bench.plain import Asked, Last, Plain, access

_TABLE = """
CREATE UNLOGGED TABLE rules (
    id int NOT NULL, words text[], companies int[], origin text NOT NULL, items text[],
    low float8 NOT NULL, high float8 NOT NULL, amount float8 NOT NULL, query tsquery)
"""
_INDEXES = """
CREATE INDEX ON rules USING gin (words) WITH (fastupdate = off);
CREATE INDEX ON rules USING gin (companies) WITH (fastupdate = off);
CREATE INDEX ON rules USING gin (words) WITH (fastupdate = off) WHERE companies IS NULL;
CREATE INDEX ON rules (id) WHERE words IS NULL;
"""
_REST = """
    origin = ANY(%(origins)s::text[]) AND (items IS NULL OR items && %(items)s::text[])
    AND low <= %(tone)s::float8 AND high >= %(tone)s::float8
    AND amount <= %(amount)s::float8 AND (query IS NULL OR doc.words @@ query)
"""
_ASK = f"""
WITH doc AS MATERIALIZED (
    SELECT setweight(to_tsvector('simple', %(title)s::text), 'A') || to_tsvector('simple', %(body)s::text) AS words)
SELECT id FROM rules, doc WHERE companies && %(companies)s::int[] AND rules.words && %(words)s::text[] AND {_REST}
UNION ALL SELECT id FROM rules, doc WHERE companies IS NULL AND rules.words && %(words)s::text[] AND {_REST}
UNION ALL SELECT id FROM rules, doc WHERE rules.words IS NULL
    AND (companies IS NULL OR companies && %(companies)s::int[]) AND {_REST}
"""
PLANS = {"postgres": "force_generic_plan", "postgres, plans": "force_custom_plan"}
"""One plan for all events costs no planning; one for each event knows which index is better for it."""
_BETWEEN = "0between0"
_MOST, _MOST_OF_ONE = 16_000, 255
"""Words of a text, and places of one word, up to which a tsvector knows every place."""


class Postgres:
    """A server with a table of rules."""

    def __init__(self, world: World) -> None:
        psycopg = need("psycopg")
        self._rules = world.plains.rules
        self._last = Last(self._rules)
        self._server = Server()
        self._connections: list[Any] = []
        try:
            for _ in PLANS:
                self._connections.append(psycopg.connect(self._server.address, autocommit=True))
            self._fill(world)
            for connection, plan in zip(self._connections, PLANS.values(), strict=True):
                connection.execute(f"SET plan_cache_mode = {plan}")
        except BaseException:
            self.close()
            raise
        self.ways = {
            name: Way(partial(self._ask, connection), set)
            for name, connection in zip(PLANS, self._connections, strict=True)
        }

    def _fill(self, world: World) -> None:
        seen = Counter(word for event in world.warm for word in _distinct(event))
        connection = self._connections[0]
        run = connection.execute
        run(_TABLE)
        names = "id, words, companies, origin, items, low, high, amount, query"
        with connection.cursor() as cursor, cursor.copy(f"COPY rules ({names}) FROM STDIN") as copy:
            for rule in self._rules:
                copy.write_row(_row(rule, seen, len(world.warm)))
        run(_INDEXES)
        run("VACUUM ANALYZE rules")

    def _ask(self, connection: Any, event: Event) -> list[int]:
        title, body = split_words(event.title), split_words(event.body)
        _refuse_long(body)
        asked = Asked(event, self._last)
        parameters = {
            "title": " ".join(title),
            "body": " ".join((_BETWEEN, *body)),
            "words": sorted({*title, *body}),
            "companies": [_number(company) for company in asked.companies],
            "origins": list(asked.origins),
            "items": sorted(asked.items),
            "tone": asked.tone,
            "amount": asked.amount,
        }
        rows = connection.execute(_ASK, parameters, prepare=True).fetchall()
        rules = self._rules
        return [number for (number,) in rows if asked.last_holds(rules[number])]

    def stored(self) -> int | None:
        """Give the table's size with its indexes."""
        (size,) = self._connections[0].execute("SELECT pg_total_relation_size('rules')").fetchone()
        return int(size)

    def close(self) -> None:
        """End the server."""
        for connection in self._connections:
            connection.close()
        self._server.close()


def _refuse_long(words: Sequence[str]) -> None:
    if len(words) > _MOST:
        raise Cannot(f"a tsvector knows no places beyond some {_MOST:,} words")
    if len(words) > 10 * _MOST_OF_ONE and Counter(words).most_common(1)[0][1] > _MOST_OF_ONE:
        raise Cannot(f"a tsvector keeps {_MOST_OF_ONE} places of a word")


def _number(company: str) -> int:
    return int(company.removeprefix("cik-"))


def _distinct(event: Event) -> set[str]:
    return {*split_words(event.title), *split_words(event.body)}


def _row(rule: Plain, seen: Counter[str], events: int) -> tuple[object, ...]:
    return (
        rule.number,
        _found_by(rule, seen, events),
        None if rule.companies is None else [_number(company) for company in rule.companies],
        rule.origin,
        sorted(rule.items) or None,
        rule.low,
        rule.high,
        rule.amount,
        _query(rule),
    )


def _found_by(rule: Plain, seen: Counter[str], events: int) -> list[str] | None:
    """Give the words of which an event must have one: of each phrase of the best clause its rarest word."""
    rarest = Counter({word: min(sum(seen[one] for one in each) for each in _parts(word)) for word in rule.words()})
    clause = access(rule, rarest, events)
    if clause is None:
        return None
    return sorted({one for word in clause for one in min(_parts(word), key=lambda each: sum(seen[o] for o in each))})


def _parts(word: str) -> Iterator[tuple[str, ...]]:
    """Go through the words of a key's term, each as what it may be."""
    (*head, last), exact = term_words(word.removeprefix("title:"))
    for one in head:
        yield (one,)
    yield (last,) if exact else forms(last)


def _query(rule: Plain) -> str | None:
    clauses = [_any(clause) for clause in rule.clauses]
    if rule.none:
        clauses.append(f"!{_any(rule.none)}")
    return " & ".join(clauses) or None


def _any(words: Iterable[str]) -> str:
    return f"({' | '.join(map(_phrase, sorted(words)))})"


def _phrase(word: str) -> str:
    weight = ":A" if word.startswith("title:") else ""
    parts = [" | ".join(f"'{one}'{weight}" for one in each) for each in _parts(word)]
    return "(" + " <-> ".join(f"({part})" for part in parts) + ")"
