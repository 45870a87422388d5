"""A process that has no file left for a socket: the request fails in words, and the next goes out when there is one.

F38 (docs/reliability.md): the daemon asks fewer hosts at once so that this does not happen; here it does.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from alertd.errors import FetchTemporary
from alertd.net.client import AddressPolicy, GetOptions, HttpClient
from tests.support.http import FaultServer, answer

OPTIONS = GetOptions(allow=AddressPolicy(private=True))


@contextmanager
def no_file_left() -> Iterator[None]:
    """Let this process open nothing more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    newest = max(int(file.name) for file in Path("/proc/self/fd").iterdir())
    taken = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, newest + 2), hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            while True:
                taken.append(os.open("/dev/null", os.O_RDONLY))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for file in taken:
            os.close(file)


async def test_a_request_for_which_there_is_no_file_fails_in_words_and_the_next_one_goes_out() -> None:
    with FaultServer() as server:
        url = server.script("/feed", answer(b"there"))
        async with HttpClient("test") as client:
            with no_file_left(), pytest.raises(FetchTemporary, match="this process has too many open files"):
                await client.get(url, OPTIONS, 0)
            found = await client.get(url, OPTIONS, 0)
    assert found.body == b"there"
