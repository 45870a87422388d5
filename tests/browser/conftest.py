"""One daemon and one browser for the tests of a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

if TYPE_CHECKING:
    from tests.browser.world import World


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    from tests.browser import world as module  # skips where there is no playwright

    async with module.world(tmp_path_factory.mktemp("desk")) as made:
        yield made
