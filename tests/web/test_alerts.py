"""`/v1/alerts` and `/v1/silences`: real requests, answers that count, and the walls between tokens."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from structlog.testing import capture_logs

from alertd.base.clock import rfc3339
from alertd.errors import StoreUnavailable
from alertd.model import Note, NoteStatement
from alertd.web.config import WebConfig
from tests.alerts.living import HOUR, MINUTE, NOW, TITLE, state
from tests.alerts.test_looking import PM, SECRET, SLACK, mixed
from tests.web.conftest import TOKENS, Api, problem
from tests.web.test_page import signed_in

# --- alerts ----------------------------------------------------------------------------------------------------


async def test_an_alert_is_listed_shown_and_acknowledged(api: Api) -> None:
    await api.life.put(state())
    status, found = await api.ask("GET", "/v1/alerts")
    assert status == 200
    assert [(one["id"], one["status"], one["title"]) for one in found["alerts"]] == [("al_a", "open", TITLE)]
    assert found["more"] is False
    status, given = await api.ask("POST", "/v1/alerts/al_a/acknowledge", {"who": "jd", "note": "calling"})
    assert (status, given["outcome"], given["status"]) == (200, "done", "acknowledged")
    status, one = await api.ask("GET", "/v1/alerts/al_a")
    assert (status, one["acknowledged_by"]) == (200, "jd (api)")
    assert one["alert"]["changes"][-1]["text"] == "acknowledged by jd (api): calling"
    assert [message.type for message in await api.life.queued()] == ["alert.acknowledged"]


async def test_an_alert_shows_its_note_under_the_name_that_it_has_outside(api: Api) -> None:
    there = state()
    note = Note(
        event="ev_a",
        event_revision=1,
        statements=[NoteStatement(section="implication", text="Compute lease.", grounds=[])],
    )
    await api.life.put(replace(there, alert=replace(there.alert, note=note)))
    _, one = await api.ask("GET", "/v1/alerts/al_a")
    assert one["alert"]["note"]["statements"][0]["text"] == "Compute lease."
    assert "research_note" not in one["alert"]


@pytest.mark.parametrize("kind", ["acknowledge", "close", "useful", "noise"])
async def test_answers_need_no_body_and_are_safe_to_repeat(api: Api, kind: str) -> None:
    await api.life.put(state())
    for outcome in ("done", "already"):
        status, given = await api.ask("POST", f"/v1/alerts/al_a/{kind}")
        assert (status, given["outcome"]) == (200, outcome)


@pytest.mark.parametrize("until", [rfc3339(NOW + 2 * HOUR), "2h", "2027-01-15T11:00:00+01:00"])
async def test_a_snooze_ends_at_a_time_with_a_zone_or_lasts_so_long(api: Api, until: str) -> None:
    await api.life.put(state())
    status, given = await api.ask("POST", "/v1/alerts/al_a/snooze", {"until": until})
    assert (status, given["snoozed_until"]) == (200, rfc3339(NOW + 2 * HOUR))


async def test_an_answer_is_taken_back(api: Api) -> None:
    await api.life.put(state())
    await api.ask("POST", "/v1/alerts/al_a/close")
    assert (await api.ask("POST", "/v1/alerts/al_a/unacknowledge"))[1]["status"] == "open"


async def test_alerts_are_chosen_and_bounded(api: Api) -> None:
    for n, severity in enumerate(("low", "high", "critical")):
        await api.life.put(state(f"al_{n}", severity=severity))  # type: ignore[arg-type]
        api.life.clock.pass_by(60)
    assert await api.ids() == ["al_2", "al_1", "al_0"]
    assert await api.ids("?severity=high") == ["al_2", "al_1"]
    assert await api.ids("?limit=2") == ["al_2", "al_1"]
    assert await api.ids("?status=closed") == []
    assert await api.ids("?portfolio=other") == []
    assert await api.ids(f"?since={rfc3339(NOW + MINUTE)}") == ["al_2", "al_1"]
    assert (await api.ask("GET", "/v1/alerts?limit=2"))[1]["more"] is True


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "/v1/alerts/al_nobody", None, 404, "there is no such alert"),
        ("GET", "/v1/alerts/ev_a", None, 404, "there is no such alert"),
        ("POST", "/v1/alerts/al_nobody/acknowledge", None, 404, "there is no such alert"),
        ("POST", "/v1/alerts/al_a/acknowlege", None, 404, "did you mean `acknowledge`?"),
        ("POST", "/v1/alerts/al_a/snooze", None, 400, "write a time with a zone"),
        ("POST", "/v1/alerts/al_a/snooze", {"until": "07:30"}, 400, "write a time with a zone"),
        ("POST", "/v1/alerts/al_a/snooze", {"until": "2020-01-01T00:00:00Z"}, 409, "is over"),
        ("POST", "/v1/alerts/al_a/close", {"whom": "jd"}, 400, "unknown field `whom`"),
        ("POST", "/v1/alerts/al_a/close", {"who": 7}, 400, "$.who"),
        ("POST", "/v1/alerts/al_a/close", [], 400, "Expected `object`"),
        ("GET", "/v1/alerts?stauts=open", None, 400, "did you mean `status`?"),
        ("GET", "/v1/alerts?status=gone", None, 400, "status is one of open"),
        ("GET", "/v1/alerts?severity=loud", None, 400, "severity is one of"),
        ("GET", "/v1/alerts?limit=0", None, 400, "limit is a number from 1 to 500"),
        ("GET", "/v1/alerts?limit=99999999999999999999", None, 400, "limit is a number from 1 to 500"),
        ("GET", "/v1/alerts?since=yesterday", None, 400, "write a time with a zone"),
        ("PUT", "/v1/alerts/al_a/close", {}, 405, "method not allowed"),
        ("DELETE", "/v1/silences/si_a", None, 404, "there is no such silence"),
    ],
)
async def test_what_cannot_be_meant_is_answered_in_words(
    api: Api, method: str, path: str, body: object, status: int, words: str
) -> None:
    await api.life.put(state())
    code, said = await api.ask(method, path, body)
    assert (code, words in said["detail"]) == (status, True), said


async def test_a_body_that_is_no_json_is_refused(api: Api) -> None:
    await api.life.put(state())
    for data in (b"{", b"\xff", b"who=jd"):
        headers = {"Authorization": f"Bearer {TOKENS['all']}", "Content-Type": "application/json"}
        async with api.client.post("/v1/alerts/al_a/close", data=data, headers=headers) as answer:
            assert (answer.status, await answer.json()) == (400, problem(400, "the body is no JSON"))
    assert (await api.life.state()).alert.status == "open"


# --- walls -----------------------------------------------------------------------------------------------------


async def test_a_desks_token_sees_and_answers_its_desk_alone(api: Api) -> None:
    await api.life.put(state("al_a", desk="ai", title="Planted name"))
    await api.life.put(state("al_b", desk="energy"))
    await api.life.put(state("al_c"))
    assert sorted(await api.ids()) == ["al_a", "al_b", "al_c"]
    assert await api.ids(token="ai") == ["al_a"]
    assert await api.ids(token="energy") == ["al_b"]
    for path in ("/v1/alerts/al_a", "/v1/alerts/al_c"):
        status, said = await api.ask("GET", path, token="energy")
        assert (status, said) == (404, problem(404, "there is no such alert"))
    assert (await api.ask("POST", "/v1/alerts/al_a/close", token="energy"))[0] == 404
    assert (await api.life.state("al_a")).alert.status == "open"
    assert (await api.ask("POST", "/v1/alerts/al_a/close", {"who": "jd"}, token="ai"))[0] == 200
    (record,) = await api.life.journal("answer")
    assert (record.data["who"], record.data["via"]) == ("jd (ai-bot)", "api")


async def test_a_desks_token_opens_nothing_else(api: Api) -> None:
    assert (await api.ask("GET", "/v1/status", token="ai"))[0] == 403
    for path in ("/v1/alertsx", "/v1/push/wire", "/v1"):
        assert (await api.ask("GET", path, token="ai"))[0] == 401
    assert (await api.ask("GET", "/v1/alerts", token="CANARY-wrong-token"))[0] == 401


def test_two_tokens_or_names_that_are_the_same_are_refused() -> None:
    one = {"name": "bot", "desk": "ai", "token": TOKENS["ai"]}
    for settings_ in (
        {"tokens": [one, one | {"name": "other"}]},
        {"token": TOKENS["ai"], "tokens": [one]},
        {"tokens": [one, one | {"token": TOKENS["energy"]}]},
        {"tokens": [one | {"token": "short"}]},
    ):
        with pytest.raises(ValueError, match=r"same|at least 16"):
            WebConfig.model_validate(settings_)


# --- silences --------------------------------------------------------------------------------------------------

SILENCE = {"reason": "earnings call", "until": "2h", "portfolios": ["ai"]}


async def test_a_silence_is_made_listed_and_ended(api: Api) -> None:
    status, made = await api.ask("POST", "/v1/silences", SILENCE | {"who": "jd"})
    assert (status, made["author"], made["ends_at"]) == (201, "jd (api)", rfc3339(NOW + 2 * HOUR))
    assert [one["id"] for one in (await api.ask("GET", "/v1/silences"))[1]["silences"]] == [made["id"]]
    assert (await api.ask("POST", "/v1/silences", SILENCE | {"who": "jd"}))[1]["id"] == made["id"]
    assert (await api.ask("DELETE", f"/v1/silences/{made['id']}"))[0] == 200
    assert (await api.ask("GET", "/v1/silences"))[1] == {"silences": []}
    assert [record.reason for record in await api.life.journal("silence")] == ["added", "added", "ended"]


async def test_a_silence_may_come_again_each_week(api: Api) -> None:
    week: dict[str, Any] = {"days": ["fri"], "start": "16:00", "end": "18:00", "timezone": "Europe/London"}
    status, made = await api.ask("POST", "/v1/silences", SILENCE | {"until": "30d", "weekly": [week]})
    assert (status, made["weekly"]) == (201, [week | {"days": [4]}])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": ""}, "say why"),
        ({"until": "2020-01-01T00:00:00Z"}, "would be over before it begins"),
        ({"until": "500d"}, "at most"),
        ({"portfolios": []}, "name what is held back"),
        ({"everything": True}, "name what is held back"),
        ({"portfolios": ["a\nb"]}, "a name is printable"),
        ({"portfolio": ["ai"]}, "unknown field `portfolio`"),
        ({"weekly": [{"days": ["xyz"], "start": "16:00", "end": "18:00"}]}, "days are some of mon"),
        ({"weekly": [{"days": ["fri"], "start": "16:00", "end": "16:00"}]}, "begin and end at the same time"),
        ({"weekly": [{"days": ["fri"], "start": "16", "end": "18:00"}]}, "a time of day is written"),
        ({"weekly": [{"days": ["fri"], "start": "16:00", "end": "18:00", "timezone": "Mars"}]}, "no such time zone"),
    ],
)
async def test_a_silence_that_cannot_be_is_answered_in_words(api: Api, change: Any, words: str) -> None:
    status, said = await api.ask("POST", "/v1/silences", SILENCE | change)
    assert (status, words in said["detail"]) == (400, True), said


async def test_a_desks_token_makes_sees_and_ends_silences_of_its_desk_alone(api: Api) -> None:
    _, made = await api.ask("POST", "/v1/silences", SILENCE, token="ai")
    assert (made["desk"], made["all_desks"]) == ("ai", False)
    assert (await api.ask("GET", "/v1/silences", token="energy"))[1] == {"silences": []}
    assert (await api.ask("DELETE", f"/v1/silences/{made['id']}", token="energy"))[0] == 404
    assert (await api.ask("POST", "/v1/silences", SILENCE | {"desk": "ai"}, token="energy"))[0] == 400
    _, whole = await api.ask("POST", "/v1/silences", SILENCE | {"desk": "energy"})
    assert (whole["desk"], whole["all_desks"]) == ("energy", False)
    assert len((await api.ask("GET", "/v1/silences"))[1]["silences"]) == 2


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(who=st.text(max_size=300), note=st.text(max_size=2000))
async def test_whatever_strangers_write_is_taken_or_refused_in_words(api: Api, who: str, note: str) -> None:
    await api.life.put(state("al_x"))
    status, _ = await api.ask("POST", "/v1/alerts/al_x/acknowledge", {"who": who, "note": note})
    assert status in (200, 400)


# --- rights ----------------------------------------------------------------------------------------------------


async def test_what_rights_keep_from_a_desk_is_not_in_its_lists_its_alerts_or_its_answers(api: Api) -> None:
    await api.life.put(mixed())
    api.life.policies["ai-slack"] = SLACK
    for path in ("/v1/alerts", "/v1/alerts/al_a", "/alerts", "/alerts/al_a"):
        cookie = await signed_in(api, "ai")
        headers = {"Cookie": cookie} if not path.startswith("/v1") else {"Authorization": f"Bearer {TOKENS['ai']}"}
        async with api.client.get(path, headers=headers) as answer:
            text = await answer.text()
        assert (answer.status, TITLE in text, "CANARY" in text) == (200, True, False)
    assert await api.ids("?severity=critical", "ai") == []
    assert await api.ids("?severity=critical") == ["al_a"]
    status, said = await api.ask("POST", "/v1/alerts/al_a/acknowledge", token="ai")
    assert (status, said["title"], said["severity"]) == (200, TITLE, "high")
    api.life.policies["pm-mail"] = PM
    assert (await api.ask("GET", "/v1/alerts/al_a", token="ai"))[1]["title"] == SECRET


async def test_an_alert_that_rights_keep_from_a_desk_is_not_there_and_takes_no_answer(api: Api) -> None:
    whole = mixed()
    await api.life.put(replace(whole, alert=replace(whole.alert, matches=whole.alert.matches[1:])))
    await api.life.put(state("al_b", desk="ai", merged_into="al_a"))
    for way in (("GET", "/v1/alerts/al_a"), ("POST", "/v1/alerts/al_a/close"), ("POST", "/v1/alerts/al_b/close")):
        assert await api.ask(*way, token="ai") == (404, problem(404, "there is no such alert"))
    assert await api.ids("", "ai") == ["al_b"]
    assert (await api.life.state()).alert.status == "open"


@pytest.mark.parametrize(
    ("error", "event"),
    [(StoreUnavailable("away"), "web_unavailable"), (RuntimeError("wrong"), "web_failed"), (None, "web_refused")],
)
async def test_no_line_of_the_log_has_what_somebody_signs_in_with(
    api: Api, monkeypatch: pytest.MonkeyPatch, error: Exception | None, event: str
) -> None:
    def fails(*_: object) -> None:
        assert error is not None
        raise error

    monkeypatch.setattr("alertd.web.sessions.Sessions.read_code", fails)
    headers = {"Host": "evil.example.com"} if error is None else {}
    with capture_logs() as lines:
        async with api.client.get("/login/CANARY-code", headers=headers) as answer:
            assert answer.status in (421, 500, 503)
    assert [(line["event"], line["path"]) for line in lines] == [(event, "/login/")]
