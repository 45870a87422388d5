"""The sample stories as data: read from `stories.yaml` beside this file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from alertd.base.config import ConfigModel, Duration, UserId
from alertd.base.yaml import load_yaml, validate
from alertd.model import Trust

STORIES = Path(__file__).with_name("stories.yaml")


class Story(ConfigModel):
    """One version of one entry of a feed."""

    guid: str
    stage: int = Field(ge=0)
    """Index of the poll at which it appears."""
    age: Duration
    """How long before its appearance it claims to have been published, in seconds."""
    title: str
    body: str
    """Paragraphs, separated by empty lines."""
    alert: str = ""
    """The rule that should fire for it; empty for noise."""

    @property
    def paragraphs(self) -> list[str]:
        """The body's paragraphs, each on one line."""
        return [" ".join(p.split()) for p in self.body.split("\n\n") if p.strip()]


class SampleFeed(ConfigModel):
    """A source of the demo."""

    id: UserId
    title: str
    format: Literal["rss", "atom", "json"]
    trust: Trust
    stories: list[Story]

    @property
    def stages(self) -> int:
        """How many polls it takes until everything has been published."""
        return max(story.stage for story in self.stories) + 1


class SampleFeeds(ConfigModel):
    """The file."""

    feeds: list[SampleFeed]


def load_stories() -> list[SampleFeed]:
    """Read the bundled stories."""
    return validate(SampleFeeds, load_yaml(STORIES.read_bytes(), STORIES.name)).feeds
