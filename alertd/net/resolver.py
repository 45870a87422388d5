"""Name resolution that one slow name server cannot clog."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult

_AT_ONCE: Final = 64
_NUMERIC: Final = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


class ThreadResolver(AbstractResolver):
    """Asks the system's resolver (hosts file, search domains and all), each time in a thread of its own.

    getaddrinfo cannot be cancelled. In asyncio's shared pool, which has six threads on two cores, six names whose
    servers hang would stop every other look-up for half a minute, and the process could not end before them.
    These threads are daemons and there may be 64.
    """

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Give the addresses of `host`. Raises OSError, also for names that cannot be a host's."""
        async with self._free:
            loop = asyncio.get_running_loop()
            done: asyncio.Future[list[ResolveResult] | OSError] = loop.create_future()

            def tell(result: list[ResolveResult] | OSError) -> None:
                if not done.done():
                    done.set_result(result)

            def work() -> None:
                result = _look_up(host, port, family)
                with contextlib.suppress(RuntimeError):  # the loop has gone
                    loop.call_soon_threadsafe(tell, result)

            threading.Thread(target=work, name="alertd-resolver", daemon=True).start()
            result = await done
        if isinstance(result, OSError):
            raise result
        return result

    async def close(self) -> None:
        """Do nothing: the threads end by themselves."""


def _look_up(host: str, port: int, family: int) -> list[ResolveResult] | OSError:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG)
    except OSError as exc:
        return exc
    except UnicodeError:  # an empty label, or one above 63 characters
        return socket.gaierror(socket.EAI_NONAME, "not a host name")
    results = [
        ResolveResult(hostname=host, host=str(address[0]), port=port, family=kind, proto=proto, flags=_NUMERIC)
        for kind, _, proto, _, address in found
    ]
    return results or socket.gaierror(socket.EAI_NONAME, "no address")
