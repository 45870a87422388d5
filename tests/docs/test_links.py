"""Links lead somewhere, and nothing in the repository points to one person's machine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.docs.pages import PAGES, ROOT, anchors, name, prose, tracked

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for link in _LINK.findall(prose(page.read_text("utf-8"))):
        parts = urlsplit(link)
        if parts.scheme:
            assert parts.scheme == "https", link
            continue
        target = (page.parent / parts.path).resolve() if parts.path else page
        assert target.is_relative_to(ROOT), link
        assert target.exists(), link
        if parts.fragment:
            assert parts.fragment in anchors(target), link


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        links = [urlsplit(link) for link in _LINK.findall(page.read_text("utf-8"))]
        waiting += [(page.parent / link.path).resolve() for link in links if link.path and not link.scheme]
    assert {name(page) for page in PAGES} - {name(page) for page in seen} <= {"CHANGELOG.md"}


def _registry_hosts() -> set[str]:
    """Give the hosts that this machine's pip installs from, besides those that everybody knows."""
    shown = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, check=False)
    urls = re.findall(r"https?://[^\s'\",]+", shown.stdout.decode())
    known = {"pypi" + ".org", "files.pythonhosted" + ".org", "registry.npmjs" + ".org", "proxy.golang" + ".org"}
    return known | {host for url in urls if (host := urlsplit(url).hostname) and host != "localhost"}


def _machine_paths() -> set[str]:
    """Give paths of this checkout and this user, as far as they are no names that could stand anywhere."""
    places = {ROOT, ROOT.parent / "shared", Path(sys.prefix), Path.home()}
    return {str(place) for place in places if len(place.parts) > 2}


def test_no_file_names_a_package_registry_or_a_path_of_this_machine() -> None:
    files = tracked()
    if not files:
        pytest.skip("this is no git repository: what belongs to it cannot be told from what does not")
    words = [word.encode() for word in (*_registry_hosts(), *_machine_paths())]
    found = {(name(path), word.decode()) for path in files for word in words if word in path.read_bytes()}
    assert found == set()


def test_the_changelog_says_what_is_not_released_yet() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[0] == "Unreleased"
    assert re.search(r"^- \S", text.partition("## Unreleased")[2], re.MULTILINE)
