"""A message is as loud, and as much the first, as those that it took the place of unsent."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.model import Delivery
from alertd.notify.unsent import with_unsent
from tests.notify.cases import DELIVERY, message, notice


def unsent(**changes: Any) -> Delivery:
    return Delivery(id=DELIVERY, receiver="ai-desk", lane="normal", mode="latest", chain="c", **changes)


def test_a_message_that_took_no_place_is_as_it_was_queued() -> None:
    said = message(type="alert.updated", loud=False, news=["also reported"])
    assert with_unsent(said, unsent()) == said
    assert with_unsent(notice(), unsent(unsent_loud=True)) == notice()


@pytest.mark.parametrize("kind", ["alert.updated", "alert.acknowledged", "alert.closed"])
def test_in_place_of_the_first_it_is_the_first(kind: str) -> None:
    said = message(type=kind, loud=False, told_before=True, news=["also reported"])
    sent = with_unsent(said, unsent(unsent_first=True, unsent_loud=True, unsent_news="severity up\n"))
    assert (sent.type, sent.told_before, sent.loud, sent.news) == ("alert.fired", False, True, [])
    assert sent.alert == said.alert


def test_a_correction_is_as_loud_in_the_message_that_took_its_place() -> None:
    said = message(type="alert.updated", loud=False, told_before=True, news=["also reported"])
    sent = with_unsent(said, unsent(unsent_loud=True, unsent_news="corrected: $4bn\nalso reported\n"))
    assert (sent.type, sent.loud, sent.news) == ("alert.updated", True, ["corrected: $4bn", "also reported"])


def test_an_answer_in_place_of_news_is_an_update() -> None:
    said = message(type="alert.acknowledged", loud=False, told_before=True, news=["acknowledged by ana"])
    sent = with_unsent(said, unsent(unsent_news="also reported\n"))
    assert (sent.type, sent.loud) == ("alert.updated", False)
    assert sent.news == ["also reported", "acknowledged by ana"]
