"""What came of a source by day, over the API, and what Redis is set to in the status: each to whom it is shown."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.history.projection.projector import Projector
from alertd.model import JournalRecord
from tests.history.projection.past import DAYS, Archive, event
from tests.web.conftest import Api

PATH = "/v1/sources/edgar/days"


def row(name: str) -> dict[str, Any]:
    """Give the row of a source that does well, as far as the API looks at it."""
    return {"id": name, "state": "fine"}


def refused(reason: str, source: str = "edgar") -> JournalRecord:
    """Make the record of an entry that became no event."""
    return JournalRecord(kind="entry", at="2027-01-15T08:00:00.000Z", ids=[source], reason=f"rejected: {reason}")


def project(api: Api, archive: Archive) -> None:
    """Make the history of an archive."""
    (api.folder / "history.db").unlink()
    projector = Projector(api.folder / "history.db")
    projector.advance(archive)
    projector.close()


def past() -> Archive:
    """Give two days of three sources."""
    archive = Archive()
    archive.add(event("ev_a", source="edgar"), event("ev_b", source="edgar"), event("ev_c", source="other"))
    archive.add(refused("no title"), refused("too old"), refused("no title"), refused("no date", "other"))
    archive.add(event("ev_d", source="edgar"), day=DAYS[1])
    return archive


async def test_reports_stand_by_day_and_refused_entries_by_reason(whole: Api) -> None:
    whole.sources.append(row("edgar"))
    project(whole, past())
    whole.life.clock.now += 86_400_000
    status, found = await whole.ask("GET", f"{PATH}?days=3", token="ai")
    assert status == 200, found
    assert found["days"] == [
        {"day": "2027-01-14", "reports": 0}, {"day": DAYS[0], "reports": 2}, {"day": DAYS[1], "reports": 1},
    ]  # fmt: skip
    assert found["refused"] == [{"reason": "no title", "entries": 2}, {"reason": "too old", "entries": 1}]
    _, today = await whole.ask("GET", f"{PATH}?days=1")
    assert (today["source"], today["days"], today["refused"]) == ("edgar", found["days"][2:], [])
    assert len((await whole.ask("GET", PATH))[1]["days"]) == 30


@pytest.mark.parametrize("days", ["0", "91", "many"])
async def test_days_are_so_many(whole: Api, days: str) -> None:
    whole.sources.append(row("edgar"))
    assert (await whole.ask("GET", f"{PATH}?days={days}"))[0] == 400


async def test_a_source_that_is_not_there_for_them_is_404_and_without_a_history_it_is_503(whole: Api) -> None:
    whole.sources += [row("edgar"), row("unheard")]
    gone = await whole.ask("GET", "/v1/sources/unheard/days", token="ai")
    assert gone == await whole.ask("GET", "/v1/sources/made-up/days", token="ai")
    assert gone[0] == 404
    assert (await whole.ask("GET", "/v1/sources/unheard/days"))[0] == 200
    (whole.folder / "history.db").unlink()
    assert (await whole.ask("GET", PATH))[0] == 503


async def test_what_redis_is_set_to_is_in_the_status_of_who_sees_all_desks(whole: Api) -> None:
    _, found = await whole.ask("GET", "/v1/status")
    judged = await whole.life.store.check_server()
    assert [one["code"] for one in found["redis"]["findings"]] == [one.code for one in judged]
    assert all({"level", "code", "text"} == one.keys() for one in found["redis"]["findings"])
    _, of_desk = await whole.ask("GET", "/v1/status", token="ai")
    assert "findings" not in of_desk["redis"]
