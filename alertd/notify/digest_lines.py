"""A digest of alerts as lines: how many, which, why they waited, what expired meanwhile. Pure.

BRIEF · AI infrastructure · 7 alerts: 2 high, 4 medium, 1 low
7 alerts came in quiet hours, 22:00 to 06:30 EST
HIGH  SpaceX leases Colossus 1 to Anthropic
      SpaceX +2.0 % named, lessor · example-wire · first seen 02:14 · held since 02:14
"""

from __future__ import annotations

from datetime import tzinfo

from alertd.model import SEVERITIES, Digest, DigestItem, DigestKind, Message, Severity
from alertd.notify import holdings
from alertd.notify.clocks import clock_time, moment, zone, zone_label
from alertd.notify.lines import HEADLINE_MAX, LINK_MAX, Item, Lines, Row, join
from alertd.notify.plain import counted, cut, one_line, web_link

_NEWS_SHOWN = 3
_TITLE_MAX = 240
"""Characters of a headline in a list of many."""

_WHY: dict[DigestKind, str] = {
    "brief": "came in quiet hours",
    "digest": "waited for this digest",
    "storm": "came faster than they can be read one by one",
    "group": "came together",
    "budget": "are beyond what the rule's author expects",
}


def digest_lines(message: Message, digest: Digest, now: int) -> Lines:
    """Lay a digest out; `now` (ms) is the moment of its first attempt."""
    tz = zone(message.timezone)
    number, of = total(digest), whose(digest, message.portfolio_title)
    loudest = next((severity for severity in reversed(SEVERITIES) if digest.counts.get(severity)), None)
    first = _short(digest.items[0].title, _TITLE_MAX) if digest.items else ""
    several = len({item.portfolio for item in (*digest.items, *digest.expired)}) > 1
    return Lines(
        headline=cut(join([called(digest).capitalize(), of, first]), HEADLINE_MAX),
        status=join([digest.kind.upper(), of, f"{counted(number, 'alert')}{_by_severity(digest)}"]),
        title=_title(digest, number, tz, now),
        rows=_rows(digest),
        link="",
        severity=loudest,
        items=[_item(item, several, tz, now) for item in digest.items],
        expired=[_item(item, several, tz, now) for item in digest.expired],
        foot=_foot(digest),
    )


def called(digest: Digest) -> str:
    """Say what it is in a few words: `brief of 7 alerts, 2 high`."""
    loudest = next((f", {digest.counts[s]:,} {s}" for s in reversed(SEVERITIES) if digest.counts.get(s)), "")
    return f"{digest.kind} of {counted(total(digest), 'alert')}{loudest}"


def whose(digest: Digest, title: str = "") -> str:
    """Name the portfolio, or say how many there are: `AI infrastructure`, `3 portfolios`."""
    names = {one.portfolio: one.portfolio_title or one.portfolio for one in (*digest.items, *digest.expired)}
    if len(names) > 1:
        return f"{len(names)} portfolios"
    return one_line(next(iter(names.values()), "") or title, 60)


def total(digest: Digest) -> int:
    """Count its alerts, those that are not listed among them, without the expired ones."""
    return max(sum(digest.counts.values()), len(digest.items) + digest.more)


def _by_severity(digest: Digest) -> str:
    parts = [f"{digest.counts[s]:,} {s}" for s in reversed(SEVERITIES) if digest.counts.get(s)]
    return f": {', '.join(parts)}" if parts else ""


def _title(digest: Digest, number: int, tz: tzinfo, now: int) -> str:
    if not number:
        return "Nothing is left of what waited"
    since, until = moment(digest.since), moment(digest.until)
    if since is None or until is None:
        return f"{counted(number, 'alert')} {_WHY[digest.kind]}"
    span = f"{clock_time(since, tz, now, 'minute')} to {clock_time(until, tz, now, 'minute')}"
    why = _WHY[digest.kind] if number > 1 else _WHY[digest.kind].replace("are ", "is ")
    return f"{counted(number, 'alert')} {why}, {span} {zone_label(until, tz)}"


def _rows(digest: Digest) -> list[Row]:
    """Of a budget: whose rules they are."""
    if digest.kind != "budget":
        return []
    rules = dict.fromkeys(one_line(rule, 100) for item in digest.items for rule in item.rules)
    return [Row("Rules", join(list(rules)[:3]))] if rules else []


def _item(item: DigestItem, several: bool, tz: tzinfo, now: int) -> Item:
    first, since = moment(item.first_at), moment(item.since)
    news = item.news[-_NEWS_SHOWN:]
    more = [f"{len(item.news) - len(news)} more"] if len(item.news) > len(news) else []
    return Item(
        alert=item.alert,
        severity=item.severity,
        mark=join(["" if item.status == "open" else item.status.upper(), "WITHDRAWN" if item.withdrawn else ""]),
        title=_short(item.title, _TITLE_MAX) or "(no title)",
        url=web_link(item.url, LINK_MAX),
        holdings=holdings.row(holdings.ranked(item.holdings)),
        text=join(
            [
                _short(item.portfolio_title or item.portfolio, 60) if several else "",
                _short(item.source, 64),
                _clock("first seen", first, tz, now),
                _clock("held since", since, tz, now) if _says_more(since, first) else "",
            ]
        ),
        news=join([*(_short(text, 160) for text in news), *more]),
    )


def _short(text: str, limit: int) -> str:
    """Cut to one line. Of many texts together no more is looked at than a loop has time for."""
    return one_line(text[: 2 * limit], limit)


def _clock(label: str, at: int | None, tz: tzinfo, now: int) -> str:
    return f"{label} {clock_time(at, tz, now, 'minute')}" if at is not None else ""


def _says_more(since: int | None, first: int | None) -> bool:
    """Tell whether since when it waits is another minute than when it was first seen."""
    return since is not None and (first is None or since // 60_000 != first // 60_000)


def _foot(digest: Digest) -> str:
    listed: dict[Severity, int] = {}
    for item in digest.items:
        listed[item.severity] = listed.get(item.severity, 0) + 1
    left = [(s, digest.counts.get(s, 0) - listed.get(s, 0)) for s in reversed(SEVERITIES)]
    parts = ", ".join(f"{count:,} {severity}" for severity, count in left if count > 0)
    more = f"{counted(digest.more, 'alert')} more" + (f": {parts}" if parts else "") if digest.more else ""
    return join([more, f"{digest.more_expired:,} more expired" if digest.more_expired else ""])
