"""What goes wrong with an archive, in a line on stderr."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alertd.cli.output import fail
from alertd.errors import AlertdError


@contextmanager
def told_in_a_line() -> Iterator[None]:
    """End the command with exit code 1 where the archive, or what is beside it, cannot be used."""
    try:
        yield
    except AlertdError as error:
        fail(error)
    except OSError as error:
        fail(f"{error.filename or 'the archive'}: {error.strerror or error}")
