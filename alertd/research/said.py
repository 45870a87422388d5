"""What happened, how large it is, whether it is new, and what the same parties did before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from alertd.alerts.crowding import told_so_far
from alertd.model import Amount, Event, Evidence, NoteGround, NoteStatement, Party, ReportedType
from alertd.research.background import is_told_beside
from alertd.research.effects import PAID
from alertd.research.grounds import before, naming, number, quote, words
from alertd.research.material import Material
from alertd.research.reckoned import a_year, over_its_term, total_of
from alertd.research.sayers import sayer_at
from alertd.research.size import BESIDE, as_size
from alertd.research.size import before as what_it_was
from alertd.research.standing import is_lifted
from alertd.research.study import ONE_SIDED, Study
from alertd.research.texts import READ
from alertd.research.titled import filer, titled
from alertd.research.whose import plays
from alertd.text.written import amount_text

TYPES, AMOUNTS, EARLIER = 2, 4, 3
_OF_WHO_FILES = frozenset(("revenue", "profit", "loss", "charge", "cost", "dividend", "guidance", "debt", "funding"))
"""What an amount is of whoever files, where a filing names nobody else: it writes `the Company`."""
_POSSIBLE = re.compile(r"\b(?:could|might|may|would)\b|\b[Ii]f\b")  # in small letters: May is a month
_RECKONED = re.compile(
    r"\b(?:analysts?|brokers?|economists?|consultants?|researchers?|observers?|critics?)\b[^.;]{0,60}"
    r"\b(?:reckon|estimat|expect|think|believe|say|said|put|see|predict|forecast)\w*",
    re.IGNORECASE,
)
"""What those say who stand outside."""
_SOUGHT = re.compile(
    r"\b(?:seek(?:s|ing)?|sought|demand(?:s|ed|ing)?|ask(?:s|ed|ing)? (?:\w+ ){0,4}for|wants?"
    r"|sue[sd]? (?:\w+ ){0,5}for"
    r"|claim(?:s|ed|ing)? (?:\w+ )?(?:damages|at least|more than|up to|over|about|[$€£]))",
    re.IGNORECASE,
)
"""What one side only wants of the other is nobody's yet."""
OPINIONS = ("price_target", "rating_change")
"""Types of what an analyst says: his figure is what happened."""
_DISPUTED = ("litigation", "contract_dispute", "contract_termination", "regulatory_action", "proxy_fight")
"""Types in which each side has figures of its own."""
UNKNOWN_KIND = "Its title says what happened; no kind of event was recognised."
LOUD = 2.0
"""Standard deviations above the usual number of stories from which a company is called crowded."""


def implications(material: Material, sizes: Sequence[Amount]) -> list[NoteStatement]:
    """Say what happened between whom, and what money is stated: the first of its `sizes`."""
    study, event = material.study, material.event
    types = study.types[:TYPES]
    said = [_happened(found, material) for n, found in enumerate(types) if n == 0 or not is_told_beside(study, found)]
    if not types and study.is_read_plainly:
        said = [NoteStatement(section="implication", text=UNKNOWN_KIND, grounds=_whole_title(study))]
    if event.withdrawn:
        said.insert(0, NoteStatement(section="implication", text="The source has taken it back.", grounds=[
            number("withdrawn in revision", str(event.revision), f"its revision {event.revision}")]))  # fmt: skip
    return said + [_stated(amount, material) for amount in sizes[:AMOUNTS]]


def _happened(found: ReportedType, material: Material) -> NoteStatement:
    study = material.study
    what = words(found.type) + (f" ({words(found.kind)})" if found.kind else "")
    talk = "only talked of" if found.status == "reported" and study.is_talk(found) else found.status
    status = "" if found.status == "announced" else f", {talk}"
    known = _known(found, study)
    parties = [material.name(party.company) + (f" ({words(party.role)})" if party.role else "") for party in known]
    title = _besides(known, study.event)
    parties[:0] = [title.quote] if title is not None else []
    who = f": {' → '.join(parties)}" if parties else ""
    grounds = quote(study, found.evidence)
    named = [one for party in known for one in naming(study, party.company, grounds)] if grounds else []
    named += _of_title(study, grounds) if title is not None else []
    grounds += named
    thing = " ".join((found.asset or "").split())[:80]
    shown = any(one.evidence is not None and thing in " ".join(one.evidence.quote.split()) for one in grounds)
    asset = f", {thing}" if thing and shown else ""
    text = f"{what[:1].upper()}{what[1:]}{status}{who}{asset}".removesuffix(".") + "."
    return NoteStatement(section="implication", text=text[:280], grounds=grounds)


def _known(found: ReportedType, study: Study) -> list[Party]:
    """Give the parties that its sentences tell it of; of a filing none but those whose role in it is known."""
    told = [one for one in found.parties[:4] if plays(study, found, one.company, one.role)]
    return [one for one in told if one.role] if filer(study.event) is not None else told


def _besides(known: list[Party], event: Event) -> Evidence | None:
    """Give who is told of besides the known parties: who files it or, where none is known, whom the title names."""
    files = filer(event)
    if files is None:
        return None if known else titled(event)
    ids = {one.company for one in known}
    places = [span for one in event.companies if one.id in ids for span in one.evidence if span.field == "title"]
    return None if any(span.start < files.end and files.start < span.end for span in places) else files


def _of_title(study: Study, grounds: list[NoteGround]) -> list[NoteGround]:
    """Give the title as a ground for the name that it writes, unless it is one already."""
    named = titled(study.event)
    if named is None or any(one.evidence is not None and named.quote in one.evidence.quote for one in grounds):
        return []
    return _whole_title(study)


def _whole_title(study: Study) -> list[NoteGround]:
    title = study.event.title
    return quote(study, [Evidence(field="title", start=0, end=len(title), quote=title)])


def told(study: Study) -> list[Amount]:
    """Give the amounts that say how large it is: those of now that are known to be something, each sum once.

    Of what is denied there are none, and none where it is not known what the text is about; nor is what those reckon
    who stand outside, unless it is an analyst's opinion that is told.
    """
    main = study.main
    if main is None or main.status == "denied":
        return []
    found: dict[tuple[object, ...], Amount] = {}
    reckoned = any(one.derived for one in study.event.amounts)  # then one may be the total of another behind it
    enough = False
    for read in study.event.amounts:
        if not reckoned and _is_far(read):
            enough = enough or sum(bool(quote(study, one.evidence)) for one in found.values()) >= AMOUNTS
            if enough:  # nobody asks for more of what stands behind what is read
                continue
        amount = as_size(study, main, read)
        if amount is None or (read.derived and total_of(study.event, read) is None):
            continue
        if main.type in OPINIONS or not _RECKONED.search(_sentence(study, read)):
            found.setdefault((amount.low, amount.high, amount.currency, amount.per), amount)
    totals = [total for one in found.values() if (total := total_of(study.event, one)) is not None]
    return [one for one in found.values() if one not in totals]


def _is_far(amount: Amount) -> bool:
    return bool(amount.evidence) and all(span.field == "body" and span.start >= READ for span in amount.evidence)


def _stated(amount: Amount, material: Material) -> NoteStatement:
    study, event = material.study, material.event
    figure = _figure(amount)
    role = f", {words(amount.role)}" if amount.role and amount.role != "per_share" else ""
    filed = filer(event) if not amount.of and amount.role in _OF_WHO_FILES else None
    lead = _lead(study, amount)
    whose = filed.quote if filed is not None else "" if lead == "Sought" else _whose(material, amount)
    of = f" of {whose}" if whose else ""
    total = total_of(event, amount)
    term, reckoned = ("", []) if total is None else a_year(amount)
    derived = f"{term} (reckoned)" if term else ""
    figure = figure if total is None else over_its_term(total, amount)
    before_it = what_it_was(study, amount, event.amounts)
    earlier = f", before {_figure(before_it)}" if before_it else ""
    grounds = quote(study, amount.evidence)
    text = f"{lead}: {figure}{role}{of}{derived}{earlier}".removesuffix(".") + "."
    if grounds and filed is not None:
        grounds += _of_title(study, grounds)
    elif grounds and of:
        grounds += naming(study, amount.of or "", grounds)
    grounds += reckoned if grounds else []
    if grounds and before_it:
        grounds += [one for one in quote(study, before_it.evidence) if one not in grounds]
    return NoteStatement(section="implication", text=text[:280], grounds=grounds)


def _whose(material: Material, amount: Amount) -> str:
    """Name whose an amount is; of what is bid or raised only a party, for a text names the banks beside it, too."""
    parties = {party.company for one in material.study.types for party in one.parties}
    if amount.per == "share" and amount.role == "per_share" and _is_buyer(material.study, amount.of):
        return ""
    if amount.of is None or amount.role is None or (amount.role in BESIDE and amount.of not in parties):
        return ""
    return material.name(amount.of)


def _is_buyer(study: Study, company: str | None) -> bool:
    """Whether a company is the one that bids: what it pays for a share is the price of no share of its own."""
    parties = [party for one in study.types for party in one.parties if party.company == company]
    return any(party.role in ("acquirer", "bidder", "buyer") for party in parties)


def _lead(study: Study, amount: Amount) -> str:
    """Say how a figure is given: what is claimed, talked of, or only possible, is not stated."""
    main = study.main
    if main is None or main.type in ONE_SIDED:
        return "Claimed"
    if study.is_talk(main):
        return "Talked of"
    if amount.role in PAID and is_lifted(study, amount.evidence):
        return "Lifted"
    if main.type in _DISPUTED and _SOUGHT.search(_sentence(study, amount)):
        return "Sought"
    if main.type in _DISPUTED and (sayer := sayer_at(study, amount.evidence)) is not None:
        return f"{'Claimed' if sayer.verb == 'claims' else 'Stated'} by {sayer.who}"
    if _POSSIBLE.search(_sentence(study, amount)):
        return "Possible"
    return "Reported" if main.status == "reported" else "Stated"


def _sentence(study: Study, amount: Amount) -> str:
    return " ".join(study.around(amount.evidence[:1]))


def _figure(amount: Amount) -> str:
    return amount_text(amount.low, amount.high, amount.currency, amount.bound, amount.per)


def precedents(material: Material) -> list[NoteStatement]:
    """Say what the same parties did before, the newest first; what reads the same is said once, with its grounds."""
    said: dict[str, list[NoteGround]] = {}
    for one in sorted(material.earlier, key=lambda one: (one.at, one.event), reverse=True):
        said.setdefault(f"The same parties before: {words(one.type)}, {one.at[:10]}.", []).append(before(one))
    return [
        NoteStatement(section="precedent", text=text, grounds=grounds[:EARLIER])
        for text, grounds in list(said.items())[:EARLIER]
    ]


def crowding(material: Material) -> list[NoteStatement]:
    """Say how new it is, and how much is written about its companies."""
    event, said = material.event, []
    if (counted := material.counted) is not None:
        said.append(told_so_far(counted))
    for company in event.companies:
        index = company.index
        if index is not None and index.volume_z is not None and index.volume_z >= LOUD:
            name = material.names.get(company.id, company.name)
            text = (
                f"{name} was in {index.day} stories in the day before this report,"
                " far more than on a usual day of the last 30."
            )
            said_so = "counted over the stories of 30 days"
            grounds = [number("stories of the last day", str(index.day), said_so),
                       number("volume_z", f"{index.volume_z:.1f}", said_so)]  # fmt: skip
            said.append(NoteStatement(section="crowding", text=text, grounds=grounds))
    return said[:3]
