"""Where the next page of a list begins, as it stands in an address: the moment and the id behind which it goes on.

It is nobody's secret and no promise: with other choices it still names a place in time.
"""

from __future__ import annotations

import base64
import binascii

import msgspec

from alertd.base.ids import usable_id
from alertd.web.problems import Refusal

LONGEST = 200
_MOST_MS = 1 << 53


def written(place: tuple[int, str]) -> str:
    """Write a place."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read(text: str) -> tuple[int, str]:
    """Read a place. Raises Refusal."""
    try:
        if len(text) > LONGEST:
            raise ValueError("too long")
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        at, name = msgspec.json.decode(data, type=tuple[int, str])
    except (binascii.Error, ValueError) as error:
        raise Refusal(400, _BROKEN) from error
    if not (0 <= at < _MOST_MS and usable_id(name)):
        raise Refusal(400, _BROKEN)
    return at, name


_BROKEN = "this cursor is none of ours: take `next` as it was given, or leave it out to begin anew"
