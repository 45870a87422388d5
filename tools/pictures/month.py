"""A month of made-up news about what the demo holds, as one more feed of it: so that there is something to draw."""

from __future__ import annotations

from random import Random

from alertd.demo.stories import SampleFeed

SEED = 8
DAYS = 30
_GOOD = (
    "{name} shares rise as customers praise its {thing}",
    "{name} opens {place} site for {thing} ahead of schedule",
    "Strong demand for {thing} lifts {name}",
    "{name} wins praise for {thing} in {place}",
)
_BAD = (
    "{name} shares fall on worries about its {thing}",
    "Delays hit {name}'s {thing} in {place}",
    "Weak demand for {thing} weighs on {name}",
    "{name} disappoints investors with slow {thing}",
)
_PLAIN = ("{name} to show its {thing} at a fair in {place}", "What {name} says about {thing} in {place}")
_COMPANIES = {
    "NVIDIA": ("graphics processors", 30, 0.8), "Microsoft": ("cloud regions", 22, 0.5),
    "Broadcom": ("network chips", 14, 0.6), "Vertiv": ("cooling units", 16, 0.3),
    "Oracle": ("database clusters", 14, 0.4), "Arista Networks": ("switches", 10, 0.5),
    "Constellation Energy": ("reactors", 9, 0.7),
}  # fmt: skip
"""Name: what it makes, stories in the month, how many of them are good."""
_PLACES = ("Ohio", "Texas", "Leeds", "Osaka", "Munich", "Lyon", "Perth", "Quebec", "Iowa", "Delft")


def month() -> SampleFeed:
    """Make it; it reads the same each time."""
    random, stories = Random(SEED), []
    for name, (thing, count, good) in _COMPANIES.items():
        for number in range(count):
            days = random.uniform(0.2, DAYS - 0.5) if number else 0.3
            kind = _PLAIN if random.random() < 0.15 else _GOOD if random.random() < good else _BAD
            title = random.choice(kind).format(name=name, thing=thing, place=random.choice(_PLACES))
            stories.append({
                "guid": f"mw-{name[:3].lower()}-{number}", "stage": 0, "age": f"{round(days * 24 * 60)}m",
                "title": title, "body": f"{title}, people who follow {name} said.\n",
            })  # fmt: skip
    return SampleFeed.model_validate(
        {"id": "month-wire", "title": "Month Wire", "format": "rss", "trust": "medium", "stories": stories}
    )
