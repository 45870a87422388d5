"""Files of another user, which are as closed to root as they would be to anybody."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from alertd.base.users import user_name

NOBODY = 65534
OTHER = user_name(NOBODY)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder to another user")
_VERSION = 0x20080522
_PASSES = 0b110
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: by these root opens whatever it likes."""


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Set(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


@contextmanager
def closed_to_root(folder: Path) -> Iterator[None]:
    """Give a folder to another user, and let permissions hold for this process, too."""
    os.chown(folder, NOBODY, NOBODY)
    folder.chmod(0o700)
    libc, header, sets = ctypes.CDLL(None, use_errno=True), _Header(_VERSION, 0), (_Set * 2)()
    assert libc.capget(ctypes.byref(header), sets) == 0
    before = sets[0].effective
    sets[0].effective = before & ~_PASSES
    assert libc.capset(ctypes.byref(header), sets) == 0
    try:
        yield
    finally:
        sets[0].effective = before
        assert libc.capset(ctypes.byref(header), sets) == 0
        os.chown(folder, os.geteuid(), os.getegid())
