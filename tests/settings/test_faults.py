"""What is wrong in alertd.yaml is told at once, each with line, column and what to do."""

from __future__ import annotations

import pytest

from tests.settings.conftest import FEED, Desk

HOOK = "https://hooks.slack.com/services/T0/B0/x"
ENV = {"HOOK": HOOK}
SLACK = 'type: slack, webhook_url: "${HOOK}"'


def feed(rest: str) -> str:
    return f'sources: [{{id: a, type: feed, url: "https://x.example", {rest}}}]\n'


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "the file is empty"),
        ("- a\n", "1:1: the file should be a mapping (`key: value`), not a list"),
        ("sorces: []\n", "1:1: unknown key `sorces` (did you mean `sources`?)"),
        ("web:\n", "1:1: `web` is empty; it should be a mapping (`key: value`)"),
        (f"sources:\n- {FEED}\n- {FEED}\n", "3:8: two sources have the id `prwire` (first in line 2)"),
        (f"receivers:\n- {{id: 7, {SLACK}}}\n- {{id: '7', {SLACK}}}\n", "3:8: two receivers have the id `7`"),
        (f"receivers: [{{id: ops, {SLACK}}}]\noperator: [opps]\n", "2:12: operator: there is no receiver `opps`"),
        (f"receivers: [{{id: 7, {SLACK}}}]\noperator: [7, 8]\n", "2:15: operator: there is no receiver `8`"),
        ("receivers: [{id: m, type: email, to: [a@example.com]}]\n", "1:27: an email receiver needs the mail relay"),
        ("sources: [{id: e, type: edgar, forms: [8-K]}]\n", "1:25: an edgar source needs a contact, which the SEC"),
        ("contact: ''\nsources: [{id: e, type: edgar, forms: [4]}]\n", "2:25: an edgar source needs a contact"),
        ("contact: a@b.c\nsources: [{id: e, type: edgar, forms: []}]\n", "2:39: `forms` is an empty list"),
        ("contact: a@b.c\nsources: [{id: e, type: edgar, forms: [8K]}]\n", "2:40: item 1 of `forms`: `8K` is"),
        ("contact: a@b.c\nsources: [{id: e, type: edgar}]\n", "2:11: `forms` is missing"),
        ("receivers: [{id: m, type: slak}]\n", "1:27: `type` cannot be `slak` (did you mean `slack`? one of: "),
        ("sources: [{id: m, tpye: feed}]\n", "1:11: `type` is missing (did you mean it by `tpye`?)"),
        (feed("").replace("x.example", "x[.example"), "1:36: `url`: a source's url starts with http:// or https://"),
        (feed("every: 0.5"), "1:64: `every`: an interval is between 1s and 24h, not 0.5"),
        (feed("every: {default: 60s, '06:55-09:35 America/New_Yrok': 5s}"), "1:64: `every`: 'America/New_Yrok'"),
        (feed("backlog: 24"), "1:66: `backlog` cannot be `24` (did you mean `24h`? one of: none, 24h, all)"),
        (feed("headers: {Host: x}"), "1:66: `headers`: the header Host is set by alertd itself"),
        (feed("kindd: news"), "1:57: unknown key `kindd` (did you mean `kind`?)"),
        ("redis: http://x\n", "1:8: `redis`: write `embedded`, or an address that starts with redis://"),
        ("redis: redis://host:66000\n", "1:8: `redis`: write `embedded`"),
        ("redis_maxmemory: 512\n", "1:18: `redis_maxmemory`: write megabytes or gigabytes, such as 512mb or 2gb"),
        ("contact: the desk (ops)\n", "1:10: `contact`: write a mail address and without parentheses or < >, with"),
        ("contact: the desk\n", "1:10: `contact`: write a mail address, with a name"),
        ("rules: ./rulez\n", "1:8: rules: there is no directory "),
        ("web: {bind: 8321}\n", "1:13: `bind`: write host:port, such as 127.0.0.1:8321"),
        ('web: {bind: "0.0.0.0:8321"}\n', "1:13: others can connect here, so a token and TLS or a trusted proxy"),
        ('web: {bind: "[::]:8321"}\n', "1:13: others can connect here"),
        ('web: {bind: "desk.example.com:80"}\n', "1:13: others can connect here"),
        ('web: {token: "${SHORT}"}\n', "1:14: `token`: a token has at least 16 characters"),
        ("log: {level: lod}\n", "1:14: `level` cannot be `lod` (one of: debug, info, warning, error)"),
        ("log: {level: Debug}\n", "1:14: `level` cannot be `Debug` (did you mean `debug`? one of: "),
        ("processes: {match: many}\n", "1:20: `match` should be a whole number or `auto`, not text"),
        ("processes: {match: 0}\n", "1:20: `match` should be at least 1"),
        ("journal_keep: 14\n", "1:15: `journal_keep`: a duration is a number with ms, s, m, h or d"),
        ("drain: 0s\n", "1:8: `drain` should be at least 1s"),
        ("receivers: [{id: a, type: console, group: 2h}]\n", "1:43: `group` should be at most 1h"),
        ("smtp: {host: h, port: x, from: a@example.com}\n", "1:23: `port` should be a whole number, not text"),
        ("smtp: {host: h}\n", "1:7: `from` is missing"),
        ("smtp: {host: h, from: a@example.com, tls: startls}\n", "1:43: `tls` cannot be `startls` (did you"),
    ],
)  # fmt: skip
def test_a_fault_has_its_place_and_its_remedy(desk: Desk, text: str, fault: str) -> None:
    [found] = desk.faults(text, {**ENV, "SHORT": "abc"})
    assert found.strip().startswith(fault)


@pytest.mark.parametrize("bind", ["127.0.0.1:0", "localhost:8321", "[::1]:8321", "127.8.9.1:80"])
def test_loopback_needs_no_token(desk: Desk, bind: str) -> None:
    assert desk.faults(f'web: {{bind: "{bind}"}}\n') == []


def test_a_token_opens_the_door_to_others(desk: Desk) -> None:
    env, digest = {"T": "x" * 16}, "0" * 64
    proxied = 'web: {bind: "0.0.0.0:8321", trusted_proxies: [10.0.0.7], '
    assert desk.faults(proxied + 'token: "${T}"}\n', env) == []
    assert desk.faults(proxied + f'token_sha256: "{digest}"}}\n') == []
    assert desk.faults('web: {bind: "0.0.0.0:8321", tls: {cert: a.pem, key: b.pem}, token: "${T}"}\n', env) == []
    (fault,) = desk.faults('web: {bind: "0.0.0.0:8321", token: "${T}"}\n', env)
    assert fault.startswith("1:13: others can connect here, so TLS or a trusted proxy is needed (set web.tls, or")
    (fault,) = desk.faults('web: {public: {bind: "0.0.0.0:8322", url: "https://a.example.com"}}\n')
    assert fault.startswith("1:22: others can connect here, so TLS or a trusted proxy is needed")
    assert "everybody is no proxy" in desk.faults("web: {trusted_proxies: [0.0.0.0/0]}\n")[0]


def test_missing_rules_are_told_even_when_the_file_does_not_name_them(desk: Desk) -> None:
    (desk.folder / "rules").rmdir()
    [found] = desk.faults("web: {}\n")
    assert found.startswith("1:1: rules: there is no directory ")
    assert found.endswith("(`alertd init` writes one to start from)")


def test_everything_wrong_is_told_at_once(desk: Desk) -> None:
    text = f"""\
redis: http://user:pass@x
rules: ./rulez
sources:
- {FEED}
- {FEED}
- {{id: B, type: fed}}
receivers:
- {{id: ops, type: slack, webhook_url: "${{NOPE}}"}}
- {{id: m, type: email, to: []}}
operator: [opps]
lgo: 1
"""
    found = desk.faults(text, {"ALERTD_LOG__LEVEL": "loud"})
    assert [f.split(": ")[0] for f in found] == [
        "1:8",
        "1:8",
        "2:8",
        "5:8",
        "6:17",
        "8:39",
        "9:17",
        "9:28",
        "10:12",
        "11:1",
        "ALERTD_LOG__LEVEL",
    ]
