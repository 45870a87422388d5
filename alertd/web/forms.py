"""Forms as browsers post them, small ones."""

from __future__ import annotations

from urllib.parse import parse_qsl

from aiohttp import web

MAX_FORM = 8 * 1024
MAX_FIELDS = 20
TYPE = "application/x-www-form-urlencoded"


async def read_form(
    request: web.Request, most: int = MAX_FORM, most_fields: int = MAX_FIELDS
) -> dict[str, str] | None:
    """Give the fields of a form, of a name given twice the first; None for what is no form, or too large a one."""
    if request.content_type != TYPE or "Content-Encoding" in request.headers or (request.content_length or 0) > most:
        return None
    body = b""
    while len(body) <= most and (chunk := await request.content.read(most + 1 - len(body))):
        body += chunk
    if len(body) > most:
        return None
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=most_fields, errors="strict")
    except ValueError:
        return None
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    return fields
