"""The floor under every search for words, in C: reading the bytes, and cutting them into words with their hashes."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.peers.base import Absent

_SOURCE = Path(__file__).with_name("floor.c")


class Floor:
    """The program, built into a directory of its own. Absent where there is no compiler."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
        if not compiler:
            raise Absent("no C compiler: apt-get install gcc libc6-dev")
        with tempfile.TemporaryDirectory(prefix="bench-floor-") as directory:
            library = Path(directory) / "floor.so"
            subprocess.run([compiler, "-std=c11", "-O3", "-shared", "-fPIC", "-o", library, _SOURCE], check=True)
            self._library = ctypes.CDLL(str(library))
        for name in ("read_bytes", "hash_words"):
            getattr(self._library, name).restype = ctypes.c_uint64
        self._count = len(texts)
        self._texts = (ctypes.c_char_p * self._count)(*texts)
        self._sizes = (ctypes.c_size_t * self._count)(*map(len, texts))
        self._masks = (ctypes.c_uint64 * (max(map(len, texts)) // 64 + 1))()

    def read_bytes(self) -> float:
        """Read all texts; gives the microseconds that one took."""
        started = time.perf_counter()
        self._library.read_bytes(self._texts, self._sizes, ctypes.c_size_t(self._count))
        return (time.perf_counter() - started) * 1e6 / self._count

    def hash_words(self) -> tuple[float, int]:
        """Cut and hash all texts; gives the microseconds that one took, and the number of words in all."""
        mixed = ctypes.c_uint64()
        started = time.perf_counter()
        words = self._library.hash_words(
            self._texts, self._sizes, ctypes.c_size_t(self._count), self._masks, ctypes.byref(mixed)
        )
        return (time.perf_counter() - started) * 1e6 / self._count, int(words)
