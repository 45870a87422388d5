"""Users of the system by name, and whose a file is that is closed to us."""

from __future__ import annotations

import os
import pwd
from pathlib import Path


def user_name(uid: int) -> str:
    """Give the name of a user."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a container's user without a name
        return f"uid {uid}"


def me() -> str:
    """Give the name of the user as whom this process works."""
    return user_name(os.geteuid())


def other_owner(path: Path) -> str:
    """Give the name of whoever else owns a file; empty where it is ours. Raises OSError."""
    owner = path.stat().st_uid
    return "" if owner == os.geteuid() else user_name(owner)


def closed_by(path: Path) -> tuple[Path, str] | None:
    """Give the file or folder of another user that keeps us from reading `path`, and that user's name; None: none.

    A daemon's state directory is closed to all others: whoever asks it as somebody else finds nothing, which is not
    the same as that nothing is there.
    """
    path = path.absolute()
    for one in [*reversed(path.parents), path]:
        try:
            folder = one.is_dir()
            needed = os.R_OK * (one == path) | os.X_OK * folder
            if not os.access(one, needed, effective_ids=True):
                owner = other_owner(one)
                return (one, owner) if owner else None
        except OSError:
            return None
    return None


def closed_words(path: Path, owner: str) -> str:
    """Say what to do about what `closed_by` found."""
    return f"{path} belongs to {owner} and is closed to {me()}: run this as the user of the daemon ({owner})"
