"""The frame of a mail's page: one card in the middle, laid out alike on a phone and in the dark. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from alertd.base.html import Html, document, element, joined, style_sheet

_FONT = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"


def framed(subject: str, inside: Html, *, sheet: str, card: str, before: Sequence[Html] = ()) -> str:
    """Write the page. `inside` is the card's only cell, `card` its style; `before` stands in front of all."""
    table = element(
        "table",
        element("tr", inside),
        role="presentation",
        width="100%",
        cellspacing="0",
        cellpadding="0",
        class_="card",
        style=card,
    )
    outer = element("td", table, align="center", style="padding:12px 8px")
    body = element(
        "body",
        *before,
        element("table", element("tr", outer), role="presentation", width="100%", cellspacing="0", cellpadding="0"),
        class_="bg",
        style=f"margin:0;padding:0;background:#eef0f3;font-family:{_FONT};font-size:15px;line-height:22px",
    )
    return document(_head(subject, sheet), body)


def _head(subject: str, sheet: str) -> Html:
    return joined(
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="supported-color-schemes", content="light dark"),
        element("title", subject),
        style_sheet(sheet),
    )
