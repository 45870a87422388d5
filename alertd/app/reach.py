"""What whoever asks needs of the settings, taken from them."""

from __future__ import annotations

from alertd.asking.reach import Reach
from alertd.settings import Settings


def reach_from(s: Settings) -> Reach:
    """Give what is needed of settings to reach the daemon's store."""
    archive = s.archive.path or s.state_dir / "archive"
    relaxed = s.redis_durability == "relaxed"
    return Reach(
        s.state_dir,
        s.rules,
        s.namespace,
        s.redis,
        s.web.token,
        s.web.tls.cert if s.web.tls is not None else None,
        s.sources,
        s.receivers,
        archive,
        relaxed,
        s.models,
    )
