"""What stands around the part of a mail that a template wrote: notes before it, links behind it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from alertd.notify.email_html import Offers


def own_text(text: str, notes: Sequence[str], offers: Offers) -> str:
    """Put notes, links and small print round a text."""
    links = [f"{button.label}: {button.url}" for button in offers.buttons]
    blocks = ["\n".join(notes), text.strip("\n"), "\n".join(links), "\n".join(offers.small)]
    return "\n\n".join(_clean(block) for block in blocks if block) + "\n"


def own_html(html: str, notes: Sequence[str], offers: Offers) -> str:
    """Put notes, links and small print round a page, within its body if it has one."""
    before = "".join(f"<p><em>{escape(note)}</em></p>" for note in notes)
    links = " · ".join(f'<a href="{escape(one.url)}">{escape(one.label)}</a>' for one in offers.buttons)
    after = (f"<p>{links}</p>" if links else "") + "".join(f"<p><small>{escape(t)}</small></p>" for t in offers.small)
    page = _clean(html)
    start = page.find(">", begin) + 1 if (begin := page.lower().find("<body")) >= 0 else 0
    end = page.lower().rfind("</body>")
    end = end if end >= start else len(page)
    return page[:start] + before + page[start:end] + after + page[end:] + "\n"


def _clean(text: str) -> str:
    """Give a text that can be written as mail: no carriage returns, no lone surrogates, no NUL."""
    return text.replace("\r", "").replace("\0", "").encode("utf-8", "replace").decode()
