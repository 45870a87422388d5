"""Why an alert came: the rules that hold, what they hold on, and what the source says around these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import get_args

from msgspec.structs import replace

from alertd.alerts.severity import arithmetic
from alertd.model import Event, Evidence, GroundKind, Match
from alertd.notify.facts import QUOTE_MAX
from alertd.notify.lines import join
from alertd.notify.plain import one_line
from alertd.text.sentences import Sentence, sentences

_RULES_SHOWN = 5
_WORDS_SHOWN = 4
_QUOTES_SHOWN = 2
_GROUNDS_SHOWN = 5
_ORDER = get_args(GroundKind)
_FACTS: dict[GroundKind, str] = {
    "type": "event_types", "term": "terms", "amount": "amounts", "exposed": "companies", "role": "companies",
    "tone": "companies",
}  # fmt: skip
"""Kind of ground -> which facts of the event it rests on."""
_FIELDS: dict[GroundKind, tuple[str, ...]] = {
    "type": ("event_types",), "term": ("terms",), "amount": ("amounts",), "exposed": ("companies",),
    "tone": ("sentiment", "companies"),
}  # fmt: skip
"""Kind of ground -> the fields of evidence that say the same; its own name where nothing else stands here."""
_CONTEXT = 90
"""Characters of the source's own words on either side of what matched."""


def quotes(matches: Iterable[Match], event: Event, shown: Iterable[str] = ()) -> list[str]:
    """Give the source's own words around what matched in the body, of each sentence once.

    A match in the title stands there already, and what is in `shown` stands elsewhere in the message.
    """
    found: list[str] = []
    known = list(shown)
    within = sentences(event.body)
    for of, span in ((match, span) for match in matches for span in match.evidence if span.field == "body"):
        around = _context(event.body, within, span) if _is_of(of, event) else span.quote
        quote = one_line(around, QUOTE_MAX)
        if quote and not any(quote in other or other in quote for other in known if other):
            found.append(quote)
            known.append(quote)
        if len(found) == _QUOTES_SHOWN:
            break
    return found


def _is_of(match: Match, event: Event) -> bool:
    """Whether a match's places are those in this text: a withdrawal or an answer shows what other reports matched."""
    return (match.event, match.event_revision) == (event.id, event.revision)


def _context(body: str, within: Sequence[Sentence], span: Evidence) -> str:
    """Widen a span to its sentence; of a long one to `_CONTEXT` characters each way and no half words.

    The quote itself if it lies elsewhere (the body of a message is an excerpt).
    """
    start, end = span.start, span.end
    if not 0 <= start < end <= len(body) or end - start > QUOTE_MAX:
        return span.quote
    left, right = next((s for s in within if s.start <= start < s.end), (start, end))
    if right - left <= QUOTE_MAX and end <= right:
        return body[left:right].strip()
    before, after = body[left:start], body[end : max(right, end)]
    if len(before) > _CONTEXT:
        before = "…" + before[-_CONTEXT:].partition(" ")[2]
    if len(after) > _CONTEXT:
        after = after[:_CONTEXT].rpartition(" ")[0] + "…"
    return (before + body[start:end] + after).strip()


def rules(matches: Sequence[Match], event: Event) -> list[str]:
    """Name the rules that hold, each with its grounds; the same grounds are not said again.

    `big-compute-lease, owner jd · clear compute lease · low end $3bn ≥ $500m a year · exposed by one step`
    """
    parts: list[str] = []
    said: set[str] = set()
    for match in matches[:_RULES_SHOWN]:
        grounds = _grounds(match, event)
        parts.append(_rule_text(match, [one for one in grounds if one not in said]))
        said.update(grounds)
    if len(matches) > _RULES_SHOWN:
        parts.append(f"{len(matches) - _RULES_SHOWN} more rules")
    return parts


def _rule_text(match: Match, grounds: list[str]) -> str:
    title = "" if match.grounds else one_line(match.title, 100)
    name = one_line(match.rule, 64) + (f" ({title})" if title else "")
    owner = f"owner {one_line(match.owner, 40)}" if match.owner else ""
    named = ", ".join(filter(None, (name, owner)))
    return join([named, *grounds, one_line(arithmetic(match), 200) if match.steps else ""])


def _grounds(match: Match, event: Event) -> list[str]:
    """Say what its conditions compared, the words that they found beside that, and the way to a named company."""
    ranked = sorted(match.grounds, key=lambda ground: _ORDER.index(ground.kind))
    found = [one_line(ground.text, 100) for ground in ranked[:_GROUNDS_SHOWN]]
    typed = _typed(match, event)
    left = [found for found in match.evidence if not typed(found)]
    if _is_of(match, event):
        hits = [_hit(found, event) for found in _joined(left, event)]
    else:  # which of its words stand for a ground cannot be told without its event, so the grounds speak alone
        hits = [] if match.grounds else [one_line(found.quote, 40) for found in left]
    words = dict.fromkeys(hit.casefold() for hit in hits if hit)
    on = ", ".join(f"“{word}”" for word in list(words)[:_WORDS_SHOWN])
    shown = any(holding.company == match.company and holding.path for holding in match.holdings)
    path = "" if shown else " → ".join(one_line(step, 60) for step in match.path[:4])
    return [part for part in (*found, f"on {on}" if on else "", f"by {path}" if path else "") if part]


def _typed(match: Match, event: Event) -> Callable[[Evidence], bool]:
    """Tell the evidence for which a ground of the match stands: its words are those of a type, an amount, a name."""
    kinds = {ground.kind for ground in match.grounds}
    if not kinds:
        return lambda found: False
    facts = [fact for kind, name in _FACTS.items() if kind in kinds for fact in getattr(event, name)]
    spans = {(e.field, e.start, e.end) for fact in facts for e in getattr(fact, "evidence", ())}
    fields = {field for kind in kinds for field in _FIELDS.get(kind, (kind,))}
    return lambda found: found.field in fields or (found.field, found.start, found.end) in spans


def _joined(found: Sequence[Evidence], event: Event) -> list[Evidence]:
    """Put words that stand side by side in the title together: “cuts full-year guidance” is read at once."""
    made: list[Evidence] = []
    others = [one for one in found if one.field != "title"]
    for one in sorted((one for one in found if one.field == "title"), key=lambda one: (one.start, one.end)):
        last = made[-1] if made else None
        if last is not None and not event.title[last.end : one.start].strip():
            made[-1] = replace(last, end=max(last.end, one.end))
        else:
            made.append(one)
    return made + others


def _hit(found: Evidence, event: Event) -> str:
    """Give the words that were found; nothing where the excerpt at hand does not reach that far."""
    text = event.title if found.field == "title" else event.body if found.field == "body" else found.quote
    if found.field in ("title", "body"):
        text = text[found.start : found.end] if found.end <= len(text) else ""
    return one_line(text, 40)
