"""The operator hears of a template that fails, once for each version of it."""

from __future__ import annotations

from alertd import telemetry
from alertd.base.clock import system_clock
from alertd.store.memory import MemoryStore
from alertd.workers.notices import Notices
from alertd.workers.template_notices import TemplateNotices
from tests.support.daemon import eventually


async def test_the_same_version_is_told_of_once_and_another_again() -> None:
    store = MemoryStore()
    faults = TemplateNotices(Notices(store, {"ops": "every"}, system_clock))
    counter = telemetry.TEMPLATE_FAILURES.labels(receiver="desk")
    before = counter._value.get()
    for version in ("one", "one", "two"):
        faults.failed("desk", version, "line 1: there is no 'titel' here")

    async def told() -> list[str]:
        due, _ = await store.due("ops", system_clock(), 10)
        texts = [item.message.notice.text for item in due if item.message.notice is not None]
        return texts if len(texts) == 2 else []

    texts = await eventually(told, "two notices wait")
    assert set(texts) == {
        "The template of desk failed, so its built-in message was sent: line 1: there is no 'titel' here"
    }
    assert counter._value.get() == before + 3
