"""How long what an event reports lasts: `15-year lease`, `for three years`, `through 2031`, `90 days' notice`.

A length of time is taken where the words around say that something lasts so long: a noun that lasts (lease, contract,
option, notice…), or a verb such as runs or extends. Ages, records, anniversaries, experience, and what was years ago
are none. `docs/money.md` is the contract for readers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from msgspec.structs import replace

from alertd.enrich.draft import FIELDS, Draft, Field
from alertd.enrich.language import is_understood
from alertd.enrich.lengths import Length
from alertd.enrich.money_words import word_set
from alertd.enrich.untils import untils
from alertd.model import Duration
from alertd.text.sentences import Sentence

MOST = 30
"""Durations of one event."""
_PLACES = 6
_NOUNS = {
    "lease": "lease leases leaseback sublease tenancy rental tenancies charter",
    "contract": """contract contracts deal deals agreement agreements pact accord partnership ppa ppas offtake
        arrangement commitment order collaboration sponsorship alliance subscription""",
    "term": "term terms",
    "option": "option options extension extensions renewal renewals",
    "notice": "notice",
    "licence": "licence license licences licenses concession franchise permit",
    "lock-up": "lock-up lockup standstill",
    "exclusivity": "exclusivity",
    "debt": "loan loans facility mortgage credit notes bonds debentures",
    "guarantee": "guarantee guarantees warranty warranties",
    "ban": "ban moratorium suspension probation",
    "plan": "plan plans programme program programs strategy budget",
}
_WHAT: dict[str, str] = {word: what for what, words in _NOUNS.items() for word in words.split()}
_FIRST = frozenset(("lease", "notice", "option", "licence", "lock-up", "exclusivity", "guarantee"))
"""What is said of these is rather of them than of the contract they stand in."""
_VERBS = {"leased": "lease", "leasing": "lease", "rent": "lease", "rents": "lease", "rented": "lease", "let": "lease",
          "renting": "lease", "to lease": "lease"}  # fmt: skip
_DOING = re.compile(
    r"\b(?:supply|supplies|supplied|provid(?:e|es|ed|ing)|sign(?:s|ed)?|commit(?:s|ted)?|hir(?:e|es|ed)|extend(?:s|ed)?"
    r"|renew(?:s|ed)?|licen[cs]e[sd]?|operat(?:e|es|ed)|purchas(?:e|es|ed)|sells?|buys?|pays?|paid"
    r"|invest(?:s|ed)?|spend|rent(?:s|ed)?|leas(?:e|es|ed|ing)|agree(?:s|d)?|secur(?:e|es|ed)|lock(?:s|ed)?|appoint(?:s|ed)?|ban(?:s|ned)?)\b"
)
_TOKEN = re.compile(r"[a-z][\w&]*(?:-[a-z]+)*|[$€£]?\d[\d.,]*[a-z]*|[;:.()]")
_NO_COMPOUND = re.compile(
    r"[-\s](?:old|high|low|highs|lows|peak|average|veteran|anniversary|history|treasury|treasuries|yield|gilts?|bund"
    r"|career|run|streak|wait|delay|record|olds|reunion|absence|tenure|war|sentence|trend|horizon|view|chart|note\b|notes\b"
    r"|bonds?\b|bet|return|returns|period\sended|comparison|low|swap|rate)"
)
_LINKS = word_set("in of for at to after since from by on with before and as its the that which who ago")
_AFTER = re.compile(r"['’]?\s(?:(?:prior|advance|advanced|written|formal)\s(?:and\s)?){0,3}notice\b")
_PAST_AFTER = re.compile(
    r"\s(?:ago|after|later|ended|ending|preceding|earlier|before|prior|old|of\sexperience|in\sa\srow|running|straight|from\snow|since|behind"
    r"|ahead|younger|older|in\s(?:prison|jail|office))\b"
)
_LED = re.compile(
    r"\b(?:(?P<noun>term|period|duration|length|lease|tenor|life|lifetime|option|lock-up|lockup|licen[cs]e|contract"
    r"|agreement|warranty|guarantee|notice|extension|exclusivity|commitment|concession)(?:\s(?:period|term))?"
    r"\s?(?:\sof|\sis|\swas|:|\swill\sbe|\sto\sbe|\sfor|\swould\sbe)"
    r"|(?P<runs>runs?|running|lasts|(?<!the\s)(?<!its\s)last|lasting|extends?|extended|extending|extend|renew|renewed|prolong|prolonged|valid"
    r"|binding|effective)(?:\s(?:it|them|the\s[a-z]+|its\s[a-z]+))?(?:\s(?:for|to|by|over))?"
    r"|(?P<over>over|during|across)(?P<next>\sthe\s(?:next|coming|following)|\sits)?|(?P<for>for)(?:\sthe\snext)?"
    r"|(?P<put>(?:put|set|fixed)\sat))"
    r"\s(?:(?:a|an|the|between|another|further|initial|additional|period|term|minimum|maximum|of|about|around|roughly"
    r"|approximately|at\sleast|up\sto|as\smuch\sas|more\sthan|over|nearly|total|first|fixed|no\sless\sthan|non-cancellable"
    r"|not\sless\sthan|no\smore\sthan|less\sthan)\s){0,5}$"
)
_AT_LEAST = re.compile(
    r"\b(?:at\sleast|more\sthan|for\sover|not?\sless\sthan|minimum(?:\sof)?|minimum\s(?:period|term)\sof)\s(?:a\s)?$"
)
_UP_TO = re.compile(
    r"\b(?:up\sto|as\smuch\sas|no\smore\sthan|less\sthan|maximum\sof|not\smore\sthan)\s(?:an?\s)?(?:additional\s)?$"
)
_PERFECT = re.compile(
    r"\b(?:has|have|had|['’]ve|been|was|were|worked|served|lived|spent|waited|ran|past|last|first\stime)\b[^,;]{0,50}$"
)
_UNDER = re.compile(r"\s(?:under|of|from|in)\s(?:the|its|their|a|an)\s(?:[\w-]+\s){0,2}?([a-z-]+)\b")
_NO_NOUN = frozenset(("order", "terms", "plan", "credit", "deals"))


def add_durations(draft: Draft) -> None:
    """Find the durations, unless the event brought some with it or its words are not understood."""
    if draft.event.durations or not is_understood(draft.event.language):
        return
    found: list[Duration] = []
    for name in FIELDS:
        for one in _in_field(draft, name):
            _add(found, one)
    if found:
        draft.event = replace(draft.event, durations=found)


def _in_field(draft: Draft, name: Field) -> Iterator[Duration]:
    low = draft.lowered[name]
    stated = [one for one in draft.lengths[name] if one.unit != "quarter"]
    ends = list(untils(low))
    if not stated and not ends:
        return
    sentences = draft.sentences[name]
    starts = [one.start for one in sentences]
    for one in stated:
        sentence = sentences[max(bisect_right(starts, one.start) - 1, 0)]
        made = _lasting(low, one, sentence)
        if made is not None:
            yield replace(made, evidence=[draft.evidence(name, one.start, one.end)])
    now = (draft.event.event_at or draft.event.published_at or draft.event.seen_at)[:4]
    for end in ends:
        if end.day[:4] >= now:
            sentence = sentences[max(bisect_right(starts, end.start) - 1, 0)]
            due = end.cue.startswith(("matur", "notes", "bonds"))
            near = _nearest(low, sentence.start, end.start) or _nearest(low, end.start, end.end)
            what = "debt" if due else near
            yield Duration(until=end.day, of=what, evidence=[draft.evidence(name, end.start, end.end)])


def _lasting(low: str, one: Length, sentence: Sentence) -> Duration | None:
    """Give a length as a duration, if the words around say that something lasts so long."""
    if one.compound:
        what = _compound(low, one.end, sentence.end)
        return _made(low, one, what) if what else None
    if _AFTER.match(low, one.end):
        return _made(low, one, "notice")
    if _PAST_AFTER.match(low, one.end):
        return None
    begin = max(one.start - 80, sentence.start)
    led = _LED.search(low, begin, one.start)
    if led is None:
        return None
    kind = led.lastgroup
    if led["noun"]:
        noun = _WHAT.get(led["noun"], "term")
        around = _nearest(low, sentence.start, led.start()) or _behind(low, one.end, sentence.end)
        return _made(low, one, noun if noun in _FIRST else around or noun)
    what = _nearest(low, sentence.start, led.start()) or _nearest(low, led.start(), one.start)
    what = what or _behind(low, one.end, sentence.end)
    if led["runs"] or led["next"]:
        return _made(low, one, what)
    if led["put"]:
        return _made(low, one, "notice") if "notice period" in low[begin : led.start()] else None
    if _PERFECT.search(low, begin, led.start()) and kind == "for" and not what:
        return None
    doing = (
        what or _DOING.search(low, sentence.start, led.start()) or (kind == "over" and "$" in low[begin : one.start])
    )
    return _made(low, one, what or _verb(low, sentence.start, led.start())) if doing else None


def _compound(low: str, end: int, limit: int) -> str | None:
    """Find the noun that a `15-year` belongs to: `15-year, $30bn cloud contract`."""
    if _NO_COMPOUND.match(low, end):
        return None
    place = end
    for _ in range(7):
        word = _TOKEN.search(low, place, min(limit, end + 70))
        if word is None or word[0] in _LINKS or word[0] in ";:.()":
            return None
        if what := _WHAT.get(word[0]):
            after = _TOKEN.search(low, word.end(), min(limit, word.end() + 20))
            following = _WHAT.get(after[0]) if after and low[word.end() : after.start()] == " " else None
            return following if following and what not in _FIRST else what
        place = word.end()
    return None


def _nearest(low: str, start: int, end: int) -> str | None:
    """Name what lasts by the nearest such noun before a place in its sentence."""
    words = _TOKEN.findall(low, max(start, end - 160), end)
    found = [_WHAT[word] for word in words if word in _WHAT and word not in _NO_NOUN]
    if not found:
        return None
    first = [what for what in found[-2:] if what in _FIRST]
    return first[-1] if first else found[-1]


def _behind(low: str, end: int, limit: int) -> str | None:
    found = _UNDER.match(low, end, limit)
    return _WHAT.get(found[1]) if found else None


def _verb(low: str, start: int, end: int) -> str | None:
    words = _TOKEN.findall(low, max(start, end - 160), end)
    return next((_VERBS[word] for word in reversed(words) if word in _VERBS), None)


def _made(low: str, one: Length, what: str | None) -> Duration:
    before = low[max(one.start - 30, 0) : one.start]
    least, most = bool(_AT_LEAST.search(before)), bool(_UP_TO.search(before))
    return Duration(low=None if most else one.low, high=None if least else one.high, unit=one.unit, of=what)


def _add(found: list[Duration], one: Duration) -> None:
    """Add a duration, or its place to the same one."""
    for i, other in enumerate(found):
        same = (one.low, one.high, one.unit, one.until) == (other.low, other.high, other.unit, other.until)
        if same and (one.of is None or other.of is None or one.of == other.of):
            evidence = [*other.evidence, *one.evidence][:_PLACES]
            found[i] = replace(other, of=other.of or one.of, evidence=evidence)
            return
    if len(found) < MOST:
        found.append(one)
