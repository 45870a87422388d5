"""`alertd alerts`, asked for what is not there: that is said, and what may have been meant."""

from __future__ import annotations

import pytest

from tests.alerts.living import match
from tests.cli.conftest import PORTFOLIO, Desk
from tests.cli.keeping import forget, keep
from tests.cli.living import ONE, alert
from tests.cli.test_alerts_kept import report


@pytest.fixture
def known(desk: Desk) -> Desk:
    """Rules, sources and receivers of two desks and of nobody."""
    rules = desk.folder / "rules"
    (rules / "portfolios/credit.yaml").write_text(
        PORTFOLIO.replace("portfolio: ai", "portfolio: credit\ndesk: credit").replace("id: lease", "id: planted")
    )
    (rules / "event-types").mkdir()
    (rules / "event-types/compute_lease.yaml").write_text(
        "event_type: compute_lease\ntitle: A lease\nseverity: low\nwhen: {title: lease}\n"
    )
    desk.settings(
        sources=[
            {"id": "wire", "type": "feed", "url": "https://wire.example.com/rss"},
            {"id": "theirs", "type": "feed", "url": "https://theirs.example.com/rss", "desk": "credit"},
        ],
        receivers=[
            {"id": "desk", "type": "console"},
            {"id": "oms", "type": "console"},
            {"id": "eq-desk", "type": "console", "desk": "equity"},
            {"id": "cr-desk", "type": "console", "desk": "credit"},
        ],
    )
    return desk


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rule", "leese"], "there is no rule leese (did you mean lease?)"),
        (["--rule", "zzz"], "there is no rule zzz; there are lease, planted, sour"),
        (["--type", "compute_leese"], "there is no event type compute_leese (did you mean compute_lease?)"),
        (["--source", "wirre"], "there is no source wirre (did you mean wire?)"),
        (["--receiver", "dask"], "there is no receiver dask (did you mean desk?)"),
        (["--company", "NVDAA"], "there is no company NVDAA; did you mean `NVDA` (NVIDIA CORP)?"),
        (["--desk", "kredit"], "there is no desk kredit"),
        (["--rule", "leese", "--by-rule"], "there is no rule leese (did you mean lease?)"),
        (["--rule", "planned", "--desk", "energy", "--source", "wire"], "there is no desk energy"),
    ],
)
def test_a_name_that_nothing_knows_is_refused_with_what_may_be_meant(
    known: Desk, words: list[str], said: str
) -> None:
    done = known.run("alerts", *words)
    assert (done.code, done.out, done.err) == (2, "", f"alertd: {said}\n")


@pytest.mark.parametrize(
    "words",
    [
        ["--rule", "lease"], ["--source", "wire"], ["--receiver", "oms"], ["--company", "NVDA"],
        ["--type", "compute_lease"],
        ["--company", "nvda"], ["--desk", "credit"], ["--rule", "planted", "--desk", "credit"],
    ],
)  # fmt: skip
def test_what_is_there_and_told_nothing_is_no_fault(known: Desk, words: list[str]) -> None:
    done = known.run("alerts", *words)
    assert (done.code, done.out, done.err) == (0, "no alerts\n", "")


def test_what_only_old_alerts_know_may_be_asked_for(desk: Desk) -> None:
    old = match("gone", company="old-co", companies=["old-co"])
    alert(desk, ONE, matches=[old])
    report(desk, ONE, "ev_1", source="oldwire")
    for turn in ("in the store", "kept"):
        for words in (["--rule", "gone"], ["--company", "old-co"]):
            done = desk.run("alerts", *words, "--status", "closed")
            assert (done.code, done.err) == (0, ""), (turn, words)
        keep(desk)
    forget(desk)
    assert desk.run("alerts", "--source", "oldwire", "--status", "closed").code == 0
    assert "(did you mean oldwire?)" in desk.run("alerts", "--source", "oldwyre").err


def test_of_other_desks_no_name_is_told(known: Desk) -> None:
    alert(known, ONE, desk="credit", matches=[match("buried")])
    meant = (("--rule", "plantet"), ("--rule", "buried"), ("--source", "theirs"), ("--receiver", "cr-desq"))
    for turn in ("in the store", "kept"):
        for option, name in meant:
            done = known.run("alerts", option, name, "--desk", "equity")
            assert (done.code, f"there is no {option[2:]} {name}" in done.err) == (2, True), (turn, done.err)
            said = done.err.replace(name, "")
            assert not any(word in said for word in ("planted", "buried", "theirs", "cr-desk")), (turn, said)
        report(known, ONE, "ev_1")
        keep(known)


def test_what_broken_rules_would_know_is_not_denied(known: Desk) -> None:
    (known.folder / "rules/portfolios/ai.yaml").write_text("portfolio: [")
    assert known.run("alerts", "--rule", "leese").out == "no alerts\n"
    assert known.run("alerts", "--source", "wirre").code == 2
