"""What chains the lines of the archive: whoever changes one has to change all that follow, and the manifest.

    digest of a line's record d = 128 bits of SHA-256 over its bytes
    chain of a line           c = 128 bits of SHA-256 over the chain before, the journal id and d

Both are written in 22 characters of base64url (RFC 4648 section 5). A line whose record was removed keeps d, so that
the chain holds on; its number is not hashed, because the place in the chain is the number.
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode

START = ""
"""The chain before the first line of an archive, and before the first entry of its manifest."""
CHAIN = re.compile(r"[A-Za-z0-9_-]{22}")


def short(digest: bytes) -> str:
    """Write the first 128 bits of a digest."""
    return urlsafe_b64encode(digest[:16]).decode("ascii").rstrip("=")


def digest(content: bytes) -> str:
    """Give the digest of a record, or of other bytes."""
    return short(hashlib.sha256(content).digest())


def link(before: str, journal_id: str, digest: str) -> str:
    """Give the chain of a line from that of the line before."""
    return short(hashlib.sha256(f"{before}\n{journal_id}\n{digest}".encode()).digest())


def manifest_link(before: str, entry: bytes) -> str:
    """Give the chain of an entry of the manifest from that of the entry before."""
    return short(hashlib.sha256(before.encode() + b"\n" + entry).digest())
