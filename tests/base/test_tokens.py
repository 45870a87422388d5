from __future__ import annotations

import hashlib

import pytest

from alertd.base.secrets import Secret
from alertd.base.tokens import Digests

TOKEN = "0123456789abcdef-ä"


def test_a_token_fits_only_as_a_whole() -> None:
    known = Digests.of([Secret(TOKEN), None])
    assert known.fits(TOKEN)
    assert not known.fits(TOKEN[:-1])
    assert not known.fits("")
    assert not known.fits(None)
    assert not known.fits("\udcff" * 20)
    assert not Digests().fits(TOKEN)


def test_a_digest_opens_to_its_token_and_is_none_itself() -> None:
    written = hashlib.sha256(TOKEN.encode()).hexdigest()
    known = Digests.of(hexes=[written, None])
    assert known.fits(TOKEN)
    assert not known.fits(written)
    assert TOKEN not in repr(known)


def test_a_short_token_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        Digests.of([Secret("short")])
