"""axe-core, which looks for what people with assistive technology cannot use: fetched for tests, never in the tree.

It comes from the npm registry by `npm pack`, in one pinned version whose hash is known, into the user's cache.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

try:
    from playwright.async_api import Page
except ImportError:
    pytest.skip("no playwright: it is among alertd[dev]", allow_module_level=True)

VERSION = "4.14.1"
SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
PATIENCE_S = 120


@cache
def source() -> str:
    """Give its script; skips the test where it cannot be had."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "alertd-tests"
    packed = folder / f"axe-core-{VERSION}.tgz"
    if not packed.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("no npm to fetch axe-core with")
        folder.mkdir(parents=True, exist_ok=True)
        command = [npm, "pack", f"axe-core@{VERSION}", "--silent", "--pack-destination", str(folder)]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, timeout=PATIENCE_S, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip("axe-core cannot be fetched: the registry does not answer")
        if done.returncode:
            pytest.skip(f"axe-core cannot be fetched: {done.stderr.decode(errors='replace')[-200:]}")
    assert base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode() == SHA512, "not what was pinned"
    with tarfile.open(packed) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode()


async def faults(page: Page) -> list[str]:
    """Give what it finds on a page as it is shown: the rule, what it is about, and where."""
    await page.evaluate(source())
    found: dict[str, Any] = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert len(found["passes"]) > 10, "it looked at the page"
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes']][:3]}"
        for one in found["violations"]
    ]
