"""Forms as browsers post them, small ones."""

from __future__ import annotations

from urllib.parse import parse_qsl

from aiohttp import web

MAX_FORM = 8 * 1024
MAX_FIELDS = 20
TYPE = "application/x-www-form-urlencoded"


async def read_form(request: web.Request) -> dict[str, str] | None:
    """Give the fields of a form, of a name given twice the first; None for what is no small form."""
    if (
        request.content_type != TYPE
        or "Content-Encoding" in request.headers
        or (request.content_length or 0) > MAX_FORM
    ):
        return None
    body = b""
    while len(body) <= MAX_FORM and (chunk := await request.content.read(MAX_FORM + 1 - len(body))):
        body += chunk
    if len(body) > MAX_FORM:
        return None
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        return None
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    return fields
