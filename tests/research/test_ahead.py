"""What lies ahead of an event: dates and spans, in months from its day."""

from __future__ import annotations

import time

import pytest

from alertd.model import Event
from alertd.research.ahead import ahead, months_of
from alertd.research.study import Study

DAY = "2026-03-02T14:30:00.000Z"


def found(body: str, at: str = DAY) -> list[tuple[str, float, float]]:
    event = Event(id="ev_1", title="A title", body=body, event_at=at)
    return [(one.said, *one.months) for one in ahead(Study(event))]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Closing is planned for 31 December 2026 in London.", [("31 December 2026", 10.0, 10.0)]),
        ("Its shareholders vote on the offer in June.", [("June", 3.0, 3.9)]),
        ("It should file the papers in the fourth quarter of 2026.", [("fourth quarter of 2026", 7.0, 10.0)]),
        ("Completion should come within nine months from now.", [("nine months", 9.0, 9.0)]),
        ("They named no deadline; such cases have taken three years on average.", [("three years", 36.0, 36.0)]),
        ("Directors may not sell their shares for 90 days.", [("90 days", 3.0, 3.0)]),
        ("The first cells leave the plant on 3 March 2026.", []),
        ("The plan was adopted on 2 September 2025 by him.", []),
        ("Its stocks stood at a high at the end of September.", []),
        ("Her contract ran until 2029 at the least.", []),
        ("The delay of nine months has cost them dearly.", []),
        ("You must reply to this by 31 December 2026.", []),
    ],
)
def test_what_is_stated_to_come_is_found_and_what_has_been_is_not(
    body: str, expected: list[tuple[str, float, float]]
) -> None:
    assert found(body) == expected


def test_the_nearest_comes_first_and_each_quotes_its_place() -> None:
    body = "The loan falls due in June 2027 or later. The board meets to decide on 20 April 2026."
    event = Event(id="ev_1", title="A title", body=body, event_at=DAY)
    coming = ahead(Study(event))
    assert [one.said for one in coming] == ["20 April 2026", "June 2027"]
    assert [body[one.evidence.start : one.evidence.end] for one in coming] == [one.said for one in coming]


def test_an_event_without_a_day_has_nothing_ahead_of_it() -> None:
    assert found("Closing is planned for 31 December 2026 in London.", at="") == []


@pytest.mark.parametrize(
    "body",
    [
        "Profits doubled in the last four years, the brokers said.",
        "The talks took two weeks and another round was held.",
        "It bought 362,700 of their shares between Feb 13 and 24.",
        "Sales to dealers fell 1.3%, it said on June 1, due largely to a planned cut.",
        "The panel was appointed in August by the president and may report soon.",
        "In January Henkel said growth may in the long term be below 10 percent.",
        "Google got 87 percent of its first-quarter revenue from advertisers.",
        "Given its strong first quarter results the outlook may improve further.",
        "The 2032 Notes were offered at 99.232% of their face value.",
        "The board expects to appoint two directors prior to the 2027 Annual Meeting.",
        "It made an exchange offer for its 14.25 percent debentures due 2029.",
        "The new issues are likely to trade at 4.21% for the 2037 issue.",
        "The fund sells the paper to comply with federal tax laws requiring a sale by 2029.",
        "Interest is payable on May 30, August 30 and November 30 of each year from then.",
        "They may be called away within six months following a change of control.",
        "It must repay them within 12 months thereafter if the price falls.",
        "The offer had been scheduled to expire May 15 at midnight.",
        "The sale of the leases that is due for January 2027 has been postponed.",
        "The index was set at a provisional 197.3, up from 194.8 in May.",
        "It was forced to counter them with an unlimited plan in May.",
        "The agreement on cocoa came into force on January 20 in London.",
        "The stock is two dollars above its close on August 26 last year.",
        "Its recession forecast follows the Federal Reserve's February meeting.",
        "Its reading is projected to end the week at 60, down from 66 on April 16.",
        "They are near the top of the range in the June contract, but the rally needs to run.",
        "It is announcing the results for its second quarter and six months ended April 1, 2026.",
        "It is issuing a 30 million convertible eurobond due March 26, 2032 in London.",
        "Foreign reserves rose in January, February and the first half of March 2026.",
        "Its customers may leave after the closing of the gap dating back to mid-November.",
    ],
)
def test_a_date_that_no_word_of_its_own_clause_makes_one_to_come_is_not_ahead(body: str) -> None:
    assert found(body) == []


@pytest.mark.parametrize(
    ("body", "at", "expected"),
    [
        ("It expects a first quarter charge of $14 million.", DAY, [("first quarter", 0.0, 1.0)]),
        ("Completion is expected in the second quarter.", DAY, [("second quarter", 1.0, 3.9)]),
        ("Completion is expected in the second quarter.", "2026-04-20", [("second quarter", 0.0, 2.3)]),
        ("It expects first quarter earnings of $2 a share.", "2026-04-20", []),
        ("It expects to close the sale in the first quarter.", "2026-07-20", [("first quarter", 5.4, 8.3)]),
        ("It will complete the sale in the first quarter.", "2026-04-20", [("first quarter", 8.4, 11.3)]),
        ("The dividend is payable on February 20 to its holders.", DAY, [("February 20", 11.7, 11.7)]),
        ("It votes on the offer in March in London.", DAY, [("March", 0.0, 1.0)]),
        (
            "It expects fiscal third quarter, ending March 31, sales to match the second quarter's.",
            DAY,
            [("March 31", 1.0, 1.0)],
        ),
        ("It hopes to do so in the fiscal third quarter, perhaps earlier.", DAY, []),
        (
            "We expect the sale to close during the second quarter of fiscal year 2027.",
            DAY,
            [("second quarter of fiscal year 2027", 0.0, 17.0)],
        ),
    ],
)
def test_a_quarter_that_runs_is_this_years_and_what_has_just_been_is_not_next_years(
    body: str, at: str, expected: list[tuple[str, float, float]]
) -> None:
    assert found(body, at) == expected


@pytest.mark.parametrize(
    ("body", "said", "what"),
    [
        ("Its shareholders vote on the offer in June.", "June", "vote"),
        ("Closing is planned for 31 December 2026 in London.", "31 December 2026", "closing"),
        ("A hearing on the injunction is set for 12 May 2026.", "12 May 2026", "hearing"),
        ("The tariffs are near, with an April 17 deadline set by Washington.", "April 17", "deadline"),
        ("The loan falls due in June 2027 or later.", "June 2027", "maturity"),
        ("The dividend is payable June 3 in Toronto.", "June 3", "payment"),
        ("The dividend goes to its holders of record at the close of business on May 8.", "May 8", "record date"),
        ("It gets two jets in September and November 2027 at best.", "November 2027", ""),
        ("It expects a loss for the quarter ending March 31, it said.", "March 31", "end of the period"),
        ("It has committed to spend $40 billion over the next five years.", "five years", ""),
        ("The day has been brought forward to March 27 from March 30.", "March 27", ""),
        ("It is to build the cable by mid - 2029 in Asia.", "2029", ""),
        ("It files for approval of ten drugs between this year and 2031.", "2031", ""),
        ("They expect 40 cents when it reports results before the bell on May 22.", "May 22", "results"),
        ("It expects a loss of 31 cts a share in its third quarter from the disposal.", "third quarter", ""),
        ("It disclosed this in its proxy statement for Ford's May 14 annual meeting.", "May 14", "meeting"),
        ("The tax that he proposes to bring in next January may be unpopular.", "next January", ""),
        ("The agreement runs and has a stated term ending on June 30, 2031.", "June 30, 2031", "end"),
        ("It goes to holders of record on 20 March 2026.", "20 March 2026", "record date"),
        ("It is to be delivered to NWA Inc in December 2028.", "December 2028", "delivery"),
        ("The offer and withdrawal rights expire May 15 unless extended.", "May 15", "expiry"),
        ("Presidential elections are due by April 2028 in any case.", "April 2028", "election"),
        ("Effective May 1, Dan Grubb will be the president of the unit.", "May 1", "in force"),
        ("The bank will name a new chief by March 31, 2027.", "March 31, 2027", ""),
        ("In the fourth quarter, Netflix expects to earn 41 cents a share.", "fourth quarter", ""),
        ("Second half sales are expected to be stronger than before.", "Second half", ""),
        ("Its revenues for 2028, however, are expected to rise 2.1%.", "2028", ""),
        ("The first cells leave the plant in early 2027.", "2027", ""),
        ("The leases to the airline expire next March in any case.", "next March", "expiry"),
        ("It is expected to announce fourth-quarter earnings on June 20.", "June 20", "results"),
    ],
)
def test_what_comes_is_named_where_the_sentence_names_it(body: str, said: str, what: str) -> None:
    event = Event(id="ev_1", title="A title", body=body, event_at=DAY)
    assert [(one.said, one.what) for one in ahead(Study(event))] == [(said, what)]


@pytest.mark.parametrize(
    ("body", "months"),
    [
        ("The dividend is paid on 27 March 2026 to all. The bonds mature on 2 March 2036 in full.", [0.8, 0.8]),
        ("Its holders vote on 2 June 2026 on it. The dividend is paid on 27 March 2026 to all.", [3.0, 3.0]),
        ("Its holders vote on 2 June 2026 on it. Closing is due on 2 September 2026 at last.", [3.0, 3.0, 6.0, 6.0]),
        ("The bonds mature on 2 March 2036 in full.", [120.0, 120.0]),
    ],
)
def test_a_horizon_does_not_reach_from_a_payment_to_a_maturity(body: str, months: list[float]) -> None:
    event = Event(id="ev_1", title="A title", body=body, event_at=DAY)
    assert months_of(ahead(Study(event))) == months


@pytest.mark.parametrize(
    "filler",
    [
        "2031-2032-",
        "due 2031,2032;",
        "by the end of the end of ",
        "to comply with ",
        "June and July or May 2031 to ",
        "notes a due ",
    ],
)
def test_a_body_full_of_dates_is_read_in_bounded_time(filler: str) -> None:
    began = time.process_time()
    found(f"It will close {filler * (8_000 // len(filler))} in June 2027.")
    assert time.process_time() - began < 0.3
