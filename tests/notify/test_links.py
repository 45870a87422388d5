"""The links by which mail is answered: what they say, and what is no link of ours."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from alertd.base.secrets import Secret
from alertd.model import Message
from alertd.net.client import HttpClient
from alertd.notify.email import EmailConfig, EmailNotifier
from alertd.notify.email_form import Mail
from alertd.notify.links import MAX_TOKEN, Asked, LinkExpiredError, LinkInvalidError, Links
from alertd.notify.protocol import NotifierDeps
from alertd.notify.smtp import SmtpConfig
from tests.notify.cases import NOW, alert, message
from tests.notify.digests import brief, digest, item

DAY = 86_400_000
KEY = Secret("k" * 40)
LINKS = Links("https://alerts.example.com", KEY, 7 * 86400.0)
ALERT = "al_" + "a" * 26


def token(url: str) -> str:
    return url.rpartition("/a/")[2]


def test_a_link_says_what_is_answered_about_which_alert_for_whom() -> None:
    url = LINKS.link("snooze", ALERT, "pm-mail", NOW)
    assert url.startswith("https://alerts.example.com/a/") and len(token(url)) < MAX_TOKEN / 2
    assert LINKS.read(token(url), NOW) == Asked(kind="snooze", alert=ALERT, receiver="pm-mail")


def test_a_link_is_good_until_its_end() -> None:
    given_token = token(LINKS.link("useful", ALERT, "pm-mail", NOW))
    assert LINKS.read(given_token, NOW + 7 * DAY - 1).alert == ALERT
    assert LINKS.until(NOW) == NOW // 1000 * 1000 + 7 * DAY
    with pytest.raises(LinkExpiredError):
        LINKS.read(given_token, NOW + 7 * DAY)


def test_another_key_makes_other_links() -> None:
    other = Links(LINKS.url, Secret("other" * 8), LINKS.expire_s)
    with pytest.raises(LinkInvalidError):
        LINKS.read(token(other.link("useful", ALERT, "pm-mail", NOW)), NOW)


def test_one_character_more_or_less_or_another_is_refused() -> None:
    good = token(LINKS.link("useful", ALERT, "pm-mail", NOW))
    for place in range(len(good)):
        for bad in (good[:place], good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]):
            try:
                assert LINKS.read(bad, NOW) == LINKS.read(good, NOW)  # the last character has bits that say nothing
                assert place == len(good) - 1
            except LinkInvalidError:
                pass


@given(st.text(max_size=600))
def test_anything_else_is_no_link(text: str) -> None:
    with pytest.raises(LinkInvalidError):
        LINKS.read(text, NOW)


@pytest.mark.parametrize(
    "said",
    [
        ["close", ALERT, "pm-mail", 9e9],
        ["delete", ALERT, "pm-mail", 2_000_000_000],
        ["useful", ALERT, "pm-mail"],
        {"kind": "useful"},
        "useful",
        None,
    ],
)
def test_what_we_signed_for_another_purpose_is_no_link(said: object) -> None:
    signer = LINKS._signer()
    with pytest.raises(LinkInvalidError):
        LINKS.read(str(signer.dumps(said)), NOW)
    elsewhere = URLSafeSerializer(KEY.reveal(), salt="elsewhere")
    with pytest.raises(LinkInvalidError):
        LINKS.read(str(elsewhere.dumps(["useful", ALERT, "pm-mail", 2_000_000_000])), NOW)


def test_a_bomb_that_nobody_signed_is_not_unpacked() -> None:
    with pytest.raises(LinkInvalidError):
        LINKS.read("." + "eJ" * 10_000_000, NOW)


# --- in mails -----------------------------------------------------------------------------------------------


def rendered(said: Message, by: Links | None = LINKS, **changes: object) -> Mail:
    smtp = SmtpConfig.model_validate({"host": "mail.example.com", "from": "alertd@desk.example"})
    config = EmailConfig.model_validate({"id": "pm-mail", "to": ["PM <pm@example.com>"], **changes})
    deps = NotifierDeps(http=HttpClient("unused"), smtp=smtp, clock=lambda: NOW, links=by)
    return msgspec.json.decode(EmailNotifier(config, deps).render(said), type=Mail)


def test_an_open_alert_can_be_acknowledged_snoozed_and_judged() -> None:
    mail = rendered(message())
    assert [one.label for one in mail.buttons] == ["Acknowledge", "Snooze 4 h", "Useful", "Noise"]
    assert LINKS.read(token(mail.buttons[0].url), NOW).receiver == "pm-mail"
    assert mail.small == [
        "Whoever has this mail can answer with its links until 19 Jan 07:42 EST, as pm@example.com."
    ]


def test_an_alert_that_is_answered_can_still_be_judged() -> None:
    mail = rendered(message(type="alert.acknowledged", alert=alert(status="acknowledged")))
    assert [one.label for one in mail.buttons] == ["Useful", "Noise"]


def test_each_open_alert_of_a_brief_can_be_acknowledged() -> None:
    second = "al_" + "b" * 26
    mail = rendered(brief(digest(items=[item(), item(alert=second, status="acknowledged")])))
    assert list(mail.item_links) == [ALERT] and mail.buttons == []
    assert LINKS.read(token(mail.item_links[ALERT]), NOW).kind == "acknowledge"


def test_several_readers_are_one_of_them() -> None:
    assert rendered(message(), cc=["risk@example.com"]).small[0].endswith(" as one of pm-mail.")


@pytest.mark.parametrize("case", ["no listener", "not wanted", "a test"])
def test_without_anybody_to_take_the_answer_there_are_no_links(case: str) -> None:
    said = message(type="test") if case == "a test" else message()
    mail = rendered(said, None if case == "no listener" else LINKS, links=case != "not wanted")
    assert mail.buttons == [] and mail.small == [] and mail.item_links == {}
