"""Whatever a stranger publishes, Slack takes every message in each of its forms and acts upon none of it."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.demo.local_slack import active_markup, refusal
from alertd.model import DigestItem, Message
from alertd.notify.lines import HEADLINE_MAX
from alertd.notify.progress import Progress
from alertd.notify.slack_blocks import BLOCKS_MAX, TOTAL_MAX
from alertd.notify.slack_frozen import Form, Frozen, fields, freeze
from alertd.notify.slack_why import why_text
from tests.notify.cases import DELIVERY, NOW, alert
from tests.notify.digests import digest, item
from tests.notify.test_hostile_text import NASTY, any_event, any_text, told

STATES = st.sampled_from(["open", "acknowledged", "closed"])


def check(form: Form, frozen: Frozen, now: int, *, edit: bool) -> None:
    """Check what is sent of a form, in its layout and as plain text, in doubt and late."""
    for progress in (Progress(), Progress(doubt=True), Progress(doubt=True, plain="invalid_blocks")):
        sent = msgspec.json.decode(msgspec.json.encode(fields(form, progress, frozen.at_ms, now, edit=edit)))
        said = {key: sent[key] for key in ("text", "blocks") if key in sent}
        assert refusal(said) is None
        assert active_markup(said) == []
        assert len(sent.get("blocks", [])) <= BLOCKS_MAX
        if progress.plain:
            assert len(sent["text"].encode("utf-16-le")) // 2 <= 4000, "or it could never be edited"
        else:
            assert len(sent["text"]) <= HEADLINE_MAX


def texts(blocks: list[dict[str, Any]]) -> int:
    found = [inner for block in blocks for inner in [block.get("text"), *block.get("elements", [])]]
    return sum(len(one["text"].encode("utf-16-le")) // 2 for one in found if one and isinstance(one.get("text"), str))


@settings(max_examples=150, deadline=None)
@given(any_event, any_text, STATES, st.booleans(), st.booleans(), st.integers(0, 30))
def test_slack_takes_every_message_about_an_alert(
    event: dict[str, Any], text: str, status: str, loud: bool, withdrawn: bool, news: int
) -> None:
    said = told(event | {"withdrawn": withdrawn}, text)
    changed = {"status": status, "acknowledged_by": text, "acknowledged_at": text}
    said = msgspec.structs.replace(
        said, loud=loud, news=[text] * news, told_before=True, escalated_from=text[:60],
        alert=msgspec.structs.replace(said.alert, **changed),
    )  # fmt: skip
    for kind in ("alert.fired", "alert.updated", "alert.acknowledged", "alert.closed", "note"):
        frozen = freeze(msgspec.structs.replace(said, type=kind), "ai-desk", NOW, interactive=loud)
        frozen = msgspec.json.decode(msgspec.json.encode(frozen), type=Frozen)
        assert texts(frozen.blocks) <= TOTAL_MAX
        check(frozen, frozen, NOW + 7_200_000, edit=kind != "alert.fired")
        if kind == "note":
            assert (frozen.kind, frozen.reply, frozen.broadcast) == ("note", None, False)
            continue
        assert frozen.reply is not None
        check(frozen.reply, frozen, NOW + 7_200_000, edit=False)


@settings(max_examples=60, deadline=None)
@given(any_text, st.integers(0, 80), st.integers(0, 40), STATES, st.booleans())
def test_slack_takes_every_digest(text: str, items: int, expired: int, status: Any, interactive: bool) -> None:
    url = f"https://news.example.com/{text}"
    one: DigestItem = item(
        title=text, source=text, url=url, news=[text] * 5, portfolio_title=text, status=status, rules=[text]
    )
    brief = digest(items=[one] * items, expired=[one] * expired, more=7, more_expired=3)
    said = Message(type="digest", delivery=DELIVERY, receiver="ai-desk", at=text, digest=brief, portfolio_title=text)
    frozen = freeze(said, "ai-desk", NOW, interactive=interactive)
    assert texts(frozen.blocks) <= TOTAL_MAX
    check(frozen, frozen, NOW, edit=False)


@given(any_text)
def test_why_is_within_the_limits(text: str) -> None:
    said = told({"title": text, "body": text, "url": text, "source": text}, text)
    seen = why_text(msgspec.structs.replace(said.alert, title=text), None, "ai-desk", text, NOW)
    assert active_markup({"text": seen}) == []
    assert len(seen.encode("utf-16-le")) // 2 <= 3000


def test_a_text_without_end_is_not_read_to_its_end() -> None:
    worst = "".join(NASTY) * 200
    said = told({"title": worst, "body": worst, "url": worst, "source": worst}, worst)
    frozen = freeze(msgspec.structs.replace(said, news=[worst] * 20), "ai-desk", NOW, interactive=True)
    check(frozen, frozen, NOW, edit=False)
    assert alert().id in str(frozen.blocks[-1])
