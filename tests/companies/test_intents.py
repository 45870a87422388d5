"""What companies mean to do shows that an ordinary word at the head of a headline is one."""

from __future__ import annotations

import re
import time

import pytest

from alertd.companies.finder import CompanyFinder
from alertd.companies.passages import FieldText
from alertd.companies.table import load_registrants
from alertd.text.fold import Tokens

FINDER = CompanyFinder(load_registrants())


def heads(title: str) -> dict[str, str]:
    """Give what is taken at the head of a title, and why."""
    mentions = FINDER.find(Tokens(title), Tokens("")).mentions
    return {title[one.start : one.end]: one.why for one in mentions if one.start == 0}


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("Meta in talks to buy chip startup Rivos", "`in talks to buy` after it"),
        ("Target in advanced talks to sell its card unit", "`in advanced talks to sell` after it"),
        ("Target in early merger talks over sale of a brand", "`in early merger talks over sale` after it"),
        ("Shell in talks with BP over a pipeline", "`in talks with` another company after it"),
        ("Match in talks with lenders over a refinancing", ""),
        ("Apple near deal to license Gemini from Google", "`near deal` after it"),
        ("Apple nears a search deal with Google", "`nears a search deal` after it"),
        ("Carnival close to ordering three ships", "`close to ordering` after it"),
        ("Amazon weighs new round of job cuts", "`weighs new round of job cuts` after it"),
        ("Block mulls sale", "`mulls sale` after it"),
        ("Meta eyes stake in a robot maker", "`eyes stake` after it"),
        ("Visa seeks to buy payments firm", "`seeks` after it"),
        ("Dow suspends its dividend", "`suspends its dividend` after it"),
        ("Apple quietly buys stake in Intel", "`quietly buys` after it, and another company"),
        ("Amazon fires head of its grocery arm", "`fires` after it"),
        ("Meta fined 900 million euros over data transfers", "`fined` after it"),
        ("Apple accused of tying its wallet to its phones", "`accused` after it"),
        ("Meta boosts buyback by $20bn", "`boosts` after it"),
        ("Apple authorizes $90bn of buybacks", "`authorizes` after it"),
        ("Shell walked away from a wind venture", "`walked away from a wind venture` after it"),
        ("Ford and EV Nova form battery venture", "`and EV Nova form battery venture` after it"),
        ("Ford, EV Nova form battery venture", "EV Nova form battery venture` after it"),
        ("Gap forms joint venture in India", "`forms joint venture` after it"),
        ("Apple faces antitrust suit in Texas", "`faces antitrust` after it"),
        ("Meta slapped with record fine", "`slapped with record fine` after it"),
        ("Amazon doubles down on India", "`doubles down` after it"),
        ("Apple supplier Foxconn hires", "`supplier Foxconn` after it"),
        ("Amazon-backed drone maker grounded", "`-backed` after it"),
        ("HP staff return to desks", "capitals throughout"),
        ("Ford at BBB- after review", "rated: `at BBB` after it"),
    ],
)
def test_what_companies_mean_to_do_makes_a_word_a_company(title: str, reason: str) -> None:
    assert reason in heads(title).get(re.split("[ ,-]", title)[0], "nothing was taken")


@pytest.mark.parametrize(
    "title",
    [
        "Apple picking season begins in Vermont",
        "Visa rules tightened for students",
        "Target date for the merger moved to June",
        "Gap narrows between rich and poor",
        "Amazon fires spread in Brazil",
        "Amazon deforestation weighs on beef exporters",
        "Block in talks to join trade pact",
        "Target in talks with Iran is a freeze",
        "Amazon nears tipping point",
        "Delta nears record low, deal or no deal",
        "Carnival close to its end",
        "Apple plans fail as frost hits orchards",
        "Amazon tribes in talks with Google over land",
        "Amazon weighs on the minds of voters: no deal",
        "Visa fees for Google engineers rise",
        "Square quietly rots beside Google offices",
        "Dow suspends trade in its shares",
        "Dow cuts losses",
        "Match in talks to buy time",
        "Match abandoned after floodlights fail",
        "Target abandoned by climate ministers",
        "Shell scraps found on the beach",
        "Strategy forms basis of a long peace",
        "Visa forms delayed by strike",
        "Amazon faces worst drought in a century",
        "Gap at A level between schools",
        "Target walks away with an award",
        "Ford and Others watch",
        "Apple orchards faced a fine autumn",
        "Block accused again",
    ],
)
def test_other_things_at_the_head_of_a_headline_stay_what_they_are(title: str) -> None:
    assert heads(title) == {}


def test_in_a_headline_with_capitals_what_stands_before_the_word_makes_it_a_thing() -> None:
    title = "Climate Target Nears Deal At Summit"
    assert FINDER.find(Tokens(title), Tokens("")).mentions == ()
    assert heads("Target Nears Deal To Sell Its Card Unit")


def test_the_oracle_of_omaha_is_no_company() -> None:
    found = FINDER.find(Tokens("Oracle of Omaha speaks"), Tokens(""))
    assert found.mentions == ()
    assert dict(found.refused)["Oracle"] == "part of `Oracle of Omaha`"
    assert heads("Oracle of all makers spends most")


def test_the_cost_is_bounded_by_a_few_words_after_the_name() -> None:
    body = "Target now buys Google in advanced merger talks with " * 1_200
    assert len(FieldText("body", Tokens(body), 65_536)) > 9_000
    began = time.thread_time()
    FINDER.find(Tokens(""), Tokens(body))
    assert time.thread_time() - began < 2
