from __future__ import annotations

from pathlib import Path

import pytest

from alertd.app.snapshot import known_settings
from alertd.base.ids import event_id
from alertd.demo.config import RULES, write_demo
from alertd.demo.site import DemoUrls
from alertd.demo.stories import Story, load_stories
from alertd.enrich.enricher import Enricher
from alertd.model import Event
from alertd.rules.loaded import KnownSettings
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from alertd.ruletests.stream import Stream
from alertd.settings import load_settings

FEEDS = load_stories()
URLS = DemoUrls(
    feeds={feed.id: f"http://127.0.0.1:4000/feeds/{feed.id}" for feed in FEEDS},
    slack="http://127.0.0.1:4000/slack/services/T/B/demo",
    broken="http://127.0.0.1:4000/feeds/broken",
)


@pytest.mark.parametrize("broken", [False, True])
def test_the_demo_writes_settings_and_rules_that_load(tmp_path: Path, broken: bool) -> None:
    loaded = load_settings(write_demo(tmp_path, URLS, FEEDS, broken=broken), {})
    assert loaded.warnings == []
    settings = loaded.settings
    assert [s.id for s in settings.sources] == [feed.id for feed in FEEDS] + ["broken-wire"] * broken
    assert [r.id for r in settings.receivers] == ["console", "desk"]
    assert settings.state_dir == tmp_path / "var"
    book = load_rules(settings.rules, known=known_settings(settings)).book
    assert {p.receivers for p in book.portfolios} == {("console", "desk")}


def test_without_the_console_only_the_local_slack_is_told(tmp_path: Path) -> None:
    settings = load_settings(write_demo(tmp_path, URLS, FEEDS, console=False, quiet=True), {}).settings
    assert [r.id for r in settings.receivers] == settings.operator == ["desk"]
    assert settings.log.level == "warning"
    assert {p.receivers for p in load_rules(settings.rules, known=KnownSettings({"desk": None})).book.portfolios} == {
        ("desk",)
    }


def test_the_rules_are_the_shipped_ones() -> None:
    tree = Path(__file__).parents[2] / "rules"
    assert {f.relative_to(RULES) for f in RULES.rglob("*.yaml")} == {
        f.relative_to(tree) for f in tree.rglob("*.yaml")
    }


STORIES = [pytest.param(story, id=f"{story.guid}-{story.stage}") for feed in FEEDS for story in feed.stories]


@pytest.fixture(scope="module")
def held() -> dict[tuple[str, int], list[str]]:
    """Which rules hold for each version of each story, told in the order in which the feeds publish them."""
    loaded = load_rules(RULES)
    matcher = Matcher(loaded.book, understanding=Enricher.of(loaded.book.event_types, loaded.table))
    told = sorted(((feed.id, s) for feed in FEEDS for s in feed.stories), key=lambda one: (one[1].stage, -one[1].age))
    found = {}
    with Stream(matcher) as stream:
        for minute, (source, story) in enumerate(told):
            event = Event(
                id=event_id(source, story.guid),
                source=source,
                title=story.title,
                body="\n\n".join(story.paragraphs),
                event_at=f"2026-06-01T12:{minute:02}:00.000Z",
            )
            taken = stream.take(event)
            assert taken.failures == ()
            found[story.guid, story.stage] = [match.rule for match in taken.matches]
    return found


@pytest.mark.parametrize("story", STORIES)
def test_each_story_fires_the_rule_it_is_there_for_and_noise_fires_none(
    held: dict[tuple[str, int], list[str]], story: Story
) -> None:
    rules = held[story.guid, story.stage]
    assert story.alert in rules if story.alert else rules == []
