"""A receiver of webhooks that does next to nothing, in a process of its own: what is measured is the sender.

python -m bench.scale_sink       prints its port, then takes POSTs until its input ends
"""

from __future__ import annotations

import asyncio
import re
import sys

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


class Taker(asyncio.Protocol):
    """One connection; requests may come one behind the other."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._line = transport
        self._came = b""

    def data_received(self, data: bytes) -> None:
        """Answer each request that is there as a whole."""
        self._came += data
        while (head := self._came.find(b"\r\n\r\n")) >= 0:
            found = _LENGTH.search(self._came, 0, head + 2)
            end = head + 4 + (int(found[1]) if found else 0)
            if len(self._came) < end:
                return
            self._came = self._came[end:]
            self._line.write(_ANSWER)


async def _main() -> None:
    server = await asyncio.get_running_loop().create_server(Taker, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main())
