"""The shipped event types of results, people, law and trouble, each in one sentence: found, of its kind, with roles.

The companies are marked in the sentence, so that what is shown is the types and their frames alone.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alertd.companies.mentions import Mention
from alertd.enrich.draft import Draft
from alertd.enrich.roles import Roles, frames_of
from alertd.model import Event, ReportedType
from alertd.rules.loaded import KnownSettings
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from alertd.text.fold import Tokens

RULES = Path(__file__).parents[2] / "rules"
MARKED = re.compile(r"\[([^\]]+)\]")


class Reader:
    """Reads marked sentences by the shipped rules."""

    def __init__(self) -> None:
        book = load_rules(RULES, known=KnownSettings({"desk": None})).book
        kinds = {kind.id: kind for kind in book.event_types}
        self._matcher = Matcher(book)
        self._roles = Roles(kinds, frames_of(kinds))

    def read(self, marked: str) -> dict[str, ReportedType]:
        """Give what a sentence with its companies in brackets reports, by type."""
        text, mentions = "", []
        for number, part in enumerate(MARKED.split(marked)):
            if number % 2:
                end = len(text) + len(part)
                mentions.append(Mention(company=part, field="title", start=len(text), end=end, way="name"))
            text += part
        event = Event(id="ev_1", title=text, language="en")
        draft = Draft(event, {"title": Tokens(text), "body": Tokens("")})
        draft.mentions = tuple(mentions)
        draft.reported = list(self._matcher.match(event).event.event_types)
        self._roles(draft)
        return {reported.type: reported for reported in draft.types}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize(
    ("sentence", "name", "kind", "roles"),
    [
        ("[Nvidia] quarterly profit rises 12% as [Intel] loses share", "results", None, {"Nvidia": "issuer"}),
        ("[Pepsi] lifts full-year outlook", "guidance_raise", None, {"Pepsi": "issuer"}),
        ("[Pepsi] lifts outlook as [Coca-Cola] cuts revenue guidance", "guidance_cut", None, {"Coca-Cola": "issuer"}),
        ("[Morgan Stanley] upgrades [Nvidia] to overweight", "rating_change", "upgrade",
         {"Morgan Stanley": "analyst", "Nvidia": "issuer"}),
        ("[Intel] cut to underperform by [Citigroup]", "rating_change", "downgrade",
         {"Intel": "issuer", "Citigroup": "analyst"}),
        ("[Jefferies] initiates coverage of [Oracle]", "rating_change", "initiation",
         {"Jefferies": "analyst", "Oracle": "issuer"}),
        ("[Moody's] cuts [Boeing]'s credit rating to junk", "rating_change", "credit",
         {"Moody's": "analyst", "Boeing": "issuer"}),
        ("[UBS] raises [Boeing] price target to $240", "price_target", "raised",
         {"UBS": "analyst", "Boeing": "issuer"}),
        ("Former [Apple] executive appointed chief executive of [Ford]", "executive_change", "appointment",
         {"Ford": "issuer"}),
        ("[Boeing] CEO to step down", "executive_change", "departure", {"Boeing": "issuer"}),
        ("[Meta] to cut 4,000 jobs", "layoffs", None, {"Meta": "issuer"}),
        ("[Ford] agrees debt restructuring with lenders", "restructuring", "debt", {"Ford": "issuer"}),
        ("[Ford] takes goodwill impairment charge", "impairment", None, {"Ford": "issuer"}),
        ("[Spirit] files for bankruptcy", "bankruptcy", None, {"Spirit": "issuer"}),
        ("[Spirit] emerges from bankruptcy", "bankruptcy", "emergence", {"Spirit": "issuer"}),
        ("[AMC] defaults on bonds", "default", None, {"AMC": "issuer"}),
        ("[Nasdaq] to delist [Peloton] shares", "delisting", None, {"Nasdaq": "exchange", "Peloton": "issuer"}),
        ("[NYSE] halts trading in [GameStop] stock", "trading_halt", None,
         {"NYSE": "exchange", "GameStop": "issuer"}),
        ("[Uber] to replace [Etsy] in S&P 500", "index_change", None, {"Uber": "issuer", "Etsy": "issuer"}),
        ("[Kraft] to restate three years of accounts", "restatement", None, {"Kraft": "issuer"}),
        ("Deloitte resigns as auditor of [Kraft]", "auditor_change", None, {"Kraft": "issuer"}),
        ("[Apple] sues [Qualcomm] over patents", "litigation", "patent",
         {"Apple": "plaintiff", "Qualcomm": "defendant"}),
        ("[Apple] settles patent lawsuit with [Qualcomm]", "settlement", None,
         {"Apple": "defendant", "Qualcomm": "plaintiff"}),
        ("[Exxon] settles dispute with [Chevron]", "settlement", None, {"Exxon": "", "Chevron": ""}),
        ("[Boeing] wins dismissal of lawsuit", "litigation", "dismissed", {"Boeing": "defendant"}),
        ("[Adobe] abandons acquisition of [Figma]", "acquisition", "abandoned",
         {"Adobe": "acquirer", "Figma": "target"}),
        ("[Nippon Steel] takeover of [U.S. Steel] blocked", "acquisition", "blocked",
         {"Nippon Steel": "acquirer", "U.S. Steel": "target"}),
        ("[CoreWeave] signs $14bn deal with [Meta] for [Nvidia] GPU capacity", "compute_lease", None,
         {"CoreWeave": "", "Meta": ""}),
        ("[Ryanair] orders 150 [Boeing] jets", "supply_agreement", None,
         {"Ryanair": "customer", "Boeing": "supplier"}),
        ("[Elliott] takes $4 billion stake in [PepsiCo], pushes for changes", "activist_stake", None,
         {"Elliott": "holder", "PepsiCo": "subject"}),
        ("[Ford] and SK On form battery joint venture", "joint_venture", None, {"Ford": "partner"}),
        ("US bars [Nvidia] from selling AI chips in China", "export_control", None, {"Nvidia": "subject"}),
        ("[Biogen]'s Leqembi wins FDA approval", "drug_decision", "approval", {"Biogen": "sponsor"}),
        ("Trading in [GameStop] halted for volatility", "trading_halt", None, {"GameStop": "issuer"}),
        ("[Ford] outlook cut to negative by [Fitch]", "rating_change", "credit",
         {"Ford": "issuer", "Fitch": "analyst"}),
        ("[Intel] to be replaced by [Nvidia] in Dow", "index_change", None, {"Intel": "issuer", "Nvidia": "issuer"}),
        ("EU fines [Apple] 800 million euros", "regulatory_action", "fine", {"Apple": "subject"}),
        ("FTC opens antitrust probe into [Microsoft]", "regulatory_action", "inquiry", {"Microsoft": "subject"}),
        ("Commerce Department restricts [Nvidia]'s sales to China", "export_control", None, {"Nvidia": "subject"}),
        ("US imposes sanctions on [Rusal]", "sanctions", None, {"Rusal": "subject"}),
        ("[Ford] recalls 300,000 SUVs", "product_recall", None, {"Ford": "issuer"}),
        ("[Merck]'s cancer drug fails phase 3 trial", "clinical_result", "failure", {"Merck": "sponsor"}),
        ("FDA approves [Eli Lilly]'s migraine pill", "drug_decision", "approval", {"Eli Lilly": "sponsor"}),
        ("FDA advisers vote against [Biogen]'s treatment", "drug_decision", "rejection", {"Biogen": "sponsor"}),
        ("Ransomware attack hits [Clorox]", "cyber_incident", None, {"Clorox": "victim"}),
        ("Fire shuts [Chevron] refinery", "outage", None, {"Chevron": "issuer"}),
        ("[Boeing] machinists walk off the job", "strike", None, {"Boeing": "issuer"}),
        ("Strike at [Ford]'s plant in Kentucky enters second week", "strike", None, {"Ford": "issuer"}),
        ("[Boeing] averts strike as machinists accept offer", "strike", "ended", {"Boeing": "issuer"}),
        ("Pilots of [United Airlines] vote to strike", "strike", "threatened", {"United Airlines": "issuer"}),
        ("[Exxon] locks out 650 refinery workers", "strike", "lockout", {"Exxon": "issuer"}),
        ("[Nvidia] takes $4.5 billion charge on H20 inventory", "impairment", None, {"Nvidia": "issuer"}),
        ("[Ford] books charge of $1.9 billion", "impairment", None, {"Ford": "issuer"}),
        ("[Vistra] surges on power purchase deal with [Meta]", "supply_agreement", None, {"Vistra": "", "Meta": ""}),
        ("Hindenburg Research accuses [Nikola] of fraud", "short_report", None, {"Nikola": "issuer"}),
        ("[Nvidia] CEO sells $12 million of stock", "insider_trade", "sold", {"Nvidia": "issuer"}),
        ("Shareholder alert: firm investigates claims of investors of [Boeing]", "law_firm_notice", None,
         {"Boeing": "issuer"}),
    ],
)  # fmt: skip
def test_a_sentence_tells_its_type_with_the_kind_and_who_plays_which_role(
    reader: Reader, sentence: str, name: str, kind: str | None, roles: dict[str, str]
) -> None:
    found = reader.read(sentence)
    assert name in found
    assert found[name].kind == kind
    assert {party.company: party.role for party in found[name].parties} == roles


def test_a_notice_of_a_law_firm_reports_nothing_else_whatever_it_names(reader: Reader) -> None:
    notice = "INVESTOR ALERT: [Boeing] sued after profit warning and data breach; CEO resigns; lead plaintiff sought"
    assert set(reader.read(notice)) == {"law_firm_notice"}
