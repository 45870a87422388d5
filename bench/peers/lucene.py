"""Lucene's monitor, where its jars are given: no package of Python or Debian has them.

ALERTD_LUCENE_JARS is a directory with lucene-core, lucene-monitor, lucene-memory, lucene-analysis-common and
lucene-queryparser, all of one version from 8.2 on that the installed Java runs. Two passes of its presearcher, terms
weighted by how rare they are in the first events: what is fastest of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from alertd.model import Event
from alertd.text.fold import split_words
from alertd.text.inflect import forms
from alertd.text.scan import term_words
from bench.peers.base import Absent, Way, World
from bench.plain import Asked, Last, Plain

VARIABLE = "ALERTD_LUCENE_JARS"
_PROGRAM = Path(__file__).with_name("Percolate.java")


class Lucene:
    """A Java program with a query for each rule."""

    def __init__(self, world: World) -> None:
        directory, java = os.environ.get(VARIABLE), shutil.which("java")
        if not directory:
            raise Absent(f"{VARIABLE} names no directory with the jars of Lucene and its monitor")
        if java is None:
            raise Absent("no java on PATH: apt-get install default-jdk-headless")
        self._rules = world.plains.rules
        self._last = Last(self._rules)
        self._process = subprocess.Popen(
            [java, "-cp", f"{directory}/*", "-XX:+UseSerialGC", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in: IO[str] = self._process.stdin
        self._out: IO[str] = self._process.stdout
        try:
            self._fill(world)
        except BaseException:
            self.close()
            raise
        self.ways = {"lucene": Way(self._ask, set)}

    def _fill(self, world: World) -> None:
        seen = Counter(word for event in world.warm for word in {*split_words(event.title), *split_words(event.body)})
        seen.update(mention.id for event in world.warm for mention in event.companies)
        self._in.writelines(f"W\t{word}\t{count}\n" for word, count in seen.items())
        self._in.writelines(map(_line, self._rules))
        self._bytes = int(self._say("."))

    def _say(self, line: str) -> str:
        try:
            self._in.write(f"{line}\n")
            self._in.flush()
        except BrokenPipeError:
            raise Absent(f"the Java program ended: are all jars in {VARIABLE}, for this Java?") from None
        answer = self._out.readline()
        if not answer:
            raise Absent(f"the Java program ended: are all jars in {VARIABLE}, for this Java?")
        return answer.rstrip("\n")

    def _ask(self, event: Event) -> list[int]:
        title, body = " ".join(split_words(event.title)), " ".join(split_words(event.body))
        asked, rules = Asked(event, self._last), self._rules
        answer = self._say(f"E\t{title}\t{body}\t{','.join(sorted(asked.companies))}")
        found = [rules[int(number)] for number in answer.split(",")] if answer else []
        return [rule.number for rule in found if asked.fits(rule) and asked.last_holds(rule)]

    def stored(self) -> int | None:
        """Give the heap in use when all rules were in."""
        return self._bytes

    def close(self) -> None:
        """End the program."""
        self._in.close()
        self._out.close()
        self._process.wait(30)


def _line(rule: Plain) -> str:
    companies = "*" if rule.companies is None else ",".join(sorted(rule.companies))
    clauses = "|".join(map(_any, rule.clauses))
    return f"R\t{rule.number}\t{companies}\t{clauses}\t{_any(rule.none)}\n"


def _any(words: Iterable[str]) -> str:
    return ",".join(spelling for word in sorted(words) for spelling in _spelled(word))


def _spelled(word: str) -> Iterable[str]:
    (*head, last), exact = term_words(word.removeprefix("title:"))
    sign = "t:" if word.startswith("title:") else ""
    for form in (last,) if exact else forms(last):
        yield sign + " ".join([*head, form])
