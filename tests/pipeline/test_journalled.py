"""What the journal's line of an event carries beside it: whose it is, and the alerts as they are since."""

from __future__ import annotations

from pathlib import Path

from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import parse_rfc3339
from alertd.base.ids import story_id
from alertd.model import Event, StreamEvent
from alertd.pipeline import Pipeline, Processed
from alertd.rules.loaded import KnownSettings
from alertd.rules.loader import load_rules
from alertd.store.memory import MemoryStore

AT = "2026-03-01T12:00:00.000Z"
RULE = "rules: [{id: lease, title: A lease, severity: high, when: {title: leases}}]"


class Rig:
    """Three portfolios, two of them of desks, over a store in memory."""

    def __init__(self, folder: Path) -> None:
        desks = {"ours": "ai", "theirs": "credit", "nobodys": None}
        (folder / "portfolios").mkdir()
        for name, desk in desks.items():
            text = f"portfolio: {name}\ntitle: A desk\nreceivers: [{name}]\n{RULE}\n"
            (folder / f"portfolios/{name}.yaml").write_text(text + (f"desk: {desk}\n" if desk else ""))
        known = KnownSettings(receivers=desks, sources={"wire": None, "own": "ai"})
        self.store = MemoryStore(clock=lambda: parse_rfc3339(AT))
        policies = {name: ReceiverPolicy(name, desk=desk) for name, desk in desks.items()}
        self.pipeline = Pipeline(load_rules(folder, known=known).book, policies, lambda: parse_rfc3339(AT))

    async def take(self, event: Event, deliveries: int = 1, identity: str = "") -> Processed:
        item = StreamEvent(stream_id="1-0", event=event, deliveries=deliveries, identity=identity)
        (answer,) = await self.pipeline.process([item], self.store)
        assert isinstance(answer, Processed), answer
        return answer


def news(name: str = "a", source: str = "wire", title: str = "A tenant leases a building") -> Event:
    return Event(id=f"ev_{name}", source=source, title=title, seen_at=AT, event_at=AT)


async def test_each_alert_that_was_decided_on_stands_in_it_as_it_is_since(tmp_path: Path) -> None:
    answer = await Rig(tmp_path).take(news())
    cards = answer.record.data["alerts"]
    assert {card["id"] for card in cards} == {decision.alert for decision in answer.decisions}
    assert {(card["portfolio"], card["revision"], card["status"]) for card in cards} == {
        ("ours", 1, "open"), ("theirs", 1, "open"), ("nobodys", 1, "open"),
    }  # fmt: skip
    assert {card["subject"] for card in cards} == {story_id("ev_a")}


async def test_handed_out_again_it_says_the_same(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    once = await rig.take(news())
    again = await rig.take(news(), deliveries=2)
    assert again.record == once.record


async def test_it_says_whose_the_source_and_the_portfolios_are(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    answer = await rig.take(news())
    assert "source_desk" not in answer.record.data
    assert answer.record.data["desks"] == {"ours": "ai", "theirs": "credit"}
    own = await rig.take(news("b", "own"))
    assert own.record.data["source_desk"] == "ai"
    assert own.record.data["desks"] == {"ours": "ai"}


async def test_what_matches_nothing_carries_nothing_more(tmp_path: Path) -> None:
    answer = await Rig(tmp_path).take(news(title="Nothing happens"))
    assert not {"alerts", "desks", "newest", "source_desk"} & set(answer.record.data)
