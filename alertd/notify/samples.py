"""Messages to try a receiver or a template with: one of every kind, about the story that the manual tells.

Made up as far as figures and clocks go; `alertd preview --sample`, `alertd check` and the tests use them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from alertd.base.clock import rfc3339
from alertd.base.ids import make_id
from alertd.model import (
    Alert,
    Amount,
    Blind,
    Change,
    CompanyMention,
    Coverage,
    DealTerm,
    Digest,
    DigestItem,
    Event,
    Ground,
    Match,
    Message,
    Notice,
    Party,
    ReportedType,
    Sentiment,
    SeverityStep,
    Story,
    TouchedHolding,
)
from alertd.notify.sample_note import BODY, NOTE, clause, in_title

_MINUTE = 60_000
_TITLE = "SpaceX leases its Colossus 1 supercomputer to Anthropic for $3-4bn a year"
_ALERT, _EVENT, _STORY = make_id("al", "sample"), make_id("ev", "sample"), make_id("st", "sample")


def lease(receiver: str, now: int) -> Message:
    """A first alert."""
    return Message(
        type="alert.fired",
        delivery=make_id("dl", receiver, "sample"),
        receiver=receiver,
        at=rfc3339(now),
        alert=_alert(now),
        event=_event(now),
        portfolio_title="AI infrastructure",
        timezone="America/New_York",
        reason="first",
        dispatched_by="alertd preview",
    )


def correction(receiver: str, now: int) -> Message:
    """An update that is as loud as the alert was: a corrected figure."""
    first = lease(receiver, now - 20 * _MINUTE)
    assert first.alert is not None and first.event is not None
    text = "the source corrected the amount: $3-4bn a year → $2-3bn a year"
    change = Change(at=rfc3339(now), revision=2, event=_EVENT, event_revision=2, reason="update_material", text=text)
    title = _TITLE.replace("$3-4bn", "$2-3bn")
    told = _alert(now - 20 * _MINUTE, title)
    matches = [replace(match, event_revision=2) for match in told.matches]
    alert = replace(told, revision=2, matches=matches, updated_at=rfc3339(now), changes=[change])
    amounts = [Amount(low=2e9, high=3e9, per="year", role="revenue", of="spacex"), *first.event.amounts[1:]]
    corrected = _event(now - 20 * _MINUTE, title)
    event = replace(corrected, revision=2, revision_reason="correction", amounts=amounts)
    return replace(
        first, type="alert.updated", at=rfc3339(now), alert=alert, event=event, news=[text], told_before=True,
        reason="update_material",
    )  # fmt: skip


def second_source(receiver: str, now: int) -> Message:
    """An update that only adds to what was told: another independent source."""
    first = lease(receiver, now - 2 * _MINUTE)
    assert first.alert is not None and first.event is not None
    text = "also reported by another-wire (2 independent sources)"
    change = Change(
        at=rfc3339(now), revision=2, event=make_id("ev", "sample 2"), event_revision=1, reason="update_material",
        text=text,
    )  # fmt: skip
    alert = replace(first.alert, revision=2, updated_at=rfc3339(now), changes=[change])
    story = Story(id=_STORY, novelty=0.75, sources=2, position=2)
    event = replace(first.event, id=change.event, source="another-wire", story=story)
    return replace(
        first, type="alert.updated", at=rfc3339(now), alert=alert, event=event, news=[text], told_before=True,
        loud=False, reason="update_material",
    )  # fmt: skip


def acknowledged(receiver: str, now: int) -> Message:
    """Somebody has acknowledged it."""
    first = lease(receiver, now - 5 * _MINUTE)
    assert first.alert is not None
    alert = replace(
        first.alert, revision=2, status="acknowledged", acknowledged_by="jd", acknowledged_at=rfc3339(now),
        updated_at=rfc3339(now),
    )  # fmt: skip
    return replace(
        first, type="alert.acknowledged", at=rfc3339(now), alert=alert, told_before=True, loud=False,
        news=["acknowledged by jd"], reason="acknowledged",
    )  # fmt: skip


def closed(receiver: str, now: int) -> Message:
    """Somebody has closed it."""
    first = acknowledged(receiver, now)
    assert first.alert is not None
    alert = replace(first.alert, revision=3, status="closed")
    return replace(first, type="alert.closed", alert=alert, news=["closed by jd"], reason="closed")


def note(receiver: str, now: int) -> Message:
    """A note was written to it."""
    first = lease(receiver, now - 10 * _MINUTE)
    assert first.alert is not None
    alert = replace(first.alert, revision=2, note=NOTE)
    return replace(first, type="note", at=rfc3339(now), alert=alert, told_before=True, reason="note")


def digest(receiver: str, now: int) -> Message:
    """What quiet hours held back."""
    items = [
        _item(now, "high", _TITLE, 0.08, "NVDA"),
        _item(now, "medium", "Vertiv names new finance chief", 0.035, "VRT"),
        _item(now, "low", "Arista presents at a conference", 0.025, "ANET"),
    ]
    made = Digest(
        kind="brief",
        since=rfc3339(now - 480 * _MINUTE),
        until=rfc3339(now),
        items=items,
        counts={"high": 1, "medium": 1, "low": 3},
        more=2,
        expired=[replace(items[2], alert=make_id("al", "sample expired"), reason="expired")],
    )
    return replace(_bare("digest", receiver, now), digest=made, portfolio_title="AI infrastructure",
                   timezone="America/New_York", reason="quiet_until")  # fmt: skip


def coverage(receiver: str, now: int) -> Message:
    """The daily line about what was seen."""
    blind = Blind(
        source="prwire", since=rfc3339(now - 90 * _MINUTE), until=rfc3339(now - 60 * _MINUTE), became="missed 2"
    )
    made = Coverage(
        since=rfc3339(now - 1440 * _MINUTE), until=rfc3339(now), sources=3, fine=2, not_fine={"prwire": "late"},
        items=1204, names=31, alerts=4, blind=[blind],
    )  # fmt: skip
    return replace(_bare("digest", receiver, now), coverage=made)


def notice(receiver: str, now: int) -> Message:
    """Something the operator has to know."""
    made = Notice(kind="source_failing", subject="prwire", text="prwire failed 5 times: HTTP 503", at=rfc3339(now))
    return replace(_bare("notice", receiver, now), notice=made, reason="source_failing")


def test(receiver: str, now: int) -> Message:
    """What `alertd send-test` sends."""
    return _bare("test", receiver, now)


SAMPLES: Mapping[str, Callable[[str, int], Message]] = {
    "lease": lease,
    "correction": correction,
    "second-source": second_source,
    "acknowledged": acknowledged,
    "closed": closed,
    "note": note,
    "digest": digest,
    "coverage": coverage,
    "notice": notice,
    "test": test,
}
"""Name -> what makes it, for a receiver at a time (ms)."""


def _bare(kind: str, receiver: str, now: int) -> Message:
    return Message(
        type=kind,  # type: ignore[arg-type]
        delivery=make_id("dl", receiver, "sample", kind),
        receiver=receiver,
        at=rfc3339(now),
        reason=kind,
        dispatched_by="alertd preview",
    )


def _alert(now: int, title: str = _TITLE) -> Alert:
    steps = [
        SeverityStep(factor="base", seen="compute lease", move=3),
        SeverityStep(factor="weight", seen="weight 8.0 % (NVDA)", move=1),
        SeverityStep(factor="status", seen="rumoured", move=-1),
    ]
    nvda = TouchedHolding(company="cik-0001045810", label="NVDA", weight=0.08, path=["supplies SpaceX"])
    spacex = TouchedHolding(company="spacex", label="SpaceX", weight=0.02, named=True, role="lessor", impact="good")
    match = Match(
        rule="big-compute-lease",
        rule_hash="sample",
        portfolio="ai-infrastructure",
        event=_EVENT,
        event_revision=1,
        severity="high",
        title="Compute lease of half a billion a year or more",
        evidence=[in_title(title, "leases")],
        path=["NVDA supplies SpaceX (0.7)"],
        company="cik-0001045810",
        companies=["cik-0001045810", "spacex"],
        holdings=[nvda, spacex],
        auto=True,
        steps=steps,
        owner="jd",
        held_as_of=rfc3339(now)[:10],
        grounds=[
            Ground("type", "clear compute lease"),
            Ground("amount", "low end $3bn ≥ $500m a year"),
            Ground("exposed", "exposed by one step"),
        ],
    )
    return Alert(
        id=_ALERT,
        revision=1,
        portfolio="ai-infrastructure",
        subject=_STORY,
        severity="high",
        title=title,
        first_title=_TITLE,
        matches=[match],
        story=_STORY,
        first_at=rfc3339(now),
        updated_at=rfc3339(now),
    )


def _event(now: int, title: str = _TITLE) -> Event:
    parties = [Party(company="spacex", role="lessor"), Party(company="anthropic", role="lessee")]
    return Event(
        id=_EVENT,
        source="example-wire",
        trust="high",
        language="en",
        title=title,
        body=BODY,
        url="https://news.example.com/colossus",
        published_at=rfc3339(now - 7_000),
        published_precision="second",
        seen_at=rfc3339(now),
        event_at=rfc3339(now - 7_000),
        companies=[
            CompanyMention(id="spacex", name="SpaceX", relevance=0.95, sentiment=0.4, role="lessor"),
            CompanyMention(id="anthropic", name="Anthropic", relevance=0.9, sentiment=0.2, role="lessee"),
        ],
        parties=["spacex", "anthropic"],
        event_types=[
            ReportedType(
                type="compute_lease", confidence=0.93, status="rumoured", parties=parties, asset="Colossus 1",
                evidence=[in_title(title, "leases its Colossus 1 supercomputer")],
            )
        ],
        amounts=[
            Amount(low=3e9, high=4e9, per="year", role="revenue", of="spacex"),
            Amount(low=2.5e9, high=2.5e9, bound="over", role="profit"),
        ],
        terms=[DealTerm(type="reclaim_right", held_by="spacex", evidence=[clause()])],
        sentiment=Sentiment(score=0.35, label="mildly positive", confidence=0.7),
        story=Story(id=_STORY),
    )  # fmt: skip


def _item(now: int, severity: str, title: str, weight: float, label: str) -> DigestItem:
    return DigestItem(
        alert=make_id("al", "sample", title),
        revision=1,
        portfolio="ai-infrastructure",
        portfolio_title="AI infrastructure",
        severity=severity,  # type: ignore[arg-type]
        title=title,
        url="https://news.example.com/item",
        source="example-wire",
        first_at=rfc3339(now - 120 * _MINUTE),
        updated_at=rfc3339(now - 120 * _MINUTE),
        since=rfc3339(now - 120 * _MINUTE),
        holdings=[TouchedHolding(company=label.lower(), label=label, weight=weight, named=True)],
        rules=["A rule that held"],
        reason="quiet_until",
    )
