"""Whose mail is taken: one sender, on the list, and truly the one who wrote it."""

from __future__ import annotations

import pytest

from alertd.sources.mail_headers import Header, read_header
from alertd.sources.mail_sender import Dkim, Policy, Refused, check_sender, kind_of, read_pattern, sender_of

SERVER = "mx.example.com"


def header(*lines: str) -> Header:
    return read_header("\r\n".join(lines).encode())


def policy(*senders: str, dkim: Dkim = "required", signed_by: tuple[str, ...] = ()) -> Policy:
    return Policy(senders or ("*@sec.gov",), SERVER, dkim, signed_by)


def said(result: str, sender: str = "alerts@sec.gov", *more: str) -> Header:
    return header(f"Authentication-Results: {SERVER}; {result}", *more, f"From: {sender}")


@pytest.mark.parametrize(
    ("written", "address", "name"),
    [
        ("alerts@sec.gov", "alerts@sec.gov", ""),
        ("<alerts@SEC.gov>", "alerts@sec.gov", ""),
        ('"U.S. SEC" <alerts@sec.gov>', "alerts@sec.gov", "U.S. SEC"),
        ("SEC (the (real) one) <alerts@sec.gov>", "alerts@sec.gov", "SEC"),
        ("=?utf-8?Q?B=C3=B6rse?= <a@exchange.example>", "a@exchange.example", "Börse"),
        # The display name says nothing about who it is.
        ('"alerts@sec.gov" <x@evil.example>', "x@evil.example", ""),
        ("alerts@sec.gov <x@evil.example>", "x@evil.example", ""),
        ('"alerts@sec.gov <alerts@sec.gov>" <x@evil.example>', "x@evil.example", ""),
        ("=?utf-8?Q?alerts=40sec.gov_=3Calerts=40sec.gov=3E?= <x@evil.example>", "x@evil.example", ""),
        ("(alerts@sec.gov) x@evil.example", "x@evil.example", ""),
        # Look-alike letters are another domain, and are shown as one.
        ("alerts@ѕec.gov", "alerts@xn--ec-doc.gov", ""),
        ("alerts@ｓｅｃ.gov", "alerts@sec.gov", ""),
    ],
)
def test_the_sender_is_the_one_address(written: str, address: str, name: str) -> None:
    sender = sender_of(header(f"From: {written}"))
    assert (sender.address, sender.name) == (address, name)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((), "no From field"),
        (("From: a@sec.gov", "From: b@sec.gov"), "several From fields"),
        (("from: a@sec.gov", "FROM: b@sec.gov"), "several From fields"),
        (("From: a@sec.gov, b@evil.example",), "not one address"),
        (("From: A <a@sec.gov>, B <b@evil.example>",), "not one address"),
        (("From: a@sec.gov;b@evil.example",), "not one address"),
        (("From: a@sec.gov <b@evil.example> c",), "not one address"),
        (("From: <a@sec.gov> <b@evil.example>",), "not one address"),
        (("From: undisclosed: a@sec.gov;",), "not one address"),
        (("From: <@relay.example:a@sec.gov>",), "no address"),
        (("From: a@sec.gov@evil.example",), "no address"),
        (("From: a@evil.example\x00@sec.gov",), "no address"),
        (("From: a@",), "no address"),
        (("From: @sec.gov",), "no address"),
        (("From: alerts",), "no address"),
        (("From: a@-sec.gov",), "no address"),
        (('From: "a b"@sec.gov',), "not one address"),
        (("From: " + "a" * 100_000,), "not one address"),
        (("From: " + '"\\' * 2_000,), "not one address"),
        (("From: " + "(" * 2_000,), "not one address"),
    ],
)
def test_what_is_not_one_address_is_refused(lines: tuple[str, ...], words: str) -> None:
    with pytest.raises(Refused, match=words) as caught:
        sender_of(header(*lines))
    assert caught.value.why == kind_of(str(caught.value)) == "forged"
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (
            "*@sec.gov",
            ["alerts@sec.gov", "Alerts@SEC.GOV"],
            ["a@x.sec.gov", "a@sec.gov.evil.example", "a@notsec.gov"],
        ),
        ("*@*.sec.gov", ["a@x.sec.gov", "a@x.y.sec.gov"], ["a@sec.gov", "a@xsec.gov"]),
        ("alerts@sec.gov", ["alerts@sec.gov", "ALERTS@sec.gov"], ["other@sec.gov", "alerts@sec.gov.uk"]),
        ("*@börse.example", ["a@xn--brse-5qa.example", "a@BÖRSE.example"], ["a@borse.example"]),
    ],
)
def test_addresses_on_the_list(pattern: str, good: list[str], bad: list[str]) -> None:
    listed = policy(read_pattern(pattern), dkim="off")
    for address in good:
        check_sender(header(f"From: {address}"), listed)
    for address in bad:
        with pytest.raises(Refused, match=r"sender not listed: .* is not in `from`"):
            check_sender(header(f"From: {address}"), listed)


@pytest.mark.parametrize(
    "pattern",
    ["", "*", "*@*", "sec.gov", "*@gov", "@sec.gov", "*@*.*", "al*@sec.gov", "a b@c.de", "*@sec..gov", "**@sec.gov",
     "a@b@c.de"],
)  # fmt: skip
def test_patterns_that_would_let_in_too_many_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="write an address"):
        read_pattern(pattern)


@pytest.mark.parametrize(
    "result",
    [
        "dkim=pass header.d=sec.gov",
        "dkim=pass (2048-bit; good) header.i=@sec.gov header.b=\"a;b\"",
        "spf=fail smtp.mailfrom=x.example; dkim=pass header.d=sec.gov",
        "dkim=fail header.d=other.example; dkim=pass header.d=mail.sec.gov",
        "dkim = pass (a comment; dkim=fail) header . d = sec.gov",
        "DKIM=PASS header.d=SEC.GOV",
        "dkim/1=pass header.d=sec.gov",
        "dkim=pass reason=\"good; dkim=fail\" header.d=sec.gov",
    ],
)  # fmt: skip
def test_a_good_signature_of_the_senders_domain_lets_a_mail_in(result: str) -> None:
    assert check_sender(said(result), policy()).address == "alerts@sec.gov"


@pytest.mark.parametrize(
    "result",
    [
        "none",
        "dkim=none",
        "dkim=fail header.d=sec.gov",
        "dkim=temperror header.d=sec.gov",
        "dkim=pass",
        "dkim=pass header.d=evil.example",
        "dkim=pass header.d=gov",
        "dkim=pass header.d=ec.gov",
        "dkim=pass header.d=sec.gov.evil.example",
        "dkim=pass header.d=xn--ec-doc.gov",
        "dkim=none (dkim=pass header.d=sec.gov)",
        "dkim=fail reason=\"; dkim=pass header.d=sec.gov\"",
        "spf=pass smtp.mailfrom=sec.gov; dmarc=pass header.from=sec.gov",
        "xdkim=pass header.d=sec.gov",
        "(" * 10_000,
        "\"\\" * 7_000,
        ";" * 15_000,
    ],
)  # fmt: skip
def test_without_one_it_is_forged(result: str) -> None:
    with pytest.raises(Refused, match=r"forged sender: alerts@sec\.gov") as caught:
        check_sender(said(result), policy())
    assert caught.value.why == "forged"


def test_whose_results_stand_there_instead_is_named() -> None:
    lines = ("Authentication-Results: mx.exmaple.com; dkim=pass header.d=sec.gov", "From: alerts@sec.gov")
    with pytest.raises(Refused, match=r"the topmost Authentication-Results is of mx\.exmaple\.com, not of `auth"):
        check_sender(header(*lines), policy())
    with pytest.raises(Refused, match=r"mx\.example\.com says nothing of who signed it$"):
        check_sender(header("From: alerts@sec.gov"), policy())


def test_only_the_topmost_word_of_our_own_server_counts() -> None:
    good = f"Authentication-Results: {SERVER}; dkim=pass header.d=sec.gov"
    bad = f"Authentication-Results: {SERVER} 1; dkim=none"
    stranger = "Authentication-Results: mx.evil.example; dkim=pass header.d=sec.gov"
    arc = f"ARC-Authentication-Results: i=1; {SERVER}; dkim=pass header.d=sec.gov"
    sender = "From: alerts@sec.gov"
    check_sender(header(stranger, good, bad, sender), policy())
    for lines in (
        (bad, good),
        (stranger,),
        (arc,),
        (f"Authentication-Results: {SERVER}.evil.example; dkim=pass",),
        (),
    ):
        with pytest.raises(Refused, match="forged sender"):
            check_sender(header(*lines, sender), policy())


def test_the_name_of_our_server_may_be_in_quotes_and_any_case() -> None:
    line = 'Authentication-Results: (ours) "MX.example.com" 1; dkim=pass header.d=sec.gov'
    check_sender(header(line, "From: alerts@sec.gov"), policy())


def test_a_mailing_service_may_be_named() -> None:
    service = said("dkim=pass header.d=lists.example.net")
    check_sender(service, policy(signed_by=("lists.example.net",)))
    with pytest.raises(Refused, match=r"not signed by sec\.gov: DKIM pass of lists\.example\.net"):
        check_sender(service, policy())


def test_where_a_signature_is_no_must_a_bad_one_is_refused_all_the_same() -> None:
    lax = policy(dkim="if_present")
    for lines in (("From: a@sec.gov",), (f"Authentication-Results: {SERVER}; dkim=none", "From: a@sec.gov")):
        check_sender(header(*lines), lax)
    for result in ("dkim=fail header.d=sec.gov", "dkim=pass header.d=evil.example"):
        with pytest.raises(Refused):
            check_sender(said(result), lax)


def test_what_a_stranger_wrote_is_shown_as_it_is() -> None:
    with pytest.raises(Refused, match=r"\\u202e") as caught:
        sender_of(header("From: \u202ea b"))
    assert str(caught.value).isascii()
