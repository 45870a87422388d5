"""Whether a word that may be a company's name is one here, with the reason in words.

Points are added up: a capital within a sentence 2, the legal form after it 4, the company named otherwise in the same
item 3 (or, by a word that was itself weighed, 2), what companies do or have after it up to 2, what they mean to do
(intents.py) 2, a dividend of its own 3, what stands before companies up to 2, a company beside it in a list 2, the
name by which people know it 1; a first name or a title before it -5, another capital word before or after it -2 to
-6, an article before it, or the same word in small letters, -1.
From 2 on it is taken. A headline in capitals says nothing by them; people's and places' names get nothing for one.
"""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

from alertd.companies import clues
from alertd.companies.gazetteer import SHOWN, Name
from alertd.companies.intents import OWN, intent_after, is_rating, is_thing
from alertd.companies.longer import is_division
from alertd.companies.ordinary import LEGAL_FORMS, is_first_or_family_name, is_only_a_name, is_ordinary, word_set
from alertd.companies.passages import FieldText

ENOUGH = 2
_SURE = 3
"""Points from which a common word is known to be named otherwise in the item."""
_NOTHING = "nothing around it says that a company is meant"
_SMALL = word_set("of and the for in on by de la le du del da van von to at a an e y et und")
_HELPING = word_set("to will would may could plans has also reportedly again still")
_BODIES = word_set("""
    academy agency association bank board bureau chamber church college commission committee congress council court
    department federation foundation house institute league ministry museum office republic school secretary society
    state states union university
    """)
"""What is named by what it is `of`."""
_INTO = frozenset({"in", "into"})
_STAKES = word_set("stake shares invest invests invested investment stock")
_THE = word_set("the a an this that our its their each any such your my no")
"""Before a word that is none of the names that begin so: the Charter, our Target."""
_SPEECH = word_set("said says say told tells")
_PLURAL = word_set("say have are were")
"""After a word in the plural these are said of what it means: `employers say`."""


class Verdict(NamedTuple):
    """Whether a name is taken, and why."""

    taken: bool
    why: str


class Around(NamedTuple):
    """The other companies of a field that are beside a place, and what is known of this one."""

    starts: Set[int]
    """First words of names that are taken."""
    ends: Set[int]
    """Last words of them."""
    known: int
    """Points for what the rest of the item says about the same company."""
    known_why: str
    capitals: bool
    """Whether a capital within a sentence says anything: in German every noun has one."""


def has_capitals(field: FieldText, first: int, last: int, name: Name) -> bool:
    """Whether a place is written as a name is: its words have capitals, or it stands as somebody declared it."""
    surface = field.surface(first, last)
    if surface == name.written:
        return True
    if surface.islower() or (surface[0].islower() and surface[0].isalpha()):
        return name.written.islower() and surface == name.written.lower()
    if first == last:
        upper = name.written.isupper()
        short = len(surface) <= 3 and name.kind == "distinct"
        return surface[0].isupper() and (not (short and upper) or surface.isupper())
    if name.kind != "phrase":
        return True
    return all(
        piece[0].isupper() or not piece[0].isalpha() or name.words[i] in _SMALL
        for i, piece in enumerate(field.word(j) for j in range(first, last + 1))
    )


def judge(field: FieldText, first: int, last: int, name: Name, around: Around) -> Verdict:
    """Weigh a place whose words are a name that is not distinct."""
    if name.kind == "common" and around.known < _SURE and name.known != SHOWN:
        return Verdict(False, _NOTHING)
    style = field.style(first)
    initial = field.is_initial(first)
    points, reasons = _capital(name, style, initial, around.capitals, shouted=field.surface(first, last).isupper())
    leads = initial or style == "sentence" or field.words[first - 1] in clues.BEFORE  # Climate Target Nears Deal
    intent = intent_after(field, last, around.starts) if leads else (0, "")
    for more, why in (
        (around.known, around.known_why),
        max(_after(field, last, name.kind), intent, key=lambda found: found[0]),
        _before(field, first),
        _listed(field, first, last, around),
        (1, "well known") if name.known == SHOWN else (0, ""),
        _division(field, last, name),
        _person(field, first, last, name),
        _neighbours(field, first, last, name, style, initial),
        _shouted(field, first, last, name, style),
        (-1, "in small letters elsewhere") if name.kind == "ordinary" and field.is_small(name.words[0]) else (0, ""),
    ):
        points += more
        if more and why:
            reasons.append(why)
    if name.kind == "common":
        own = initial and intent[0] == OWN and name.known == SHOWN
        enough = (own or around.known >= _SURE) and points >= ENOUGH
    elif name.kind == "phrase":
        enough = points >= (1 if len(name.words) == 2 else 0)
    else:
        enough = points >= ENOUGH
    return Verdict(enough, ", ".join(reasons) or _NOTHING)


def _capital(name: Name, style: str, initial: bool, capitals: bool, *, shouted: bool) -> tuple[int, list[str]]:
    if initial and style != "caps" and name.known == SHOWN and name.written.isupper() and shouted:
        return 1, ["capitals throughout"]
    if style == "sentence" and capitals and not initial:
        if name.kind == "name":
            return 0, []
        return 2, ["capital within a sentence"]
    if style == "sentence" and name.kind == "phrase" and capitals:
        return 1, ["each word with a capital"]
    if style == "sentence":
        return 0, ["capital only because a sentence begins"] if initial else []
    return 0, ["capitals say nothing in this headline"]


def _after(field: FieldText, last: int, kind: str) -> tuple[int, str]:
    """Weigh what follows."""
    if last + 1 >= len(field):
        return 0, ""
    gap, word = field.gap(last), field.words[last + 1]
    if word == "plc" or (word in LEGAL_FORMS and field.word(last + 1)[0].isupper() and "\n" not in gap):
        return 4, f"`{field.word(last + 1)}` after it"
    if gap in ("-", "‑") and word in clues.BACKING:
        return 2, f"`-{word}` after it"
    between = gap.lstrip("'’sS ").strip(" \xa0")
    if between == ":" and field.name == "title" and field.is_initial(last):
        return 1, "the title begins with it and a colon"
    if between:
        return 0, ""
    if is_thing(field, last + 1):
        return 0, ""
    second = field.words[last + 2] if last + 2 < len(field) else ""
    if word in _HELPING and second in clues.ACTS:
        return 2, f"`{word} {second}` after it"
    if word in ("at", "to") and is_rating(field, last + 2):
        return 2, f"rated: `{word} {field.word(last + 2)}` after it"
    if word in clues.TIES and second and field.word(last + 2)[0].isupper() and field.word(last + 1).islower():
        return 2, f"`{word} {field.word(last + 2)}` after it"
    if word in clues.SUFFERED or (word in clues.SUFFERED_SO and second in clues.SO and kind != "name"):
        return 2, f"`{word}` after it"
    possessive = "'" in gap or "’" in gap
    points, why = _noun_after(field, last, possessive)
    if points or possessive:
        return points, why
    return _verb_after(word, kind, field.words[last].endswith("s")), f"`{word}` after it"


def _noun_after(field: FieldText, last: int, possessive: bool) -> tuple[int, str]:
    word = field.words[last + 1]
    if word in clues.SURE_NOUNS:
        return 2, f"`{word}` after it"
    if word in clues.NOUNS:
        return (2 if possessive else 1), f"`{word}` after it"
    if not possessive:
        return 0, ""
    noun = next((w for w in field.words[last + 2 : last + 4] if w in clues.NOUNS), "")
    return (2, f"its {noun}") if noun else (1, "a possessive")


def _verb_after(word: str, kind: str, plural: bool) -> int:
    if word in _SPEECH:
        return 0 if plural and word in _PLURAL else 1 if kind == "name" else 2
    return 2 if word in clues.SAID else int(word in clues.MOVES)


def _before(field: FieldText, first: int) -> tuple[int, str]:
    """Weigh what precedes."""
    if not first or field.gap(first - 1).strip(" \xa0\"“‘'"):
        return 0, ""
    word = field.words[first - 1]
    earlier = field.words[first - 2] if first > 1 else ""
    if (word == "of" and earlier in clues.BEFORE | clues.NOUNS) or (word in _INTO and earlier in _STAKES):
        return 2, f"`{earlier} {word}` before it"
    if word in clues.BEFORE and field.word(first - 1).islower():
        return 2, f"`{word}` before it"
    if word in clues.ACTED_ON:
        return 2 if field.is_initial(first - 1) else 1, f"`{word}` before it"
    if word in _THE:
        return -1, f"`{word}` before it"
    return (1, f"`{word}` before it") if word in clues.PREPOSITIONS else (0, "")


def _division(field: FieldText, last: int, name: Name) -> tuple[int, str]:
    """Weigh what people know to be the company's after it: Apple Music."""
    after = field.word(last + 1)
    own = bool(after) and field.gap(last) in (" ", "\xa0") and after[0].isupper()
    if own and is_division(name.words, field.words[last + 1]):
        return 2, f"`{after}` is its own"
    return 0, ""


def _listed(field: FieldText, first: int, last: int, around: Around) -> tuple[int, str]:
    """Weigh companies beside it: `Bharti, Idea and Vodafone`."""
    before = _beside(field, first - 1, -1)
    after = _beside(field, last, 1)
    if (before is not None and before in around.ends) or (after is not None and after in around.starts):
        return 2, "in a list with another company"
    return 0, ""


def _beside(field: FieldText, gap_at: int, step: int) -> int | None:
    """Give the word on the other side of a comma, an `and` or both; None if there is none."""
    if gap_at < 0 or gap_at >= len(field.words) - 1:
        return None
    near = gap_at if step < 0 else gap_at + 1
    gap = field.gap(gap_at)
    listing = gap.strip() in (",", "/", "&", "-", "–")
    if field.words[near] in ("and", "or", "vs", "versus") and not gap.strip(" ,"):
        return near + step if 0 <= near + step < len(field.words) else None
    return near if listing else None


def _person(field: FieldText, first: int, last: int, name: Name) -> tuple[int, str]:
    """Weigh a first name or a title before it, and a family name after a first name."""
    if first and not field.gap(first - 1).strip(" ."):
        before = field.words[first - 1]
        if before in clues.TITLES and field.word(first - 1)[0].isupper():
            return -5, f"`{field.word(first - 1)}` before it"
        single = len(before) == 1 and "." in field.gap(first - 1) and field.word(first - 1).isupper()
        if (single or is_only_a_name(before)) and field.word(first - 1)[0].isupper():
            return -5, f"a person, {field.word(first - 1)} {field.surface(first, last)}"
    if name.kind == "name" and not field.gap(last).strip(" ."):
        after = field.word(last + 1)
        if after and after[0].isupper() and is_first_or_family_name(field.words[last + 1]):
            return -5, f"a person, {field.surface(first, last)} {after}"
    return 0, ""


def _neighbours(field: FieldText, first: int, last: int, name: Name, style: str, initial: bool) -> tuple[int, str]:
    """Weigh capital words around it, of which it may be a part: Apple Valley, Price Target."""
    if first and field.words[first - 1] in clues.NOT_AFTER.get(name.words[0], ()) and len(name.words) == 1:
        return -5, f"`{field.word(first - 1)}` before it"
    if field.gap(last) in (" ", "\xa0") and field.words[last + 1] in clues.THINGS:
        return -5, f"a thing, `{field.surface(first, last + 1)}`"
    if style not in ("sentence",):
        return 0, ""
    if _named_of(field, first, last):
        return -4, f"part of `{field.surface(first - 2, last)}`"
    if first and not initial and not field.gap(first - 1).strip(" "):
        before = field.word(first - 1)
        word = field.words[first - 1]
        opening = (word == "new" and name.known == 2 and field.is_initial(first - 1)) or (
            field.is_initial(first - 1) and is_ordinary(word) and word not in clues.LONGER | clues.GENERIC
        )
        if before[0].isupper() and not opening and not _role(field.words[first - 1]):
            return (-6 if name.kind == "phrase" else -4), f"part of `{before} {field.surface(first, last)}`"
    after = field.word(last + 1)
    if after and field.gap(last) in (" ", "-", "\xa0") and after[0].isupper():
        word = field.words[last + 1]
        if word not in LEGAL_FORMS and word not in clues.SURE_NOUNS and not is_division(name.words, word):
            return (-3 if name.kind == "name" else -2), f"part of `{field.surface(first, last)} {after}`"
    return 0, ""


def _named_of(field: FieldText, first: int, last: int) -> bool:
    """Whether a word ends a body's name, such as Chamber of Commerce; `Shares of Apple` begins a sentence only."""
    if first < 2 or first != last or field.words[first - 1] != "of" or field.gap(first - 2) != " ":
        return False
    return field.words[first - 2] in _BODIES and field.word(first - 2)[0].isupper()


def _shouted(field: FieldText, first: int, last: int, name: Name, style: str) -> tuple[int, str]:
    """Weigh capitals throughout in a sentence: STEM is an abbreviation, Stem a company."""
    surface = field.surface(first, last)
    shouted = style == "sentence" and len(surface) > 1 and surface.isupper() and not name.written.isupper()
    return (-2, "an abbreviation") if shouted and first == last else (0, "")


def _role(word: str) -> bool:
    return (
        word in clues.BEFORE
        or word in clues.NOUNS
        or word in clues.ACTED_ON
        or (is_ordinary(word) and word in ("and", "but", "the", "with", "for", "q1", "q2", "q3", "q4"))
    )
