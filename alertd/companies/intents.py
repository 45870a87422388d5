"""What companies mean to do, said after a name that a sentence begins with: `Meta in talks to buy`, `Gap mulls sale`.

in talks         [exclusive, early, ...] talks | discussions | negotiations, then `to` and a deed of companies,
                 a deal within a few words, or a company that is certain
near a deal      near, nears, close to, closes in on; then a deal within a few words
a wish           weighs, mulls, eyes, explores, plans ...; then `to` and a deed, or a deal within a few words
leaving          walks away, pulls out, backs out; then a deal within a few words
pressed          faces, is under, is hit or slapped with; then a probe, a suit, a fine ... within a few words
founding         forms, creates; then a venture or the like within a few words; also `X and Others form`
an adverb        quietly, now, also; then a deed in the singular, while another company is certain nearby
a company's own  suspends, cuts, raises ...; then `its` or `quarterly` and dividend, buyback: 3 points

What is wished for must follow at once and be a company's affair: deforestation weighs on exporters, a gap nears its
end, and countries are in talks to save a forest.
"""

from __future__ import annotations

from collections.abc import Set

from alertd.companies import clues
from alertd.companies.ordinary import word_set
from alertd.companies.passages import FieldText
from alertd.text.inflect import forms

OWN = 3
"""Points for what hardly anybody but a company does: enough for a name that is a common word and well known."""
_LIKELY = 2
_TALKS = word_set("talks discussions negotiations")
_SORTS = word_set("""
    advanced early exclusive late preliminary initial active direct new fresh private confidential secret merger
    takeover buyout licensing sale deal acquisition final
    """)
"""Of talks."""
_DEEDS = """
    acquire buy sell lease rent license purchase merge invest divest borrow refinance cut lay spin list float partner
    supply build hire raise shed combine offload
"""
_BASE = word_set(_DEEDS)
_BOTH = _BASE | word_set("form create agree plan sign settle end team join launch open unveil announce set seal ink")
"""What two companies do: `Ford and Others form a venture`."""
_SINGULAR = frozenset(forms(word)[1] for word in _DEEDS.split()) | word_set("sues signs launches backs taps")
_DOING = frozenset(form for word in _DEEDS.split() for form in forms(word) if form.endswith("ing")) | {"ordering"}
_NO_DEED = word_set("time back in off taxes tax borders down up")
"""After a deed these make another: buy time, cut back; a company that cuts down says what."""
_DEALS = word_set("""
    deal deals sale acquisition takeover merger buyout stake stakes bid bids ipo listing spinoff spin divestiture
    disposal buyback dividend layoffs licence license bond bonds refinancing restructuring bankruptcy
    investment financing unit units subsidiary startup cuts breakup tieup factory plant plants offer agreement
    settlement venture ventures partnership alliance contract contracts buybacks
    """)
_FOUNDED = word_set(
    "venture ventures partnership alliance merger plant plants factory subsidiary unit stake stakes jv"
)
_LEAVES = frozenset(
    {
        (verb, way)
        for verbs, ways in (
            ("walk walks walked", "away out"),
            ("pull pulls pulled", "out"),
            ("back backs backed", "out away"),
        )
        for verb in verbs.split()
        for way in ways.split()
    }
)
_PRESSED = word_set("faces facing faced")
_HIT = frozenset({("hit", "with"), ("slapped", "with"), ("charged", "with"), ("under", "investigation")})
_PRESSES = word_set("""
    probe probes suit suits lawsuit lawsuits fine fines trial antitrust investigation inquiry penalty penalties
    subpoena scrutiny charges complaint claims strike walkout boycott recall
    """)
_PHRASES = frozenset({
    (verb, rest)
    for verbs, rest in (
        ("doubles doubled", "down"), ("scales scaled", "back"), ("steps stepped", "up"), ("ramps ramped", "up"),
        ("breaks broke", "ground"), ("winds", "down"), ("phases", "out"), ("sets", "aside"), ("buys bought", "out"),
    )
    for verb in verbs.split()
})  # fmt: skip
"""Verbs of two words that companies have for subjects."""
_FOUNDS = word_set("forms formed creates created")
_MOST_OTHERS = 4
"""Words of the name after `and`."""
_REACH = 5
"""Words within which a deal follows."""
_STOPS = word_set("as after while amid on for between but and or says say said that with from in despite")
"""Where what is wished for ends."""
_WISHES = word_set("""
    weighs weighing mulls mulling explores exploring considers considering eyes eyeing seeks seeking plans planning
    pursues pursuing
    """)
_NEAR = word_set("near nears nearing")
_ADVERBS = word_set("now also again still soon just quietly reportedly formally finally officially secretly")
_KEEPS = word_set(
    "suspends cuts raises hikes lifts boosts slashes halves doubles scraps reinstates restores declares"
)
_OWNED = word_set("its quarterly annual special interim final")
_PAID = word_set("dividend buyback payout")
_NOUNS_TOO = word_set("plans fires planning scraps boosts overhauls")
"""What is done, or things: Apple plans a store, apple plans fail."""
_DONE_TO = word_set("""
    abandoned affirmed authorised authorized cancelled canceled closed extended lifted lowered raised reinstated
    relaunched reopened scrapped shelved
    """)
"""With one of these after it a word in the past is done to things: `Match abandoned after rain`."""
_DONE_BY = word_set("by after as amid when until due during")
_OF_THINGS = word_set("""
    found for fail fails are were is was have has spread spreads rage raged burn burned burning begin begins hit face
    stall stalled left delayed threaten threatened kill killed destroy destroyed continue grow worsen
    scorch break broke
    """)


def intent_after(field: FieldText, last: int, certain: Set[int]) -> tuple[int, str]:
    """Weigh a wish or a deal that follows a name; `certain` are the first words of companies that are taken."""
    at = last + 1
    if at < len(field) and field.gap(last) == ", ":
        return _both(field, last, _run(field, at))
    through = _run(field, last)
    if through < at + 1:
        return 0, ""
    words = field.words
    word, second = words[at], words[at + 1]
    if word == "in":
        return _talks(field, at + 1, through, certain)
    if word in _NEAR:
        return _reaches_deal(field, at, at + 1, through)
    if (word == "close" and second == "to") or words[at : at + 3] == ["closes", "in", "on"]:
        begin = at + (2 if word == "close" else 3)
        if begin <= through and words[begin] in _DOING:
            return _LIKELY, f"`{field.surface(at, begin)}` after it"
        return _reaches_deal(field, at, begin, through)
    if word in _WISHES:
        if second == "to":
            return _deed(field, at, at + 2, through)
        return _reaches_deal(field, at, at + 1, through)
    if word in _KEEPS:
        paid = next((i for i in range(at + 2, min(at + 4, through + 1)) if words[i] in _PAID), 0)
        if paid and second in _OWNED:
            return OWN, f"`{field.surface(at, paid)}` after it"
    if word in _ADVERBS and second in _SINGULAR and not certain.isdisjoint(range(at + 2, at + 10)):
        return _LIKELY, f"`{field.surface(at, at + 1)}` after it, and another company"
    return _event(field, at, through)


def _event(field: FieldText, at: int, through: int) -> tuple[int, str]:
    """Weigh what a company leaves, faces, founds, or does by a verb of two words."""
    word, second = field.words[at], field.words[at + 1]
    if (word, second) in _LEAVES:
        return _reaches_deal(field, at, at + 2 + (field.words[at + 2 : at + 3] in (["from"], ["of"])), through)
    if word in _PRESSED or (word, second) in _HIT:
        return _reaches_deal(field, at, at + 1 + (second == "with"), through, _PRESSES)
    if (word, second) in _PHRASES:
        return _LIKELY, f"`{field.surface(at, at + 1)}` after it"
    if word in _FOUNDS:
        return _reaches_deal(field, at, at + 1, through, _FOUNDED)
    if word == "and":
        return _both(field, at, through)
    return 0, ""


def is_thing(field: FieldText, at: int) -> bool:
    """Whether a word that may be what a company does is a thing here: `Amazon fires spread`."""
    word = field.words[at]
    if (word not in _NOUNS_TOO and word not in _DONE_TO) or at + 1 >= len(field) or field.gap(at).strip(" \xa0"):
        return False
    return field.words[at + 1] in (_OF_THINGS if word in _NOUNS_TOO else _DONE_BY)


def is_rating(field: FieldText, i: int) -> bool:
    """Whether a word is a rating as agencies and analysts write it: BBB-, Ba1, neutral; a lone letter has a sign."""
    if i >= len(field) or field.words[i] not in clues.RATINGS:
        return False
    written = field.word(i)
    if len(written) == 1:
        return written.isupper() and field.text[field.end(i) : field.end(i) + 1] in ("+", "-", "−")
    return written.islower() if len(written) > 4 or written == "junk" else written[0].isupper()


def _run(field: FieldText, last: int) -> int:
    """Give the last word to look at: of the same sentence, with no sign between but quotes and hyphens."""
    through = last
    while through < min(last + 10, len(field) - 1) and not field.gap(through).strip(' \xa0-‑$€£"“”‘'):
        through += 1
    return through


def _talks(field: FieldText, i: int, through: int, certain: Set[int]) -> tuple[int, str]:
    begin = i
    while i <= through and i - begin < 2 and field.words[i] in _SORTS:
        i += 1
    if i >= through or field.words[i] not in _TALKS:
        return 0, ""
    if field.words[i + 1] == "to":
        return _deed(field, begin - 1, i + 2, through)
    if field.words[i + 1] not in ("with", "over", "on", "about", "for"):
        return 0, ""
    if i + 2 in certain:
        return _LIKELY, f"`{field.surface(begin - 1, i + 1)}` another company after it"
    for start in range(i + 1, through):  # `with lenders over a refinancing`
        if field.words[start] in ("over", "on", "about", "for"):
            return _reaches_deal(field, begin - 1, start + 1, through)
    return 0, ""


def _deed(field: FieldText, at: int, i: int, through: int) -> tuple[int, str]:
    if i > through or field.words[i] not in _BASE or (i < through and field.words[i + 1] in _NO_DEED):
        return 0, ""
    return _LIKELY, f"`{field.surface(at, i)}` after it"


def _both(field: FieldText, at: int, through: int) -> tuple[int, str]:
    """Weigh what a name and another with capitals do together, whoever the other is."""
    i = at + 1
    while i < through and i <= at + _MOST_OTHERS and field.word(i)[0].isupper():
        i += 1
    if i == at + 1 or field.words[i] not in _BOTH or field.style(at) != "sentence":
        return 0, ""
    return _reaches_deal(field, at, i + 1, through, _FOUNDED)


def _reaches_deal(field: FieldText, at: int, begin: int, through: int, deals: Set[str] = _DEALS) -> tuple[int, str]:
    """Weigh a deal within a few words, before the sentence turns to something else."""
    for i in range(begin, min(begin + _REACH, through + 1)):
        if field.words[i] in deals:
            return _LIKELY, f"`{field.surface(at, i)}` after it"
        if field.words[i] in _STOPS or (field.words[i] == "of" and field.words[i - 1] not in ("round", "number")):
            break
    return 0, ""
