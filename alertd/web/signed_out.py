"""Who has signed out: their cookie opens nothing any more, whoever kept a copy of it.

One empty file for each, `<until_s>.<nonce>`, in a folder of the state directory, where the key lies that signs the
cookies: so it counts for all processes that take them, at once, and also while Redis is away. It goes when the cookie
would have ended by itself.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import structlog

from alertd.base.files import write_whole
from alertd.web.sessions import Session

_NAME = re.compile(r"([0-9]{1,19})\.[A-Za-z0-9_-]{1,64}")

log = structlog.get_logger(__name__)


class SignedOut:
    """Remembers sessions that were ended before their time."""

    def __init__(self, folder: Path | None = None) -> None:
        """Without a folder this process alone knows, until it ends."""
        self._folder = folder
        self._known: dict[str, int] = {}
        """Names of files -> until when in s: of those that were ended here."""

    def holds(self, session: Session) -> bool:
        """Tell whether a session was ended. Looks for one file."""
        name = _name(session)
        return name in self._known or (self._folder is not None and os.path.exists(self._folder / name))  # noqa: PTH110

    def add(self, session: Session, now: int) -> None:
        """End a session, for good; forget those that are over anyway (`now` in ms). Blocks.

        Where the disk does not take it, it is ended here and now, and the log says that it may come back.
        """
        self._known = {name: until for name, until in self._known.items() if now < until * 1000}
        self._known[_name(session)] = session.until_s
        if self._folder is None:
            return
        try:
            write_whole(self._folder / _name(session))
            self._tidy(self._folder, now)
        except OSError as error:
            log.error("sign_out_not_kept", who=session.name, error=str(error))

    def _tidy(self, folder: Path, now: int) -> None:
        for file in folder.iterdir():
            found = _NAME.fullmatch(file.name)
            if found is not None and int(found[1]) * 1000 <= now:
                file.unlink(missing_ok=True)


def _name(session: Session) -> str:
    return f"{session.until_s}.{session.nonce}"
