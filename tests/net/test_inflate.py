"""Decoding in bounded pieces."""

import gzip
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.net.inflate import MEMBERS, PIECE, BodyDamaged, UnknownEncoding, make_decoder
from tests.support.http import compress


def decode(encoding: str, data: bytes, cuts: int = 1 << 30) -> bytes:
    decoder = make_decoder(encoding)
    pieces = [piece for at in range(0, len(data), cuts) for piece in decoder.feed(data[at : at + cuts])]
    decoder.finish()
    assert all(len(piece) <= PIECE for piece in pieces)
    return b"".join(pieces)


@given(st.binary(max_size=5000), st.sampled_from(["gzip", "deflate", "raw-deflate"]), st.integers(1, 700))
def test_what_was_compressed_comes_back_however_it_is_cut(body: bytes, encoding: str, cuts: int) -> None:
    assert decode(encoding.removeprefix("raw-"), compress(body, encoding), cuts) == body


@pytest.mark.parametrize("encoding", ["", "identity", "gzip", "deflate"])
def test_long_bodies_come_in_small_pieces(encoding: str) -> None:
    body = random.Random(7).randbytes(300_000) + bytes(3_000_000)
    data = compress(body, encoding) if encoding not in ("", "identity") else body
    assert decode(encoding, data) == body


def test_output_held_back_inside_zlib_is_not_lost() -> None:
    for extra in range(-3, 4):
        body = b"a" * (PIECE * 3 + extra)
        assert decode("gzip", gzip.compress(body, mtime=0), 1) == body


def test_several_gzip_members_are_one_body() -> None:
    data = gzip.compress(b"one ", mtime=0) + gzip.compress(b"", mtime=0) + gzip.compress(b"two", mtime=0)
    assert decode("x-gzip", data) == b"one two"
    assert decode("gzip", data, 1) == b"one two"


@pytest.mark.parametrize("tail", [b"\x00" * 600, b"\x00", b"trailing words"])
def test_padding_after_gzip_is_dropped(tail: bytes) -> None:
    assert decode("gzip", gzip.compress(b"body", mtime=0) + tail) == b"body"
    assert decode("gzip", gzip.compress(b"body", mtime=0) + tail, 1) == b"body"


def test_thousands_of_members_are_refused() -> None:
    with pytest.raises(BodyDamaged, match="more than 1024 members"):
        decode("gzip", gzip.compress(b"", mtime=0) * (MEMBERS + 1))


@pytest.mark.parametrize(
    "data", [gzip.compress(b"body" * 99, mtime=0)[:-9], b"\x1f", b"\x1f\x8b", gzip.compress(b"x", mtime=0)[:-1]]
)
def test_a_body_cut_off_is_damaged(data: bytes) -> None:
    with pytest.raises(BodyDamaged):
        decode("gzip", data)


def test_a_body_that_is_not_compressed_at_all_is_damaged() -> None:
    with pytest.raises(BodyDamaged):
        decode("gzip", b"<rss></rss>")
    with pytest.raises(BodyDamaged):
        decode("deflate", b"<rss></rss>")


def test_a_wrong_checksum_is_damage() -> None:
    data = bytearray(zlib.compress(b"body" * 50))
    data[-1] ^= 1
    with pytest.raises(BodyDamaged):
        decode("deflate", bytes(data))


def test_an_empty_body_is_empty_in_every_encoding() -> None:
    assert decode("gzip", b"") == decode("deflate", b"") == decode("", b"") == b""


@pytest.mark.parametrize("name", ["br", "zstd", "compress", "gzip, gzip", "gzip,deflate", "br\r\nX: 1", "é" * 500])
def test_encodings_that_were_not_asked_for_are_refused(name: str) -> None:
    with pytest.raises(UnknownEncoding) as caught:
        make_decoder(name)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) <= 40
