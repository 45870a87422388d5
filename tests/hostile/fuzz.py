"""Damaging good documents at random: what a fuzzer does, with hypothesis to shrink what it finds.

atheris, which is guided by coverage, cannot be installed for every Python that alertd runs on. hypothesis draws from
seeds that reach deep, damages them where it hurts, and makes small what fails. `make hostile ARGS="--fuzz 10m"` goes
on for long.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = "ALERTD_FUZZ_EXAMPLES"
"""How many examples of each target; without it a few."""
FEW = 60

fuzzed = settings(
    max_examples=int(os.environ.get(EXAMPLES, FEW)),
    derandomize=EXAMPLES not in os.environ,  # the same few in every run: what is new is looked for on purpose
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)

TOKENS = [
    b'\x00', b'\xff', b'\xed\xa0\x80', b'\xf4\x90\x80\x80', b'\xc0\xaf', b'\xef\xbb\xbf', b'\xff\xfe', b'\x1b[2J',
    b'\r\n', b'\r\n\r\n', b'\n', b'\t', b' ', b'\x0b', b'\x85', b'\xe2\x80\xa8', b'\xe2\x80\xae', b'\xc3\xa9',
    b'\xef\xbc\x91\xef\xbc\x92', b'\xf3\xa0\x81\x81', b'<', b'>', b'&', b'"', b"'", b']]>', b'<![CDATA[', b'<!--',
    b'-->', b'<?', b'<!DOCTYPE x [', b'&#xD800;', b'&#x110000;', b'&#0;', b'&lt;', b'&amp;amp;', b'</item>',
    b'<item>', b'</title>', b'<title>', b'<entry>', b'</entry>', b'</channel>', b'</rss>', b"<a href='", b'<br>',
    b'<script>', b"xmlns:a='b'", b'0', b'-1', b'9999999999999999999999999999999999999999', b'1e999', b'NaN',
    b'Infinity', b'0x7f', b'1/1/1', b'24:00', b'+99:99', b'10000-01-01', b'{', b'}', b'[', b']', b':', b',',
    b'null', b'true', b'\\ud800', b'\\u0000', b'${', b'$', b'{{', b'{%', b'*', b'?', b'..', b'/', b'//', b'\\',
    b'%', b'%00', b'%0d%0a', b'=?utf-8?q?', b'?=', b'--b', b'Content-Type: ', b';', b'|', b'<TEXT>', b'</TEXT>',
    b'<DOCUMENT>', b'<table>', b'<tr>', b'<td>', b'javascript:', b'http://[', b'@', b'<!channel>',
]  # fmt: skip
"""What has hurt parsers before, one at a time."""


@st.composite
def damaged(draw: st.DrawFn, seeds: Sequence[bytes], most: int = 8) -> bytes:
    """Take a good document and damage it in a few places."""
    body = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, most))):
        at = draw(st.integers(0, len(body)))
        end = min(len(body), at + draw(st.sampled_from([1, 2, 7, 40, 400])))
        match draw(st.integers(0, 6)):
            case 0 | 1:
                body = body[:at] + draw(st.sampled_from(TOKENS)) + body[at:]
            case 2:
                body = body[:at] + draw(st.binary(max_size=8)) + body[end:]
            case 3:
                body = body[:at] + body[end:]
            case 4:
                body = body[:at] + body[at:end] * draw(st.sampled_from([2, 3, 50])) + body[end:]
            case 5:
                other = draw(st.sampled_from(seeds))
                body = body[:at] + other[draw(st.integers(0, len(other))) :]
            case _:
                body = body[:at]
    return body[: 1 << 16]
