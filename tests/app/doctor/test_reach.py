"""What the doctor says of hosts outside and of certificates: over real TLS, IMAP and SMTP."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from alertd.app.doctor.certificate import Validity, judge_own, judge_validity, own_certificate
from alertd.app.doctor.dates import judge_offsets, offsets
from alertd.app.doctor.hosts import Endpoint, endpoints
from alertd.app.doctor.reach import Reached, judge_reached, reach, reach_all
from alertd.net.address import AddressPolicy
from alertd.settings import Settings
from tests.support.http import Authority, FaultServer, answer, deaf_port, refused_port
from tests.support.smtp import FakeRelay
from tests.support.smtp import certificate as relay_certificate

DAY = 86_400.0
Stand = Callable[[ssl.SSLContext], FaultServer]
INSIDE = AddressPolicy(private=True)


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    """Give what starts servers that stay until the end: of a handshake that failed they tidy up in their own time."""
    with ExitStack() as stack:
        yield lambda tls: stack.enter_context(FaultServer(tls=tls))


def endpoint(port: int, **about: Any) -> Endpoint:
    plain = Endpoint("127.0.0.1", port, "https", "implicit", INSIDE, 30.0, asked_for="test")
    return replace(plain, **about)


# --- certificates ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days_left", "days_whole", "level"),
    [(60, 90, "ok"), (22, 90, "ok"), (20, 90, "warn"), (2, 90, "bad"), (-1, 90, "bad"),
     (4, 6, "ok"), (1.4, 6, "warn"), (0.5, 6, "bad")],
)  # fmt: skip
def test_a_certificate_is_told_by_what_is_left_of_it(days_left: float, days_whole: float, level: str) -> None:
    found = Validity(begins=(days_left - days_whole) * DAY, ends=days_left * DAY)
    assert judge_validity("tls", "it", found, 0.0, "renew").level == level


def own(folder: Path, **options: Any) -> tuple[Path, Path]:
    made = trustme.CA().issue_cert("alertd.example.com", **options)
    cert, key = folder / "cert.pem", folder / "key.pem"
    for i, blob in enumerate(made.cert_chain_pems):
        blob.write_to_path(str(cert), append=i > 0)
    made.private_key_pem.write_to_path(str(key))
    return cert, key


def test_our_own_certificate_is_read_also_when_it_has_ended(tmp_path: Path) -> None:
    ends = datetime(2021, 5, 1, tzinfo=UTC)
    cert, key = own(tmp_path, not_before=ends - timedelta(days=90), not_after=ends)
    assert own_certificate(cert, key).ends == ends.timestamp()
    said = judge_own(cert, key, ends.timestamp() + DAY)
    assert (said.level, said.says) == ("bad", "the certificate of the web interface ended on 2021-05-01")
    assert judge_own(cert, key, ends.timestamp() - 40 * DAY).level == "ok"


def test_a_key_of_another_certificate_or_none_is_bad(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    cert, _ = own(tmp_path)
    _, key = own(tmp_path / "other")
    assert judge_own(cert, key, 0.0).says.startswith("the certificate of the web interface cannot be used")
    assert judge_own(cert, tmp_path / "none.pem", 0.0).says.endswith("No such file or directory")


# --- hosts ----------------------------------------------------------------------------------------------------


async def test_a_host_that_is_trusted_is_reached_and_asked_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stand: Stand
) -> None:
    authority = Authority()
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file(tmp_path)))
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=50)
    server = stand(authority.server(not_after=ends))
    found = await reach(endpoint(server.port))
    await server.until(lambda: server.open == 0)
    assert server.requests == []
    assert (found.trouble, found.validity and found.validity.ends) == ("", ends.timestamp())
    (said,) = judge_reached([found], ends.timestamp() - 40 * DAY)
    where = f"127.0.0.1:{found.endpoint.port} (test)"
    assert said.says == (
        f"1 host is reached as it should be; the first certificate to end is that of {where}, in 40 days"
    )
    assert [one.level for one in judge_reached([found], ends.timestamp() - 9 * DAY)] == ["warn"]


async def test_one_whose_certificate_has_ended_is_bad(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stand: Stand
) -> None:
    authority = Authority()
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file(tmp_path)))
    ended = datetime.now(UTC) - timedelta(days=2)
    server = stand(authority.server(not_before=ended - timedelta(days=90), not_after=ended))
    found = await reach(endpoint(server.port))
    assert found.trouble == "its certificate has expired"
    assert [one.level for one in judge_reached([found], 0.0)] == ["bad"]


async def test_one_that_nobody_vouches_for_is_bad(stand: Stand) -> None:
    found = await reach(endpoint(stand(Authority().server()).port))
    assert found.trouble == "its certificate is signed by an unknown authority"


async def test_each_trouble_has_its_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, deaf_port() as deaf:
        closed = refused_port()
        found = await reach_all(
            [
                endpoint(closed, speaks="http", tls="none"),
                endpoint(443, host="no-such-host.invalid"),
                endpoint(taken.getsockname()[1], policy=AddressPolicy()),
                endpoint(deaf, timeout_s=0.2),
            ]
        )
    refused, unknown, forbidden, silent = (one.trouble for one in found)
    assert refused == "refuses connections"
    assert unknown.startswith("its name ")
    assert forbidden == "is a loopback address, set allow_private to permit it"
    assert silent == "does not answer in time"


async def test_the_mail_relay_is_reached_as_far_as_tls(tmp_path: Path) -> None:
    context, ca_file = relay_certificate(tmp_path)
    with FakeRelay(tls=context) as relay:
        smtp = {"host": "localhost", "port": relay.port, "from": "alertd@example.com", "ca_file": ca_file}
        mail = {"type": "email", "id": "mail", "to": ["pm@example.com"]}
        settings = Settings.model_validate({"smtp": smtp, "receivers": [mail]})
        (found,) = await reach_all(endpoints(settings))
        assert (found.trouble, relay.mails) == ("", [])
        assert found.validity is not None and found.validity.ends > datetime.now(UTC).timestamp()
        (untrusted,) = await reach_all(
            endpoints(Settings.model_validate({"smtp": smtp | {"ca_file": None}, "receivers": [mail]}))
        )
    assert "certificate" in untrusted.trouble


def test_hosts_are_named_once_with_all_who_need_them_and_without_secrets() -> None:
    settings = Settings.model_validate(
        {
            "contact": "desk@example.com",
            "smtp": {"host": "mail.example.com", "from": "a@example.com"},
            "sources": [
                {"id": "one", "type": "feed", "url": "https://news.example.com/rss?key=hush"},
                {"id": "two", "type": "feed", "url": "https://news.example.com/other"},
                {"id": "sec", "type": "edgar", "forms": ["8-K"]},
                {"id": "inbox", "type": "push", "token": "0123456789abcdef0"},
            ],
            "receivers": [
                {"id": "desk", "type": "slack", "webhook_url": "https://hooks.slack.com/services/T/B/hush"},
                {"id": "pm", "type": "email", "to": ["pm@example.com"]},
                {"id": "out", "type": "console"},
            ],
            "heartbeat": {"url": "https://hc.example.com:8443/hush"},
        }
    )
    found = endpoints(settings)
    assert [(one.host, one.port, one.asked_for) for one in found] == [
        ("news.example.com", 443, "source one, source two"),
        ("www.sec.gov", 443, "source sec"),
        ("hooks.slack.com", 443, "receiver desk"),
        ("mail.example.com", 587, "mail relay"),
        ("hc.example.com", 8443, "heartbeat"),
    ]
    told = judge_reached([Reached(one, "is away") for one in found], 0.0)
    assert not any("hush" in one.says for one in told)


# --- what time it is there ------------------------------------------------------------------------------------


async def test_the_sources_hosts_say_what_time_it_is() -> None:
    late = (datetime.now(UTC) + timedelta(minutes=5)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    with FaultServer() as server:
        server.script("/", answer(b"", headers={"Date": late}, status=404))
        (off,) = await offsets([endpoint(server.port, speaks="http", tls="none", source=True)], "alertd/test")
        none = await offsets([endpoint(server.port, speaks="http", tls="none")], "alertd/test")
        (asked,) = server.requests
    assert (asked.method, asked.path, asked.headers["user-agent"]) == ("HEAD", "/", "alertd/test")
    assert abs(off - 300) < 60
    assert none == [], "receivers are not asked"


@pytest.mark.parametrize(
    ("found", "level"), [([], "ok"), ([1.0, -2.0, 400.0], "ok"), ([400.0, 390.0, 0.0], "bad"), ([-9.0], "bad")]
)
def test_one_host_whose_clock_is_wrong_says_nothing_of_ours(found: list[float], level: str) -> None:
    assert judge_offsets(found).level == level


def test_nothing_waits_for_ever() -> None:
    assert asyncio.run(reach_all([])) == []
