"""Pages of articles as publishers have them, with menus, footers and scripts around the words."""

from __future__ import annotations

from html import escape

ARTICLE = (
    "Vega Grid Inc. said on Monday that it will lease its Orion supercomputer to Lumen Labs for $1.2 billion a year.",
    "The lease runs for seven years, the companies said, and Vega Grid keeps a right to reclaim the machine.",
    "Analysts had expected a smaller figure, and the shares of both companies rose in early trading in New York.",
    "Lumen Labs will use the machine to train its next models, its chief executive told reporters after the signing.",
)


def article_page(*paragraphs: str, head: str = "") -> str:
    """Write a page with an article of these paragraphs, else of ARTICLE."""
    said = "".join(f"<p>{escape(text)}</p>" for text in paragraphs or ARTICLE)
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>Vega Grid leases Orion - The Wire</title>{head}"
        "<script>var tracking = 'pixels';</script><style>p {color: red}</style></head><body>"
        "<nav><ul><li><a href='/'>Home</a></li><li><a href='/markets'>Markets</a></li></ul></nav>"
        f"<article><h1>Vega Grid leases Orion</h1>{said}</article>"
        "<aside><h2>Read more</h2><a href='/1'>Another story of today</a></aside>"
        "<footer><p>Subscribe to our newsletter</p><p>All rights reserved</p></footer></body></html>"
    )
