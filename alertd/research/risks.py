"""What can undo it, and over which time: from the terms, lengths and dates that the text states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alertd.base.months import MONTHS_IN
from alertd.model import Amount, DealTerm, Duration, Event, Evidence, NoteGround, NoteStatement
from alertd.research.ahead import Ahead, ahead, months_of
from alertd.research.another import is_of_a_plan
from alertd.research.background import tells_of_past
from alertd.research.countering import leaves_open, speaks_against
from alertd.research.cues import ANSWERS, RISKS, Cue
from alertd.research.grounds import evidence_of, number, quote, words
from alertd.research.material import Material
from alertd.research.passages import Passage, first_cue, passages
from alertd.research.prose import Spoken
from alertd.research.rights import RIGHTS, is_refused
from alertd.research.sayers import sayer_at
from alertd.research.strangers import is_of_others
from alertd.research.study import Study

MOST, MOST_SAID = 4, 3

_CONSEQUENCE = {
    "reclaim_right": "what was given can be taken back",
    "termination_right": "it can be ended early",
    "change_of_control": "it can end if one of them is bought",
    "contingency": "it depends on something that has not happened yet",
    "penalty": "who does not keep it pays",
    "take_or_pay": "it is paid for whether it is used or not",
    "exclusivity": "one of them may deal with nobody else",
}
"""What a term means for who relies on the deal. An option to extend is no risk."""

_RUNS = {"reclaim_right": (3.0, 12.0), "termination_right": (3.0, 12.0), "contingency": (1.0, 12.0)}
"""Over how many months a term matters where the text states no time for it: a convention, and the note says so."""

_RAISING = ("offering", "ipo", "rating_change", "price_target")
"""Types that speak of bonds and loans by their nature: there they are no risk that comes on top."""
_RISKS_OF_RAISING = RISKS.without("owed")
_ANSWERED = ("doubt", "costly", "liable", "indebted", "owed")
"""Kinds of risk that an answer in the same sentence takes back: a loss that is insured, a claim that is denied."""

_OF_SOMEBODY = ("liable", "owed", "indebted", "costly")
"""Kinds of risk that are somebody's, at some time: fines, debts and losses of others or of long ago are none."""
_FIRM = ("condition", "opposed")
"""Kinds that are a risk even where the sentence says that something is not known; others leave it to what is open,
if there is another risk."""

LASTING = (
    "compute_lease", "supply_agreement", "contract_award", "joint_venture", "material_agreement", "dividend_change",
    "contract_termination",
)  # fmt: skip
"""Types of what lasts: a length beside another type may be that of anything."""
_OTHER_LENGTHS = ("notice", "option", "extension")
"""What lasts so long beside the deal itself."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """Over which time it matters, in months, and why."""

    statements: list[NoteStatement]
    low: float | None = None
    high: float | None = None


def risks(material: Material, sizes: Sequence[Amount]) -> list[NoteStatement]:
    """Name the terms that can undo it, in the source's own words; then what else the text says may go wrong.

    `sizes` are the amounts that are told.
    """
    study = material.study
    main = study.main
    if main is None and not study.is_read_plainly:
        return []
    told: dict[str, NoteStatement] = {}
    terms = [one for one in study.event.terms if one.type in _CONSEQUENCE and _stands(study, one)]
    for one in (_risk(term, material) for term in terms if main is not None):
        if one.grounds:
            told.setdefault(one.text, one)
    said = list(told.values())[:MOST]
    found = _sentences(study, said, sizes)
    return said + [
        NoteStatement(section="risk", text=one.kind, grounds=quote(study, [one.evidence])) for one in found
    ]


def _sentences(study: Study, said: list[NoteStatement], sizes: Sequence[Amount]) -> list[Passage]:
    """Give the sentences that name a risk by themselves, besides what is said already."""
    main, against = study.main, speaks_against(study, sizes)
    cues = _RISKS_OF_RAISING if main is not None and main.type in _RAISING else RISKS

    def fits(cue: Cue, sentence: Spoken, place: int) -> bool:
        if cue.name in _OF_SOMEBODY and _is_beside(study, sentence, place):
            return False
        return cue.name not in _ANSWERED or first_cue(sentence, ANSWERS, against) is None

    def is_known(cue: Cue, sentence: Spoken, place: int) -> bool:
        return fits(cue, sentence, place) and (cue.name in _FIRM or not leaves_open(sentence))

    found = passages(study, cues, MOST_SAID, evidence_of(said), is_known)
    return found if said or found else passages(study, cues, MOST_SAID, (), fits)


def _is_beside(study: Study, sentence: Spoken, place: int) -> bool:
    """Whether what a sentence tells at a place is over, or of others."""
    start, end = sentence.start, sentence.end
    return is_of_others(study, start, end, place) or tells_of_past(study, start, end, place)


def _risk(term: DealTerm, material: Material) -> NoteStatement:
    what = words(term.type)
    held = f", held by {material.name(term.held_by)}" if term.held_by else ""
    sayer = sayer_at(material.study, term.evidence)
    said = f", as {sayer.says}" if sayer is not None else ""
    text = f"{what[:1].upper()}{what[1:]}{held}{said}: {_CONSEQUENCE[term.type]}."
    return NoteStatement(section="risk", text=text[:280], grounds=quote(material.study, term.evidence))


def horizon_of(study: Study) -> Horizon:
    """Say over which time it matters: a notice period, else the time of its risk, else how long it runs."""
    event, main = study.event, study.main
    if main is None:
        return _plain_horizon(study) if study.is_read_plainly else Horizon([])
    lasting = [found for found in event.durations if _told(found) and not _is_told_beside(study, found.evidence)]
    notice = next((found for found in lasting if found.of == "notice" and found.low is not None), None)
    runs = (
        next((found for found in lasting if found.of not in _OTHER_LENGTHS), None) if main.type in LASTING else None
    )
    said = [_told_length(one, study) for one in (notice, runs) if one is not None]
    if notice is not None and notice.low is not None and notice.high is not None:
        return Horizon(said, _months(notice.low, notice), _months(notice.high, notice))
    # Of a deal that is denied or only talked of no right runs yet.
    firm = main.status != "denied" and not study.is_talk(main)
    terms = [
        one
        for one in event.terms
        if firm and one.type in _RUNS and _stands(study, one) and quote(study, one.evidence)
    ]
    if right := next((one for one in terms if one.type in RIGHTS), None):
        return _usual(right, study, said)
    coming = [one for one in ahead(study) if not _is_told_beside(study, [one.evidence])]
    ends = months_of(coming)
    dated = _dated(coming, study)
    if terms and not ends:
        return _usual(terms[0], study, said)
    if runs is not None:
        ends += [end for end in _range(runs, event) if end is not None]
    # What runs until a date says so once.
    dated = [one for one in dated if one.grounds and not (runs and runs.until and runs.until in one.text)]
    return Horizon([*dated, *said], min(ends, default=None), max(ends, default=None))


def _plain_horizon(study: Study) -> Horizon:
    """Give what lies ahead where it is not known what the text is about: its dates, and no length."""
    coming = [one for one in ahead(study) if not _is_told_beside(study, [one.evidence])]
    dated = [one for one in _dated(coming, study) if one.grounds]
    ends = months_of(coming) if dated else []
    return Horizon(dated, min(ends, default=None), max(ends, default=None))


def _stands(study: Study, term: DealTerm) -> bool:
    """Whether a term is one of the news: none that is refused, and none of others."""
    return not is_refused(study, term) and not _is_told_beside(study, term.evidence)


def _is_told_beside(study: Study, spans: Sequence[Evidence]) -> bool:
    """Whether what stands at a place of the body is told of others, of another deal, or of what is to be spent."""
    if not spans or spans[0].field != "body":
        return False
    first, last = study.body.around(spans[0].start, spans[0].end)
    if is_of_a_plan(study.body.said[first:last], spans[0].start - first):
        return True
    return is_of_others(study, first, last, spans[0].start)


def _dated(coming: Sequence[Ahead], study: Study) -> list[NoteStatement]:
    return [_statement(f"Ahead: {one.told}.", quote(study, [one.evidence])) for one in coming]


def _usual(term: DealTerm, study: Study, said: list[NoteStatement]) -> Horizon:
    low, high = _RUNS[term.type]
    text = f"{low:g} to {high:g} months: the usual time for a {words(term.type)} without a stated notice period."
    grounds = [
        *quote(study, term.evidence),
        number(f"convention for a {words(term.type)}, months:", f"{low:g} to {high:g}", "a convention, not the text"),
    ]
    return Horizon([_statement(text, grounds), *said], low, high)


def _statement(text: str, grounds: list[NoteGround]) -> NoteStatement:
    return NoteStatement(section="horizon", text=text[:280], grounds=grounds)


def _told(found: Duration) -> bool:
    return found.until is not None or (found.low is not None and found.high is not None)


def _told_length(found: Duration, study: Study) -> NoteStatement:
    """Say how long it runs, and who says so where the text does not say it itself."""
    text, sayer = _length(found), sayer_at(study, found.evidence)
    if sayer is not None:
        text = f"{sayer.says[:1].upper()}{sayer.says[1:]} {text[:1].lower()}{text[1:]}"
    return _statement(f"{text}.", quote(study, found.evidence))


def _length(found: Duration) -> str:
    what = {None: "It runs", "notice": "The notice period is"}.get(found.of, f"The {words(found.of or '')} runs")
    if found.low is None or found.high is None:
        return f"{what} until {found.until}"
    span = f"{found.low:g}" if found.low == found.high else f"{found.low:g} to {found.high:g}"
    return f"{what} {span} {found.unit}{'' if span == '1' else 's'}"


def _months(value: float, found: Duration) -> float:
    return round(value * MONTHS_IN[found.unit], 1)


def _range(found: Duration, event: Event) -> tuple[float | None, float | None]:
    if found.low is not None and found.high is not None:
        return _months(found.low, found), _months(found.high, found)
    year, month = event.event_at[:4], event.event_at[5:7]
    if not found.until or not found.until[:4].isdigit() or not (year + month).isdigit():
        return None, None
    last = int(found.until[5:7]) if found.until[5:7].isdigit() else 12
    left = (int(found.until[:4]) - int(year)) * 12 + last - int(month)
    return (float(left), float(left)) if left >= 0 else (None, None)
