"""Secrets that the user need not choose: made once, kept in a file that only the user can read.

The web token, and the key that signs the links in mail.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from alertd.base.secrets import Secret
from alertd.base.tokens import Digests
from alertd.errors import ConfigError
from alertd.web.config import WebConfig


def tokens_of(web: WebConfig, state_dir: Path) -> Digests:
    """Give what opens the API for all desks: the token of the settings, or one that is made in the state directory,
    which commands on this machine use too; and the one of which the settings give the digest. Raises ConfigError.
    """
    made = web.token or load_or_make_token(state_dir / "web.token")
    return Digests.of([made], [web.token_sha256])


def load_or_make_token(path: Path, what: str = "the web token") -> Secret:
    """Read the token in `path`, or write a new one of 256 bits there, mode 0600.

    Raises ConfigError if others can read the file or if it is empty. Safe against two processes starting at once and
    against a crash half way: the file appears whole or not at all.
    """
    if path.exists():
        return _read(path, what)
    token = secrets.token_urlsafe(32)
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(token + "\n")
        os.link(draft, path)
    except FileExistsError:  # another process was first
        return _read(path, what)
    finally:
        Path(draft).unlink()
    return Secret(token)


def _read(path: Path, what: str) -> Secret:
    if path.stat().st_mode & 0o077:
        raise ConfigError.at(path, f"others can read {what}", f"chmod 600 {path}, or delete it for a new one")
    text = path.read_text().strip()
    if not text:
        raise ConfigError.at(path, f"{what} is empty", "delete the file for a new one")
    return Secret(text)
