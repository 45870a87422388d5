"""HTML -> plain text, and text made safe: what is left has no markup and nothing invisible.

Simple tags are taken out by expressions, because that is ten times faster than a parser and most feeds hold nothing
else: blocks become line breaks, so that words of neighbouring cells do not run together. What is not simple (a `>` in
an attribute, half a tag) goes through nh3, a real HTML parser; its time grows with the square of the nesting, so it
is spared more than 500 leftovers. Plain text is no promise of harmlessness: whoever writes it into Slack, HTML or a
header still escapes it.
"""

from __future__ import annotations

import html
import re

import nh3

MAX_MARKUP = 1 << 20
"""Characters of HTML that are looked at."""
MAX_TITLE = 500
"""Characters of a title."""
MAX_BODY = 256 << 10
"""Bytes of UTF-8 of a body."""

_BLOCK_NAMES = """
    address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav noscript ol optgroup option p pre
    section select summary table tbody td tfoot th thead title tr ul
"""
_INLINE_NAMES = """
    a abbr acronym applet area audio b base basefont bdi bdo bgsound big blink button canvas cite code col colgroup
    data datalist del dfn em embed font frame frameset g i iframe image img input ins kbd keygen label link map mark
    marquee math meta meter nobr noembed object output param path picture progress q rb rp rt rtc ruby s samp script
    slot small source span strike strong style sub sup svg template textarea time track tt u use var video wbr
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_INLINE = frozenset(_INLINE_NAMES.split())
_DROPPED = "script|style|template|object|applet|svg|math|iframe|noembed"
"""Elements whose text is not for people."""

_TAG = re.compile(
    r"""<(?:/?([A-Za-z][\w:.-]*)(\s(?:[^<>"']|"[^"<>]*"|'[^'<>]*')*)?/?|!doctype[^<>]*|\?[^<>]*)>""", re.IGNORECASE
)
_NOT_A_TAG = re.compile(r"<(?!/?[A-Za-z][\w-]*(?:[\s/>\"'=]|$))")
_ANY_TAG = re.compile(r"<[^<>]*>?")
_DROPPED_TAG = re.compile(rf"<({_DROPPED})\b[^<>]*>|<!--|<!\[CDATA\[", re.IGNORECASE)
_HTML_HINT = re.compile(
    r"</[a-z][a-z0-9]*\s*>|<[a-z][a-z0-9]*\s[^<>]*=|<(?:br|p|hr|li|img)\s*/?>|<!--|&[a-z]{2,8};|&#", re.IGNORECASE
)
_LEFTOVERS = 500
_CLEANER = nh3.Cleaner(tags=set(_BLOCKS) - {"title", "head", "body", "html"}, attributes={}, link_rel=None)

_SPACES = re.compile(r"[ \t\f\v\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_ANY_SPACE = re.compile(r"\s+")
_BREAKS = re.compile(r" ?(?:\r\n|[\n\r\u0085\u2028\u2029])[\s]*")
_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff"  # zero width, direction, tags
    "\ud800-\udfff]"  # halves of characters
    # Joiners shape Persian, Indic scripts and emoji; between other letters they only hide words.
    "|(?<![\u0600-\u1fff\u2190-\u2bff\u3030\ufe0f\U0001f000-\U0001ffff])[\u200c\u200d]"
    "|[\u200c\u200d](?![\u0600-\u1fff\u2190-\u2bff\U0001f000-\U0001ffff])"
)


def scrub(text: str) -> str:
    """Take out control, zero-width and direction characters and lone surrogates; whole surrogate pairs are joined."""
    if text.isascii() and text.isprintable():
        return text
    text = _PAIR.sub(lambda m: chr(0x10000 + ((ord(m[1]) - 0xD800) << 10) + ord(m[2]) - 0xDC00), text)
    return _INVISIBLE.sub("", text)


def plain_text(markup: str, *, literal: bool = False) -> str:
    """Make plain text with a line for each block. `literal` says that the source promised text without markup.

    A source that breaks this promise visibly (closing tags, attributes, entities) is read as HTML all the same.
    """
    markup = markup[:MAX_MARKUP]
    text = markup if literal and not _HTML_HINT.search(markup) else _from_html(markup)
    text = _BREAKS.sub("\n", _SPACES.sub(" ", scrub(text)))
    return text.strip()


def plain_line(markup: str, *, literal: bool = False) -> str:
    """Make plain text of a single line: for titles, names, categories."""
    return _ANY_SPACE.sub(" ", plain_text(markup, literal=literal))


def cut_title(title: str, limit: int = MAX_TITLE) -> str:
    """Cut a line to a number of characters, at a word where there is one."""
    if len(title) <= limit:
        return title
    head = title[: limit - 1]
    space = head.rfind(" ", limit // 2)
    return (head[:space] if space > 0 else head).rstrip() + "…"


def quoted(text: str, limit: int = 200) -> str:
    """Make what a stranger wrote fit to be quoted in a sentence: a printable line of at most so many characters."""
    line = cut_title(plain_line(text[: 4 * limit], literal=True), limit)
    # A code point that Unicode has not assigned is none that is invisible, and none that can be printed either.
    return line if line.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in line)


def html_title(page: str) -> str:
    """Give the title that stands near the beginning of an HTML page; empty if none does."""
    found = _HTML_TITLE.search(page[:20_000])
    return html.unescape(found[1]) if found else ""


def cut_body(body: str) -> tuple[str, bool]:
    """Cut a text to 256 KiB of UTF-8; say whether something was cut."""
    raw = body.encode()
    if len(raw) <= MAX_BODY:
        return body, False
    return raw[:MAX_BODY].decode("utf-8", "ignore").rstrip(), True


_HTML_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{1,300})", re.IGNORECASE)
_SENTENCE = re.compile(r"(.{20,}?[.!?。！？])(?:\s|$)|(.+)", re.DOTALL)


def first_sentence(text: str, limit: int = 160) -> str:
    """Give the first sentence of a text as a title for what has none."""
    line = text.lstrip().split("\n", 1)[0][:2_000]
    found = _SENTENCE.match(line)
    return cut_title(found[0].strip(), limit) if found else ""


def _from_html(markup: str) -> str:
    if "<" in markup:
        text = _TAG.sub(_replace_tag, _ANY_SPACE.sub(" ", _without_dropped(markup)))
        leftovers = text.count("<")
        if leftovers > _LEFTOVERS:
            text = _ANY_TAG.sub(" ", text)
        elif leftovers:
            text = _ANY_TAG.sub("\n", _CLEANER.clean(_NOT_A_TAG.sub("&lt;", text)))
    else:
        text = _ANY_SPACE.sub(" ", markup)
    return html.unescape(text) if "&" in text else text


def _replace_tag(found: re.Match[str]) -> str:
    """Give what stands for a tag: a line break, nothing, or, for what only looks like one (`Vec<String>`), itself."""
    name = (found[1] or "").lower()
    if name in _BLOCKS:
        return "\n"
    if not name or name in _INLINE or ":" in name or "-" in name or "=" in (found[2] or ""):
        return ""
    return "&lt;" + found[0][1:]


def _without_dropped(markup: str) -> str:
    """Take out comments and the elements whose text is not for people. One pass, whatever is left open."""
    pieces: list[str] = []
    lower = markup.lower()
    absent: set[str] = set()
    position = 0
    while found := _DROPPED_TAG.search(markup, position):
        pieces.append(markup[position : found.start()])
        closing = "-->" if found[0] == "<!--" else "]]>" if found[1] is None else f"</{found[1].lower()}"
        end = -1 if closing in absent else lower.find(closing, found.end())
        if closing == "]]>":
            pieces.append(markup[found.end() : end if end >= 0 else found.end()])
        if end < 0:
            if found[1] and found[1].lower() in ("script", "style"):
                return "".join(pieces)  # cut off inside: browsers see nothing of the rest either
            absent.add(closing)  # once is enough to know: a flood of openings must not search the text each time
            position = found.end()
            continue
        position = end + len(closing)
        if closing.startswith("</"):
            position = _after_tag(markup, position)
    pieces.append(markup[position:])
    return "".join(pieces)


def _after_tag(markup: str, position: int) -> int:
    end = markup.find(">", position, position + 64)
    return position if end < 0 else end + 1
