"""What to look at once the demo has told everything: where to click, and what is to be seen there.

It speaks of what `stories.yaml` publishes and `rules/` ask; a test walks it in a browser.
"""

from __future__ import annotations

DISPUTE = "SpaceX moves to reclaim Colossus 1 from Anthropic in dispute over harm clause"
LEASE = "SpaceX leases its Colossus 1 supercomputer to Anthropic for $3-4bn a year"
RULE = "/rules/ai-infrastructure/big-compute-lease"


def tour(link: str, page: str) -> list[str]:
    """Say it in five lines; `link` signs in, `page` is the page's address."""
    return [
        f"Open the desk's page: {link}",
        f"  1. Click “{DISPUTE}”, critical as a lease came before.",
        "     What rules held for is marked in its text; Exposure draws what is held of it; Sent says who was told.",
        "  2. Press Acknowledge there, with the page open in a second tab: both show it at once.",
        f"  3. Try a headline of your own on a rule: {page}{RULE}",
    ]
