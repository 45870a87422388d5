"""Filings of invented companies as EDGAR keeps them: the index page and the documents, by their paths.

site.files |= filing(1, "8-K", ("8-K", "vega8k.htm", EIGHT_K), ("EX-99.1", "release.htm", RELEASE))
"""

from __future__ import annotations

from tests.sources.edgar_pages import number

CIK = 9_990_001
EIGHT_K = """<html><body><p>UNITED STATES<br>SECURITIES AND EXCHANGE COMMISSION</p><p>FORM 8-K</p>
<p>Item 1.01 Entry into a Material Definitive Agreement.</p>
<p>On January 12, 2026, Vega Grid Inc. agreed to lease its Orion supercomputer to Lumen Labs for $1.2 billion a
year.</p>
<p>Vega Grid keeps a right to reclaim the machine.</p>
<p>Item 9.01 Financial Statements and Exhibits.</p><p>99.1 Press release</p>
<p>SIGNATURES</p><p>Pursuant to the requirements of the Securities Exchange Act of 1934, the registrant has caused
this to be signed.</p><p>By: /s/ Jane Doe</p></body></html>"""
RELEASE = """<html><body><p>Vega Grid leases Orion to Lumen Labs</p>
<p>SPRINGFIELD, January 12, 2026: Vega Grid Inc. said that the lease runs for seven years.</p></body></html>"""


def folder(n: int = 1, cik: int = CIK) -> str:
    """Give the folder of a filing."""
    return f"/Archives/edgar/data/{cik}/{number(n).replace('-', '')}"


def index_path(n: int = 1, cik: int = CIK) -> str:
    """Give where the index page of a filing is, as EDGAR's feed links it."""
    return f"{folder(n, cik)}/{number(n)}-index.htm"


def index(n: int, *documents: tuple[str, str, int], cik: int = CIK) -> bytes:
    """Write an index page; of each document its type, its name below the folder and its size."""
    rows = "".join(
        f'<tr><td scope="row">{place}</td><td scope="row">{kind}</td>'
        f'<td scope="row"><a href="{folder(n, cik)}/{name}">{name.rpartition("/")[2]}</a></td>'
        f'<td scope="row">{kind}</td><td scope="row">{size or "&nbsp;"}</td></tr>'
        for place, (kind, name, size) in enumerate(documents, 1)
    )
    whole = f'<a href="{folder(n, cik)}/{number(n)}.txt">{number(n)}.txt</a>'
    return (
        '<html><body><table class="tableFile" summary="Document Format Files">'
        "<tr><th>Seq</th><th>Description</th><th>Document</th><th>Type</th><th>Size</th></tr>"
        f"{rows}<tr><td>&nbsp;</td><td>Complete submission text file</td><td>{whole}</td><td>&nbsp;</td>"
        "<td>312000000</td></tr></table></body></html>"
    ).encode()


def filing(n: int, *documents: tuple[str, str, str | bytes], cik: int = CIK) -> dict[str, bytes]:
    """Give the files of a filing by their paths; of each document its type, its name and what is in it."""
    raw = [(kind, name, body.encode() if isinstance(body, str) else body) for kind, name, body in documents]
    listed = [(kind, name, len(body)) for kind, name, body in raw]
    files = {f"{folder(n, cik)}/{name}": body for _, name, body in raw}
    return files | {index_path(n, cik): index(n, *listed, cik=cik)}
