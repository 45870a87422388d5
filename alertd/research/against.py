"""What speaks against the first reading, and what is still open. Both rest on what is stated, or on what is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from alertd.alerts.crowding import often_told
from alertd.model import Amount, Evidence, NoteGround, NoteStatement
from alertd.research.background import tells_of_past
from alertd.research.countering import reading, speaks_against
from alertd.research.cues import AGAINST, UNSAID
from alertd.research.doubted import is_doubt
from alertd.research.grounds import evidence_of, number, quote, words
from alertd.research.material import Material
from alertd.research.passages import Passage, chosen, passages
from alertd.research.prose import Spoken
from alertd.research.rights import is_refused, standing_rights
from alertd.research.study import Study
from alertd.rules.touched import NEUTRAL
from alertd.text.written import amount_text

MOST, MOST_SAID = 2, 2
DOUBTED = "Somebody doubts it, or sees it otherwise."
_UNDONE = ("reclaim_right", "termination_right", "change_of_control", "contingency")
_DEALS = (
    "compute_lease", "supply_agreement", "contract_award", "acquisition", "divestiture", "joint_venture",
    "material_agreement", "tender_offer",
)  # fmt: skip
"""Types of which a reader asks how long and for how much."""
_HELD_BY_TERMS = (*_DEALS, "offering", "ipo", "settlement", "contract_dispute", "contract_termination", "spinoff")
"""Types of which a term can be that of the sum: in other texts it is that of somebody's pay."""
_LASTING = ("compute_lease", "supply_agreement", "contract_award", "joint_venture", "material_agreement")


def contrarian(
    material: Material, sizes: Sequence[Amount], before: Sequence[NoteStatement] = ()
) -> list[NoteStatement]:
    """Say why it may be less, or other, than it looks; the first reasons that there are. `sizes` are what is told.

    No sentence that the statements `before` quote, such as the risks, is quoted again.
    """
    study = material.study
    reasons = (_undone(material, sizes), *(reason(material) for reason in _AGAINST))
    said = [statement for reason in reasons for statement in reason if statement.grounds][:MOST]
    if study.main is None and not study.is_read_plainly:
        return said
    taken = evidence_of([*before, *said])
    found = passages(study, AGAINST, MOST_SAID, taken, speaks_against(study, sizes))
    doubts = _doubts(material, [*taken, *(one.evidence for one in found[:1])])
    if not (found or doubts or said):
        doubts = _doubts(material, ())[:1]  # what a risk quotes already: else nothing would speak against it
    told = [*found[:1], *doubts, *found[1:]][:MOST_SAID]
    return said + [_statement(one.kind, quote(study, [one.evidence])) for one in told]


def _doubts(material: Material, taken: Sequence[Evidence]) -> list[Passage]:
    """Give sentences in which somebody doubts what is told, in words of his own."""
    study, sign = material.study, reading(material)

    def holds(one: Spoken) -> bool:
        return is_doubt(one.said, sign) and not tells_of_past(study, one.start, one.end, one.start)

    return chosen(study, DOUBTED, MOST_SAID, taken, holds)


def _undone(material: Material, sizes: Sequence[Amount]) -> list[NoteStatement]:
    """The money holds only while a right is not used."""
    study, event = material.study, material.event
    if material.main is None or material.main.type not in _HELD_BY_TERMS:
        return []
    standing = (one for one in event.terms if one.type in _UNDONE and not is_refused(study, one))
    term = next((one for one in standing if quote(study, one.evidence)), None)
    if term is None:
        return []
    amount = next((one for one in sizes if quote(study, one.evidence)), None)
    grounds = quote(study, term.evidence)
    if amount is None:
        return [_statement(f"It holds only as far as the {words(term.type)} lets it.", grounds)]
    figure = amount_text(amount.low, amount.high, amount.currency, amount.bound, amount.per)
    text = f"The {figure} is less certain than it reads: it stands under the {words(term.type)}."
    return [_statement(text, [*quote(study, amount.evidence), *grounds])]


def _unconfirmed(material: Material) -> list[NoteStatement]:
    found = material.main
    if found is None or found.status not in ("reported", "rumoured", "denied"):
        return []
    text = {
        "reported": "It is reported, and neither side has announced it.",
        "rumoured": "It is a rumour.",
        "denied": "It is denied.",
    }[found.status]
    return [_statement(text, quote(material.study, found.evidence))]


def _known_already(material: Material) -> list[NoteStatement]:
    return often_told(material.counted) if material.counted is not None else []


def _other_tone(material: Material) -> list[NoteStatement]:
    """The text speaks of a company in another tone than the thing itself would have it."""
    for one in material.exposures:
        company = next((c for c in material.event.companies if c.id == one.company), None)
        if company is None or company.sentiment is None or one.sign is None or one.hops:
            continue
        if company.sentiment * one.sign <= -NEUTRAL:
            tone = "well" if company.sentiment > 0 else "badly"
            text = f"The text speaks {tone} of {one.label}, although it {one.why}."
            tone_of = number("tone", f"{company.sentiment:+.2f}", "the tone of its sentences")
            return [_statement(text, [tone_of, *quote(material.study, company.evidence)])]
    return []


_AGAINST: tuple[Callable[[Material], list[NoteStatement]], ...] = (_unconfirmed, _known_already, _other_tone)


def questions(study: Study, sizes: Sequence[Amount], before: Sequence[NoteStatement] = ()) -> list[NoteStatement]:
    """Ask for what a reader wants to know and the text does not say; no sentence that `before` quotes comes again."""
    event, found = study.event, study.main
    if found is None:
        return _unsaid(study, before) if study.is_read_plainly else []
    said = []
    if found.type in _LASTING and not any(d.of not in ("notice", "option") for d in event.durations):
        said.append(_question("How long does it run?", number("lengths stated:", "0", "no length is stated")))
    if found.type in _DEALS and not sizes:
        said.append(_question("What is it worth?", number("amounts stated:", "0", "no sum is stated")))
    rights = standing_rights(study)
    if rights and not any(d.of == "notice" for d in event.durations):
        asked = f"At how much notice can the {words(rights[0].type)} be used?"
        said.append(_question(asked, number("notice periods stated:", "0", "no notice period is stated")))
    if rights and rights[0].held_by is None:
        said.append(
            _question(
                f"Who holds the {words(rights[0].type)}?", number("holders stated:", "0", "no holder is stated")
            )
        )
    return said[:3] + _unsaid(study, before)


def _unsaid(study: Study, before: Sequence[NoteStatement]) -> list[NoteStatement]:
    """Give what the text itself says is not known."""
    return [
        NoteStatement(section="question", text=one.kind, grounds=quote(study, [one.evidence]))
        for one in passages(study, UNSAID, MOST_SAID, evidence_of(before))
    ]


def _question(text: str, ground: NoteGround) -> NoteStatement:
    return NoteStatement(section="question", text=text, grounds=[ground])


def _statement(text: str, grounds: list[NoteGround]) -> NoteStatement:
    return NoteStatement(section="contrarian", text=text[:280], grounds=grounds)
