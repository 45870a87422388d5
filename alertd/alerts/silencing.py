"""Silences as people make and end them: what they may be, and the line of the journal that says so. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from alertd.alerts.answers import MAX_NOTE, MAX_WHO, tidy
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.base.ids import mark
from alertd.model import JournalRecord, Silence, Weekly

MAX_SILENCE_MS = 400 * 86_400_000
MAX_NAMED = 500
"""Names of one sort in one silence."""
MATCHERS = ("portfolios", "rules", "companies", "event_types", "sources", "receivers")


class BadSilence(ValueError):
    """A silence that cannot be; the text says why and what to do."""


def new_silence(
    *,
    author: str,
    reason: str,
    starts_ms: int,
    ends_ms: int,
    now: int,
    weekly: Sequence[Weekly] = (),
    desk: str | None = None,
    all_desks: bool = False,
    **named: Sequence[str],
) -> Silence:
    """Make a silence. `named` are the lists of MATCHERS; times are in ms.

    The same again gives the same id, so that a repeat changes nothing. Raises BadSilence.
    """
    reason, author = tidy(reason, MAX_NOTE), tidy(author, MAX_WHO)
    if not reason:
        raise BadSilence("say why: a silence without a reason cannot be judged by others")
    if not author:
        raise BadSilence("say who makes it")
    if ends_ms <= max(now, starts_ms):
        raise BadSilence("it would be over before it begins: give an end to come")
    if ends_ms > now + MAX_SILENCE_MS:
        raise BadSilence(f"it lasts for {MAX_SILENCE_MS // 86_400_000} days at most")
    lists = {name: list(dict.fromkeys(named.get(name, ()))) for name in MATCHERS}
    if any(len(names) > MAX_NAMED for names in lists.values()):
        raise BadSilence(f"it names at most {MAX_NAMED} of one sort")
    parts = [author, reason, rfc3339(starts_ms), rfc3339(ends_ms), desk or "", str(all_desks)]
    parts += [f"{name}:{one}" for name, names in lists.items() for one in names]
    parts += [msgspec.json.encode(one).decode() for one in weekly]
    return Silence(
        id=f"si_{mark(*parts)}",
        author=author,
        reason=reason,
        created_at=rfc3339(now),
        starts_at=rfc3339(starts_ms),
        ends_at=rfc3339(ends_ms),
        weekly=list(weekly),
        desk=desk,
        all_desks=all_desks,
        **lists,
    )


def ended(silence: Silence, now: int) -> Silence:
    """Give a silence that somebody ends now; one that has not begun never will."""
    starts = min(parse_rfc3339(silence.starts_at), now)
    return msgspec.structs.replace(silence, starts_at=rfc3339(starts), ends_at=rfc3339(now))


def may_touch(silence: Silence, desk: str | None, *, all_desks: bool) -> bool:
    """Tell whether a silence is there for somebody of a desk: to be seen and ended."""
    return all_desks or (not silence.all_desks and silence.desk == desk)


def record_of(silence: Silence, what: str, who: str, via: str, now: int) -> JournalRecord:
    """Make the journal's line about a silence that was `added` or `ended`."""
    data: dict[str, Any] = {
        "who": tidy(who, MAX_WHO),
        "via": via,
        "desk": silence.desk,
        "portfolios": silence.portfolios,
        "silence": msgspec.to_builtins(silence),
    }
    return JournalRecord(kind="silence", at=rfc3339(now), ids=[silence.id], reason=what, data=data)
