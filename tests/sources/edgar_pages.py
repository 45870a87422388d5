"""Pages in the shape of EDGAR's feeds, about companies that do not exist."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from alertd.base.clock import parse_rfc3339
from alertd.model import Event, ParsedFeed, event_from_json
from alertd.sources.edgar import parse_page
from alertd.sources.events import SourceFacts

SEEN = parse_rfc3339("2026-01-12T12:42:00-05:00")
BASE = "https://www.sec.gov/cgi-bin/browse-edgar"
FACTS = SourceFacts(id="edgar", kind="filing", trust="high", language="en")
ACCEPTED = "2026-01-12T12:41:56-05:00"
RESULTS = ("2.02", "Results of Operations and Financial Condition")
AGREEMENT = ("1.01", "Entry into a Material Definitive Agreement")
EXHIBITS = ("9.01", "Financial Statements and Exhibits")


def number(n: int) -> str:
    return f"0009990001-26-{n:06d}"


def entry(
    n: int = 1,
    name: str = "Vega Grid Inc.",
    *,
    form: str = "8-K",
    cik: int = 9_990_001,
    role: str = "Filer",
    items: tuple[tuple[str, str], ...] = (),
    filed: str = "2026-01-12",
    accepted: str = ACCEPTED,
    guid: str | None = None,
    film: bool = False,
) -> str:
    folder = number(n).replace("-", "")
    link = f"https://www.sec.gov/Archives/edgar/data/{cik}/{folder}/{number(n)}-index.htm"
    said = "<b>Film#:</b> 26511234  " if film else " "
    said += f"<b>Filed:</b> {filed} <b>AccNo:</b> {number(n)} <b>Size:</b> 24 KB\n"
    said += "".join(f"<br>Item {code}: {what}\n" for code, what in items)
    named = f"urn:tag:sec.gov,2008:accession-number={number(n)}" if guid is None else guid
    return (
        f"<entry>\n<title>{form} - {escape(name)} ({cik:010d}) ({role})</title>\n"
        f'<link rel="alternate" type="text/html" href="{link}"/>\n'
        f'<summary type="html">\n{escape(said)}</summary>\n<updated>{accepted}</updated>\n'
        f'<category scheme="https://www.sec.gov/" label="form type" term="{form}"/>\n<id>{named}</id>\n</entry>\n'
    )


def page(*entries: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        "<title>Latest Filings - Mon, 12 Jan 2026 12:42:00 EST</title>\n"
        '<link rel="self" href="/cgi-bin/browse-edgar?action=getcurrent"/>\n'
        "<id>https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent</id>\n"
        f"<updated>2026-01-12T12:42:00-05:00</updated>\n{''.join(entries)}</feed>\n"
    ).encode("iso-8859-1")


COMPANY = """<?xml version="1.0" encoding="ISO-8859-1" ?>
  <feed xmlns="http://www.w3.org/2005/Atom">
    <author><name>Webmaster</name></author>
    <company-info>
      <addresses><address type="mailing"><city>Springfield</city></address></addresses>
      <cik>0009990001</cik>
      <conformed-name>VEGA GRID INC.</conformed-name>
    </company-info>
    <entry>
      <category label="form type" scheme="http://www.sec.gov/" term="8-K" />
      <content type="text/xml">
        <accession-nunber>0009990001-26-000001</accession-nunber>
        <filing-date>2026-01-12</filing-date>
        <filing-href>http://www.sec.gov/Archives/edgar/data/9990001/000999000126000001/0009990001-26-000001-index.htm</filing-href>
        <filing-type>8-K</filing-type>
        <form-name>Current report</form-name>
        <items-desc>items 2.02 and 9.01</items-desc>
        <size>1 MB</size>
      </content>
      <title>8-K  - Current report</title>
      <updated>2026-01-12T12:41:56-05:00</updated>
    </entry>
  </feed>
"""


def parse(body: bytes, seen: int = SEEN, **facts: Any) -> ParsedFeed:
    source = SourceFacts(id="edgar", kind="filing", trust="high", language="en", **facts)
    return parse_page(body, "application/atom+xml", BASE, source, seen, "Mon, 12 Jan 2026 17:42:00 GMT")


def events(parsed: ParsedFeed) -> list[Event]:
    return [event_from_json(bytes(candidate.event)) for candidate in parsed.candidates]


def only(*entries: str, **facts: Any) -> Event:
    (event,) = events(parse(page(*entries), **facts))
    return event
