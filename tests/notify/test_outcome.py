"""The one table: what each answer means for trying again."""

from __future__ import annotations

import pytest

from alertd.net.client import PostFailed
from alertd.notify.outcome import (
    Dead,
    Kind,
    Later,
    Sent,
    Stage,
    http_meaning,
    http_outcome,
    parked,
    post_failed,
    settle,
    smtp_meaning,
)
from alertd.notify.progress import Progress, read_progress

NOTHING = Progress()


@pytest.mark.parametrize(
    ("status", "webhook", "slack"),
    [
        (200, "sent", "sent"),
        (204, "sent", "sent"),
        (302, "later", "dead"),
        (400, "dead", "dead"),
        (401, "later", "dead"),
        (403, "later", "gone"),
        (404, "later", "gone"),
        (408, "later", "later"),
        (410, "gone", "gone"),
        (413, "dead", "dead"),
        (422, "dead", "dead"),
        (425, "later", "later"),
        (429, "limited", "limited"),
        (500, "later", "later"),
        (502, "throttled", "throttled"),
        (503, "later", "later"),
        (504, "throttled", "throttled"),
        (599, "later", "later"),
        (101, "later", "later"),
        (0, "later", "later"),
    ],
)
def test_http_statuses(status: int, webhook: str, slack: str) -> None:
    def word(kind: Kind) -> str:
        meaning = http_meaning(kind, status)
        if meaning.gone or meaning.action != "later":
            return "gone" if meaning.gone else meaning.action
        if not meaning.counts:
            return "limited"
        return "throttled" if meaning.pause_s else "later"

    assert (word("webhook"), word("slack")) == (webhook, slack)


@pytest.mark.parametrize(
    ("stage", "code", "action"),
    [
        ("connect", 554, "later"),
        ("connect", 535, "later"),
        ("mail", 451, "later"),
        ("mail", 530, "later"),
        ("mail", 550, "dead"),
        ("rcpt", 450, "later"),
        ("rcpt", 550, "dead"),
        ("data", 452, "later"),
        ("data", 554, "dead"),
        ("data", 421, "later"),
        ("data", 250, "later"),
    ],
)
def test_smtp_replies(stage: Stage, code: int, action: str) -> None:
    assert smtp_meaning(stage, code).action == action


def test_being_asked_to_slow_down_pauses_the_receiver_and_is_no_failure() -> None:
    outcome = http_outcome("slack", 429, 7.0, "rate_limited", NOTHING)
    assert outcome == Later("HTTP 429 rate_limited", after_s=7.0, counts=False, pause_s=7.0)


def test_without_retry_after_a_limit_waits_half_a_minute() -> None:
    outcome = http_outcome("webhook", 429, None, "", NOTHING)
    assert isinstance(outcome, Later)
    assert (outcome.after_s, outcome.pause_s, outcome.counts) == (30, 30, False)


@pytest.mark.parametrize(("asked", "held"), [(0.0, 1.0), (-5.0, 1.0), (20.0, 20.0), (1e9, 3600.0)])
def test_retry_after_is_held_within_a_second_and_an_hour(asked: float, held: float) -> None:
    outcome = http_outcome("webhook", 503, asked, "", NOTHING)
    assert isinstance(outcome, Later)
    assert (outcome.after_s, outcome.pause_s, outcome.counts) == (held, held, True)


def test_a_gateway_that_gave_up_leaves_a_doubt() -> None:
    outcome = http_outcome("slack", 504, None, "", NOTHING)
    assert isinstance(outcome, Later)
    assert read_progress(outcome.progress).doubt


def test_a_doubt_stays_until_the_message_is_sent() -> None:
    outcome = http_outcome("slack", 500, None, "", Progress(doubt=True))
    assert isinstance(outcome, Later)
    assert read_progress(outcome.progress).doubt
    assert isinstance(http_outcome("slack", 200, None, "ok", Progress(doubt=True)), Sent)


def test_a_network_failure_is_in_doubt_only_if_something_was_sent() -> None:
    unsent = post_failed(PostFailed("connection refused", sent=False), NOTHING)
    unknown = post_failed(PostFailed("timed out", sent=True), NOTHING)
    assert unsent == Later("connection refused")
    assert isinstance(unknown, Later) and read_progress(unknown.progress).doubt


def test_a_forbidden_address_parks_its_receiver() -> None:
    outcome = post_failed(PostFailed("a loopback address", sent=False, forbidden=True), NOTHING)
    assert outcome == parked("a loopback address", NOTHING)


def test_an_answer_becomes_one_short_printable_line() -> None:
    outcome = http_outcome("webhook", 400, None, "<html>\r\n\x1b[31m" + "x" * 999, NOTHING)
    assert isinstance(outcome, Dead)
    assert outcome.error.isprintable() and len(outcome.error) < 250


def test_progress_that_cannot_be_read_is_an_empty_memory() -> None:
    assert read_progress("not json") == NOTHING
    assert read_progress('{"served": 7}', in_doubt=True) == Progress(doubt=True)
    assert NOTHING.encode() == ""
    known = Progress(doubt=True, served=("a@example.com",), refused={"b@example.com": "550 no"})
    assert read_progress(known.encode()) == known


def test_settling_a_plain_success_keeps_its_detail() -> None:
    assert settle(http_meaning("webhook", 200), "HTTP 200 ok", NOTHING) == Sent("HTTP 200 ok")
