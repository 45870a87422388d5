"""What a statement of a note can rest on, as grounds: a quoted span, a relation, an earlier event, a number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from alertd.companies.model import Relation
from alertd.model import Evidence, NoteGround, NoteStatement
from alertd.research.addressed import speaks_to_its_reader
from alertd.research.material import Earlier
from alertd.research.study import Study
from alertd.research.texts import Text
from alertd.rules.touched import SAID

_MARKUP = re.compile(
    r"<[/!]?\w[^<>]{0,200}>?|\]\([^()\s]{0,200}\)?|\b(?:https?|javascript|data):\S*|\bwww\.\S+|(?<!\w)@\w+"
    r"|[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+",
    re.IGNORECASE,
)
_NAME_MAX = 80
QUOTE_MAX = 240
"""Characters of a quote that a ground shows; its offsets stay those of what is shown."""


def quote(study: Study, evidence: Iterable[Evidence]) -> list[NoteGround]:
    """Give the first evidence that is really in the event's text as a ground; none if none is.

    What carries evidence may have been written by others (`alertd enrich` leaves what an event brings with it).
    """
    for one in evidence:
        place = (one.field, one.start, one.end)
        if place not in study.quoted:
            study.quoted[place] = _ground(study.text(one.field), one)
        if (ground := study.quoted[place]) is not None:
            return [ground]
    return []


def _ground(text: Text, one: Evidence) -> NoteGround | None:
    """Give the sentence of a place as a ground; None where there is none that may be shown."""
    found = None if text.is_hidden(one.start, one.end) else _in_text(text, one)
    shown = None if found is None else _plain(found, one.start, one.end)
    return None if shown is None else quoted(text, shown)


def quoted(text: Text, shown: Evidence) -> NoteGround:
    """Give words of a text as a ground, which says where its sentence is cut."""
    first, last = text.around(shown.start, shown.end)
    before, after = _says(text.said[first : shown.start]), _says(text.said[shown.end : last])
    return NoteGround(kind="quote", evidence=shown, cut_before=before, cut_after=after)


def _says(words: str) -> bool:
    return any(character.isalnum() for character in words)


def evidence_of(statements: Sequence[NoteStatement]) -> list[Evidence]:
    """Give the places that statements quote."""
    return [one.evidence for said in statements for one in said.grounds if one.evidence is not None]


def naming(study: Study, company: str, grounds: Sequence[NoteGround]) -> list[NoteGround]:
    """Give the words that name a company as a ground, unless one of the grounds has a place where it is named."""
    spans = [span for mention in study.event.companies if mention.id == company for span in mention.evidence]
    shown = [one.evidence for one in grounds if one.evidence is not None]
    if any(
        one.field == span.field and one.start <= span.start and span.end <= one.end for one in shown for span in spans
    ):
        return []
    written = [study.text(span.field).said[span.start : span.end] for span in spans]
    if any(words and words in one.quote for one in shown for words in written):
        return []
    return quote(study, spans)


def _in_text(text: Text, one: Evidence) -> Evidence | None:
    """Give the sentence of a span, or of one too long to show the words around it, with exactly their own offsets."""
    said = text.said
    if not 0 <= one.start < one.end <= len(said):
        return None
    wide = one.end - one.start > QUOTE_MAX  # nothing that long is a find: its sentences are not looked for
    start, end = (one.start, one.end) if wide else text.around(one.start, one.end)
    if end - start > QUOTE_MAX:  # the span itself is what matters
        start = max(start, one.start - QUOTE_MAX // 3)
        end = min(end, start + QUOTE_MAX)
        start, end = _whole_words(said, start, end, one)
    return Evidence(field=one.field, start=start, end=end, quote=said[start:end])


def _whole_words(text: str, start: int, end: int, span: Evidence) -> tuple[int, int]:
    """Move the ends of a cut off a word that they cut in two, never into the span; an endless word stays cut."""
    if start > 0 and not text[start - 1].isspace() and start < span.start:
        blank = re.search(r"\s", text[start : span.start])
        start += blank.end() if blank else 0
    if end < len(text) and not text[end].isspace() and end > span.end:
        last = re.search(r"\s\S*$", text[span.end : end])
        end = span.end + last.start() if last else end
    return start, end


def _plain(one: Evidence, first: int, last: int) -> Evidence | None:
    """Give of a quote what stands between the tags, links and the like around its span; None if they are in that.

    A receiver would show them as plain words, but a reader might still follow them.
    """
    if speaks_to_its_reader(one.quote):
        return None
    start, end = 0, len(one.quote)
    for found in _MARKUP.finditer(one.quote) if _has_markup(one.quote) else ():
        if found.end() <= first - one.start:
            start = found.end()
        elif found.start() >= last - one.start:
            end = found.start()
            break
        else:
            return None
    return Evidence(field=one.field, start=one.start + start, end=one.start + end, quote=one.quote[start:end])


def _has_markup(words: str) -> bool:
    """Whether words may hold any: each kind of it has one of these signs."""
    return not words.isascii() or any(sign in words for sign in "<@:]") or "www." in words.lower()


def is_plain(words: str) -> bool:
    """Tell whether words can be quoted whole: nothing in them is a link or markup, and none gives orders."""
    return not (_has_markup(words) and _MARKUP.search(words)) and not speaks_to_its_reader(words)


def related(relation: Relation, names: Mapping[str, str]) -> NoteGround:
    """Give a relation as a ground, with who says so."""
    since = f" since {relation.since}" if relation.since else ""
    return NoteGround(
        kind="relation",
        text=_short(f"{relation_text(relation, names)}{since}"),
        company=relation.company,
        relation=relation.type,
        of=relation.of,
        since=relation.since,
        source=relation.source,
    )


def relation_text(relation: Relation, names: Mapping[str, str]) -> str:
    """Say a relation: `NVDA supplies SpaceX`."""
    company, of = (names.get(one, one)[:_NAME_MAX] for one in (relation.company, relation.of))
    return f"{company} {SAID[relation.type]} {of}"


def before(earlier: Earlier) -> NoteGround:
    """Give an earlier event as a ground."""
    title = f": {' '.join(earlier.title.split())}" if earlier.title else ""
    text = f"{words(earlier.type)} of {earlier.at[:10]}{title}"
    return NoteGround(kind="event", text=_short(text), event=earlier.event)


def _short(text: str) -> str:
    """Cut what is too long for a ground between words."""
    return text if len(text) <= QUOTE_MAX else text[:QUOTE_MAX].rsplit(" ", 1)[0]


def number(name: str, value: str, said: str) -> NoteGround:
    """Give something that was counted or reckoned as a ground: `lengths stated: 0`, said `no length is stated`."""
    return NoteGround(kind="number", text=f"{name} {value}"[:QUOTE_MAX], words=said)


def words(code: str) -> str:
    """Write a name of ours for people: `compute_lease` is `compute lease`."""
    return code.replace("_", " ")
